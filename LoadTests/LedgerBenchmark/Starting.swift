internal import BidPlane
internal import EventLog
internal import Events
internal import Foundation
internal import Ledger
internal import Units

/// How fast a start opens a log: files read, checksums held against them, money folded, notices remembered.
struct Starting: Encodable {
    let segments: Int
    let eventsPerSecond: Double
    /// Whether all of the log was read, and its books are those of the events.
    let isSound: Bool

    private static let rounds = 3

    init(_ world: LedgerWorld) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ledger-benchmark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let storage = try DirectoryStorage(path: folder.path())
        try Self.write(world, to: storage)
        let bookings = (0..<world.count).compactMap { Booking(world[$0]) }
        let settled = bookings.reduce(Spend.zero) { $0 + ($1.settled ?? .zero) }
        let end = bookings.last?.instant ?? LedgerWorld.start
        var best = Double.infinity
        var isSound = true
        var segments = 0
        for _ in 0..<Self.rounds {
            let time = At(end)
            let ledger = BudgetLedger()
            let clock = SystemTime()
            let start = clock.moment()
            let money = try MoneySide(
                opening: storage, durability: .processCrash, time: time, ledger: ledger, segmentBytesMax: 64 << 20)
            best = min(best, Double(clock.moment().nanos - start.nanos) / 1e9)
            money.log.stop()
            segments = money.log.recovery.segments
            // Of its strategy and of its advertiser.
            let sum = ledger.books().reduce(into: Account.Books()) { $0 += $1.books }
            isSound = isSound && sum.balance && sum.settled == settled + settled
        }
        self.segments = segments
        eventsPerSecond = Double(world.count) / best
        self.isSound = isSound
    }

    /// The end of the world's log.
    private struct At: TimeSource {
        private let end: Instant

        init(_ end: Instant) { self.end = end }

        func instant() -> Instant { end }
        func moment() -> Moment { Moment(nanos: 0) }
    }

    private static func write(_ world: LedgerWorld, to storage: DirectoryStorage) throws {
        let log = try EventLog(storage: storage, durability: .processCrash) { _, _ in }
        log.start()
        for index in 0..<world.count {
            _ = log.append(Array(world[index]))
            if index % 10_000 == 0 { log.flush() }
        }
        log.stop()
    }
}
