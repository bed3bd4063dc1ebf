package import Units

/// That a run of the service began or ended in order: what tells a clean end from a crash.
///
/// The bytes of one: kind (64, 65), version (1), instant (8), then any number of fields as events have them, which a
/// reader that does not know them passes over. The kinds are none of ``EventKind``'s and no visitor record's.
package struct RunRecord: Equatable, Sendable {
    package enum Kind: UInt8, CaseIterable, BitwiseCopyable, Sendable {
        case start = 64
        /// Everything that was bid is in the log before it.
        case stop = 65
    }

    package var kind: Kind
    package var instant: Instant
    /// Counted since the log began, from 1; zero in records of before runs were counted.
    package var number: UInt32

    package static let version: UInt8 = 1

    private static let numberTag: UInt8 = 1

    package init(_ kind: Kind, at instant: Instant, number: UInt32 = 0) {
        self.kind = kind
        self.instant = instant
        self.number = number
    }

    /// What the facts of this run's bids say of it.
    package var mark: RunMark { RunMark(run: number) }

    /// Whether a log record that begins with this byte is about a run.
    @inline(__always)
    package static func isRunRecord(_ first: UInt8) -> Bool { first == 64 || first == 65 }

    package var bytes: [UInt8] {
        var out = VisitorPayload.Bytes()
        out.append(kind.rawValue)
        out.append(Self.version)
        out.append(fixed: instant.micros)
        if number > 0 { out.field(Self.numberTag) { $0.append(fixed: number) } }
        return out.bytes
    }

    /// - Returns: nil for bytes that are not of a version that this service knows.
    package init?(_ bytes: ArraySlice<UInt8>) {
        var reader = ByteReader(bytes)
        var number: UInt32 = 0
        guard let kind = reader.fixed(UInt8.self).flatMap(Kind.init), reader.fixed(UInt8.self) == Self.version,
            let micros = reader.fixed(Int64.self),
            reader.fields({ tag, value in
                var value = ByteReader(value)
                if tag == Self.numberTag { number = value.fixed(UInt32.self) ?? 0 }
                return true
            })
        else { return nil }
        self.init(kind, at: Instant(micros: micros), number: number)
    }
}

/// Which run made a bid, in the nine bits that a bid's facts have for it: the runs of some minutes are told apart.
package struct RunMark: Equatable, BitwiseCopyable, Sendable {
    /// 1 to 511; zero for a bid of before runs were counted.
    package let rawValue: UInt16

    package static let none = RunMark(rawValue: 0)

    private static let count: UInt32 = 511

    private init(rawValue: UInt16) { self.rawValue = rawValue }

    /// - Parameter number: counted since the log began, or a raw value.
    package init(run number: UInt32) { rawValue = number == 0 ? 0 : UInt16((number - 1) % Self.count) + 1 }

    // MARK: In the bytes of facts

    /// Above the three flags of their first byte, and above the consent's number in the next.
    var lowBits: UInt8 { UInt8(truncatingIfNeeded: rawValue) << 3 }
    var highBits: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 5) << 4 }

    init(flags: UInt8, consent: UInt8) { rawValue = UInt16(flags >> 3) | UInt16(consent >> 4) << 5 }
}

/// How the runs that wrote a log ended.
package struct RunHistory: Equatable, Sendable {
    /// The last that is known of runs that crashed, or when the next began, whichever is later; of the newest some.
    package private(set) var crashes: [Instant] = []
    /// The latest time that a record of the run at hand tells.
    private var latestOfRun = Instant(micros: 0)
    /// The latest time that the records of runs tell.
    package private(set) var latest = Instant(micros: 0)
    /// Runs that began.
    package private(set) var count: UInt32 = 0
    /// Whether the log has any record, and ends with another than that of a clean end.
    package private(set) var endsUncleanly = false

    private static let crashesMax = 64

    package init() {}

    /// Takes in a record's kind, the first byte, in the order of the log.
    package mutating func add(_ record: some LogEntry) {
        guard let run = record.run else {
            endsUncleanly = true
            latestOfRun = max(latestOfRun, record.instant)
            return
        }
        latest = max(latest, run.instant)
        if run.kind == .start { count = max(run.number, count + 1) }
        if run.kind == .start, endsUncleanly {
            if crashes.count == Self.crashesMax { crashes.removeFirst() }
            crashes.append(max(run.instant, latestOfRun))
        }
        latestOfRun = run.kind == .start ? run.instant : max(latestOfRun, run.instant)
        endsUncleanly = run.kind == .start
    }

    /// Crashes of which bids may still be billed: those since an instant, and the one that the log ends with.
    package func crashes(since instant: Instant) -> Int {
        crashes.reduce(endsUncleanly ? 1 : 0) { $1 >= instant ? $0 + 1 : $0 }
    }
}

extension RunHistory {
    /// The history as a checkpoint of the log has it.
    package var tables: [StateTable] {
        let runs = StateTable(
            "runs",
            [
                "latest": latest.micros, "latestOfRun": latestOfRun.micros, "count": Int64(count),
                "endsUncleanly": endsUncleanly ? 1 : 0,
            ])
        var crashed = StateTable("crashes", columns: ["instant"])
        for crash in crashes { crashed.append([crash.micros]) }
        return [runs, crashed]
    }

    /// - Returns: nil where the tables are not those of a history.
    package init?(_ tables: [StateTable]) {
        guard let runs = tables.first(where: { $0.name == "runs" }), runs.rows == 1,
            let crashed = tables.first(where: { $0.name == "crashes" }),
            let instant = crashed.column("instant") ?? (crashed.rows == 0 ? 0 : nil)
        else { return nil }
        latest = Instant(micros: runs[0, "latest"] ?? 0)
        latestOfRun = Instant(micros: runs[0, "latestOfRun"] ?? 0)
        count = UInt32(truncatingIfNeeded: runs[0, "count"] ?? 0)
        endsUncleanly = runs[0, "endsUncleanly"] == 1
        crashes = (0..<crashed.rows).map { Instant(micros: crashed[$0, instant]) }
    }
}
