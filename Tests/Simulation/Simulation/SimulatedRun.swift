internal import BidPlane
internal import EventLog
internal import Events
internal import Ledger
internal import Units

/// The whole service in simulated time, from one seed: loops, exchanges, clocks, a disk, and whatever befalls them.
///
/// One thread does one thing after another, so that the same seed does the same in the same order. Whatever happens,
/// the ``Invariant``s are looked at after every step.
package struct SimulatedRun {
    package private(set) var counts = RunCounts()
    /// What happened in each step; empty unless it was asked for.
    package var steps: [String] { diary?.lines ?? [] }

    private let diary: Diary?
    private let planted: PlantedFault?
    private let plan: RunPlan
    var chance: Chance
    var registry: SimulatedRegistry
    let time: SimulatedTime
    /// Of the process at hand, or the last.
    private var clock: RunClock<SimulatedTime>
    let disk: SimulatedDisk
    var witness: Witness
    private var exchange = SimulatedExchange()
    private var calls = CallList()
    /// The first moment of the process at hand.
    private var started = Instant(micros: 0)
    private var service: SimulatedService?

    /// - Parameters:
    ///   - planted: a mistake to be found.
    ///   - keepsSteps: whether ``steps`` is filled.
    package init(seed: UInt64, planted: PlantedFault? = nil, keepsSteps: Bool = false) {
        chance = Chance(seed)
        plan = RunPlan(&chance)
        registry = SimulatedRegistry(plan, &chance)
        time = SimulatedTime(plan.start)
        clock = RunClock(time)
        disk = SimulatedDisk(Chance(chance.word()))
        witness = Witness(at: plan.start)
        self.planted = planted
        diary = keepsSteps ? Diary() : nil
    }

    /// Goes through all steps, and through a last comparison.
    package mutating func run() throws(Violation) {
        try start()
        for _ in 0..<plan.steps {
            try step()
            try check()
        }
        while service == nil { try start() }
        try verify()
        try check()
    }

    private final class Diary {
        var lines: [String] = []
    }

    private mutating func step() throws(Violation) {
        counts.steps += 1
        guard let service else { return try start() }
        if disk.isOff || service.log.failure != nil && chance.happens(perMille: 250) {
            return crash(service.log.failure.map { "the log failed: \($0)" } ?? "the power went")
        }
        switch Action(rawValue: chance.index(weights: plan.weights)) ?? .request {
        case .request: try request(service)
        case .notice: try callNext(service)
        case .writerTurn: turn(service)
        case .loopHears: try hear(service)
        case .pass:
            let micros = RunPlan.passage(&chance)
            pass(micros: micros)
            note("\(micros) µs pass")
        case .jump: jump()
        case .diskFault: spoil()
        case .crash: crash("it is killed")
        case .restart: try stop(service)
        case .budgetChange: change(service)
        case .publish: service.publish(to: chance.below(service.loops.count))
        case .verify: try verify()
        }
    }

    private func note(_ text: @autoclosure () -> String) {
        diary?.lines.append("\(counts.steps) at \(clock.instant().rfc3339): \(text())")
    }

    /// Lets time go by, in which the service's clock is steered as its ticks would.
    private func pass(micros: Int64) {
        time.pass(micros: micros)
        clock.steer()
    }

    // MARK: Invariants

    private mutating func check() throws(Violation) {
        try witness.look(at: disk)
        // A process whose machine is off can tell nobody anything.
        guard let service, !disk.isOff else { return }
        try witness.compare(service.ledger.books())
    }

    /// Has the log written out, reads it again, and compares everything.
    private mutating func verify() throws(Violation) {
        guard let service, service.log.failure == nil, !disk.isOff else { return }
        while turn(service) {}
        guard service.log.failure == nil, !disk.isOff else { return }
        try witness.look(at: disk)
        counts.comparisons += 1
        note("the log is read again")
        let again = BudgetLedger()
        var audit = LogAudit()
        do {
            _ = try LogReader(disk).walkRecords { (sequence, record: LogRecord) in
                switch record {
                case .event(let event): again.replay(event)
                case .run(let run): again.replay(run)
                case .visitor, .traffic: break
                }
                audit.add(record, sequence: sequence)
            }
        } catch {
            // The disk's own fault, if one was due; damage is not.
            if case .io = error { return }
            throw Violation(invariant: .opens, detail: "\(error)")
        }
        witness.hear(clock.instant().adding(seconds: 1))
        again.advance(to: witness.latest)
        service.ledger.advance(to: witness.latest)
        try witness.compare(live: service.ledger.books(), replay: again.books())
        try compareTallies(service.ledger, again)
        audit.finish()
        guard audit.faults.isEmpty else {
            throw Violation(invariant: .booksBalance, detail: audit.faults[0])
        }
        guard audit.events == witness.events else {
            throw Violation(
                invariant: .nothingIsLost, detail: "the log has \(audit.events) events, there were \(witness.events)")
        }
    }

    private func compareTallies(_ live: BudgetLedger, _ again: BudgetLedger) throws(Violation) {
        let (ours, theirs) = (live.tallies(), again.tallies())
        guard ours.map(\.key) == theirs.map(\.key), ours.map(\.tally) == theirs.map(\.tally) else {
            throw Violation(invariant: .replayIsLive, detail: "the counts of events are not those of the log")
        }
    }

    // MARK: Traffic

    /// When what is answered now was read: a loop that is behind answers what came a while ago, though not before it was.
    private mutating func arrival() -> Instant {
        let behind = Int64(chance.pick([0, 0, 40_000, 900_000]))
        let now = clock.instant()
        return started < now ? max(started, Instant(micros: now.micros - behind)) : now
    }

    private mutating func request(_ service: SimulatedService) throws(Violation) {
        let request = exchange.request(&chance)
        let loop = chance.below(service.loops.count)
        let instant = arrival()
        guard let answer = service.loops[loop].answer(request.bytes, at: instant) else {
            throw Violation(invariant: .answers, detail: "a request for bids is not answered")
        }
        counts.requests += 1
        guard answer.status == 200 || answer.status == 204 else {
            throw Violation(invariant: .answers, detail: "a request for bids is answered \(answer.status)")
        }
        let bids = exchange.bids(in: answer.body, to: request, at: instant)
        guard bids.isEmpty == (answer.status == 204) else {
            throw Violation(invariant: .answers, detail: "an answer \(answer.status) with \(bids.count) bids")
        }
        let first = witness.bids.count
        note("loop \(loop) bids \(bids.map { "\($0.strategy) \($0.price.micros) \($0.id)" })")
        try witness.receive(bids, registry)
        counts.bids += bids.count
        for (index, bid) in bids.enumerated() {
            for notice in exchange.notices(of: first + index, bid, &chance) {
                // Some never come.
                if chance.happens(perMille: 60) { continue }
                calls.put(notice, at: time.moment(), &chance)
            }
        }
    }

    private mutating func callNext(_ service: SimulatedService) throws(Violation) {
        guard let notice = calls.take(at: time.moment(), &chance) else {
            // Nothing is due: the next moment at which something is comes, if it is near.
            if let wait = calls.wait(at: time.moment()), wait < 400_000_000 { pass(micros: wait / 1000 + 1) }
            return
        }
        let loop = chance.below(service.loops.count)
        let instant = arrival()
        witness.tell(notice)
        counts.notices += 1
        guard let answer = service.loops[loop].answer(notice.request, at: instant) else {
            throw Violation(invariant: .answers, detail: "a notice is not answered")
        }
        note(
            "loop \(loop) is told \(notice.kind) of \(witness.bids[notice.bid].received.id): \(answer.status)"
                + (answer.waitsFor.map { " after \($0)" } ?? ""))
        guard let sequence = answer.waitsFor else { return try told(notice, answer.status, at: instant) }
        let number = calls.begin(notice, answer.status, at: instant)
        service.whenDurable(sequence, on: loop) { [calls] isDurable in calls.end(number, isDurable) }
        try takeAnswers()
    }

    /// Takes the answers that loops have given since.
    private mutating func takeAnswers() throws(Violation) {
        for call in calls.ended() { try told(call.notice, call.isDurable ? call.status : 503, at: call.instant) }
    }

    /// Holds an answer to what the call deserved.
    private mutating func told(_ notice: Notice, _ status: Int, at instant: Instant) throws(Violation) {
        let isSuccess = [200, 204, 302].contains(status)
        if status == 503 {
            counts.unavailable += 1
            if chance.happens(perMille: 800) { calls.put(notice, at: time.moment(), &chance) }
            guard service?.log.failure != nil, notice.deserts == .record else { throw wrong(notice, status) }
            return
        }
        if notice.deserts == .refusal {
            guard status == 400 else { throw wrong(notice, status) }
            counts.refused += 1
            return
        }
        let age = instant.micros - witness.bids[notice.bid].received.instant.micros
        guard age <= notice.kind.windowSeconds * 1_000_000 else {
            guard status == 410 else { throw wrong(notice, status) }
            counts.gone += 1
            return
        }
        guard isSuccess else { throw wrong(notice, status) }
        guard notice.deserts == .record else { return }
        try witness.look(at: disk)
        try witness.acknowledge(notice)
        counts.acknowledged += 1
    }

    private func wrong(_ notice: Notice, _ status: Int) -> Violation {
        Violation(
            invariant: .answers,
            detail: "\(notice.kind) of \(witness.bids[notice.bid].received.id), which deserves \(notice.deserts), is "
                + "answered \(status)")
    }

    private mutating func hear(_ service: SimulatedService) throws(Violation) {
        service.hear(chance.below(service.loops.count))
        try takeAnswers()
    }

    // MARK: Time, disk and control

    @discardableResult
    private mutating func turn(_ service: SimulatedService) -> Bool {
        // Before the turn, for it tells the ledger the time.
        witness.hear(clock.instant())
        let wrote = service.log.turn()
        if wrote { note("the log is durable through \(service.log.durableSequence)") }
        if let failure = service.log.failure { note("the log has failed: \(failure)") }
        return wrote
    }

    private mutating func jump() {
        let seconds = chance.within(-plan.jumpSecondsMax...plan.jumpSecondsMax)
        let change = time.jump(toMicrosAhead: Int64(seconds) * 1_000_000)
        counts.jumps += 1
        note("the clock jumps by \(change / 1_000_000) s")
    }

    private mutating func spoil() {
        switch chance.below(5) {
        case 0: disk.leaveRoom(chance.below(20_000))
        case 1: disk.leaveRoom(nil)
        default: disk.arm(chance.pick(SimulatedDisk.Fault.allCases), after: chance.below(8))
        }
        note("the disk is spoilt")
    }

    private mutating func change(_ service: SimulatedService) {
        service.change(registry.changeBudget(&chance))
        witness.learn(registry)
        counts.budgetChanges += 1
        note(
            "budgets: \(witness.accounts.map { "\($0.id) \($0.limits.total?.rawValue ?? -1)/\($0.limits.daily?.rawValue ?? -1)" })"
        )
    }

    // MARK: Ends and starts

    /// Throws everything in memory away; of what is not synced the disk keeps what it likes, or all.
    private mutating func crash(_ why: @autoclosure () -> String) {
        note("crash: \(why())")
        counts.crashes += 1
        service = nil
        if disk.isOff || chance.happens(perMille: 600) { disk.cutPower() } else { disk.restart() }
        // Who makes room does so before the service starts again.
        if chance.happens(perMille: 700) { disk.leaveRoom(nil) }
        if chance.happens(perMille: 200) {
            disk.arm(chance.pick(SimulatedDisk.Fault.allCases), after: chance.below(4))
        }
        calls.hangUp(at: time.moment(), &chance)
        counts.faults = disk.faults
    }

    /// Ends the service in order: the log is written out before the process ends.
    private mutating func stop(_ service: SimulatedService) throws(Violation) {
        note("a stop in order")
        while turn(service) {}
        for loop in service.loops.indices { service.hear(loop) }
        try takeAnswers()
        service.log.stop()
        counts.stops += 1
        self.service = nil
        if disk.isOff { disk.cutPower() } else { disk.restart() }
        calls.hangUp(at: time.moment(), &chance)
    }

    private mutating func start() throws(Violation) {
        clock = RunClock(time)
        let now = clock.instant()
        do {
            service = try SimulatedService(
                disk, clock, plan, registry, planted: planted, seed: Seed(high: chance.word(), low: chance.word()))
        } catch {
            guard case .io = error else { throw Violation(invariant: .opens, detail: "\(error)") }
            note("no start: \(error)")
            witness.begin(at: now)
            counts.failedStarts += 1
            if disk.isOff { disk.cutPower() }
            disk.leaveRoom(nil)
            return
        }
        try witness.look(at: disk)
        witness.learn(registry)
        let lost = witness.restart(at: now)
        counts.lostBids += lost
        note("a start, \(lost) bids are lost")
        // No process bids in the instant in which it read its log.
        time.pass(micros: 1)
        started = clock.instant()
    }
}
