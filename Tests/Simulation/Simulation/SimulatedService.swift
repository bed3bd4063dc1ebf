internal import Auction
internal import BidPlane
internal import EventLog
internal import Events
internal import FlatPrice
internal import Ledger
internal import Sealing
internal import Synchronization
internal import Units

/// One process of the service, from its start to its end: everything that a crash throws away.
///
/// It is wired as the executable wires it, but for sockets, threads and the audience, and for what is planted.
final class SimulatedService {
    let ledger = BudgetLedger()
    let loops: [BareLoop]
    let log: EventLog
    private let builder: SnapshotBuilder
    private var snapshot = Snapshot.empty
    private let word = LogWord()
    private let isEager: Bool

    static let origin = "http://bid.example"
    static let keys = KeyRing(keys: [
        SealingKey(id: 1, created: Instant(micros: 0), bytes: (0..<64).map { UInt8($0) &* 37 })
    ])

    /// How far the log last said that it is durable.
    private final class LogWord: Sendable {
        let last = Atomic<UInt64>(0)
    }

    /// Starts as after any end: opens the log, replays it, registers the documents, posts the snapshot.
    init(
        _ disk: SimulatedDisk, _ time: RunClock<SimulatedTime>, _ plan: RunPlan, _ registry: SimulatedRegistry,
        planted: PlantedFault?, seed: Seed
    ) throws(LogError) {
        let money = try Self.open(disk, time, plan, ledger, planted)
        log = money.log
        isEager = planted == .acknowledgedAtAppend
        builder = SnapshotBuilder(kinds: [FlatPrice.kind], ledger: ledger)
        let register = planted == .registerForgotten ? NoticeRegister() : money.register
        let desk = NoticeDesk(log: money.log, register: register)
        let meters = BidMeters()
        loops = (0..<plan.loops).map { index in
            let services = BidServices(
                log: money.log,
                desk: planted == .deskForEachLoop ? NoticeDesk(log: money.log, register: register) : desk,
                keys: Self.keys, visitorKey: [UInt8](repeating: 3, count: 32), time: time, seed: seed, meters: meters,
                isReady: { true }, status: { "{}" })
            return BareLoop(services, index: index, ringBytes: plan.ringBytes)
        }
        let word = word
        log.onTick { _ in time.steer() }
        log.onDurable { word.last.store($0, ordering: .relaxed) }
        Self.connect(money, ledger, planted)
        change(registry.all)
        for loop in loops {
            loop.use(Origin(Self.origin))
            loop.use(snapshot)
        }
    }

    private static func open(
        _ disk: SimulatedDisk, _ time: RunClock<SimulatedTime>, _ plan: RunPlan, _ ledger: BudgetLedger,
        _ planted: PlantedFault?
    ) throws(LogError) -> MoneySide {
        let forgets = planted == .reservationsForgotten
        return try MoneySide(
            opening: disk,
            durability: planted == .neverSynced ? .processCrash : .powerLoss,
            time: time,
            ledger: forgets ? BudgetLedger() : ledger,
            segmentBytesMax: plan.segmentBytesMax,
            replay: { event in if forgets, event.kind != .bid { ledger.replay(event) } })
    }

    private static func connect(_ money: MoneySide, _ ledger: BudgetLedger, _ planted: PlantedFault?) {
        switch planted {
        case .releaseForgotten:
            money.log.follow { _, event in
                var event = event
                if event.kind == .loss { event.released = nil }
                ledger.apply(event)
            }
            money.log.onTick { ledger.advance(to: $0) }
        case .reservationsForgotten:
            money.log.follow { _, event in ledger.apply(event) }
            money.log.onTick { ledger.advance(to: $0) }
        default: money.connect()
        }
    }

    // MARK: The control side

    /// Registers what changed: accounts have their limits at once, loops the snapshot when they take it.
    func change(_ changes: SnapshotChanges) {
        _ = builder.apply(changes)
        snapshot = builder.snapshot(revision: 1)
    }

    /// Has a loop take the newest snapshot, merged if it is worth it.
    func publish(to loop: Int) {
        if builder.isWorthMerging, let merged = builder.merge() { snapshot = merged }
        loops[loop].use(snapshot)
    }

    // MARK: The loops

    /// Calls back with whether a record is durable, as soon as the loop knows.
    func whenDurable(_ sequence: UInt64, on loop: Int, _ give: @escaping (Bool) -> Void) {
        if isEager { give(true) } else { loops[loop].whenDurable(sequence, give) }
    }

    /// Gives a loop the log's last word.
    func hear(_ loop: Int) {
        loops[loop].logIsDurable(through: word.last.load(ordering: .relaxed), hasFailed: log.failure != nil)
    }
}
