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

    package static let version: UInt8 = 1

    package init(_ kind: Kind, at instant: Instant) {
        self.kind = kind
        self.instant = instant
    }

    /// Whether a log record that begins with this byte is about a run.
    @inline(__always)
    package static func isRunRecord(_ first: UInt8) -> Bool { first == 64 || first == 65 }

    package var bytes: [UInt8] {
        var out = VisitorPayload.Bytes()
        out.append(kind.rawValue)
        out.append(Self.version)
        out.append(fixed: instant.micros)
        return out.bytes
    }

    /// - Returns: nil for bytes that are not of a version that this service knows.
    package init?(_ bytes: ArraySlice<UInt8>) {
        var reader = ByteReader(bytes)
        guard let kind = reader.fixed(UInt8.self).flatMap(Kind.init), reader.fixed(UInt8.self) == Self.version,
            let micros = reader.fixed(Int64.self), reader.fields({ _, _ in true })
        else { return nil }
        self.init(kind, at: Instant(micros: micros))
    }
}

/// How the runs that wrote a log ended.
package struct RunHistory: Equatable, Sendable {
    /// When runs began that found the one before them crashed; of the newest some.
    package private(set) var crashes: [Instant] = []
    /// The latest time that the records of runs tell.
    package private(set) var latest = Instant(micros: 0)
    /// Whether the log has any record, and ends with another than that of a clean end.
    package private(set) var endsUncleanly = false

    private static let crashesMax = 64

    package init() {}

    /// Takes in a record's kind, the first byte, in the order of the log.
    package mutating func add(_ record: LogRecord) {
        guard case .run(let run) = record else {
            endsUncleanly = true
            return
        }
        latest = max(latest, run.instant)
        if run.kind == .start, endsUncleanly {
            if crashes.count == Self.crashesMax { crashes.removeFirst() }
            crashes.append(run.instant)
        }
        endsUncleanly = run.kind == .start
    }

    /// Crashes of which bids may still be billed: those since an instant, and the one that the log ends with.
    package func crashes(since instant: Instant) -> Int {
        crashes.reduce(endsUncleanly ? 1 : 0) { $1 >= instant ? $0 + 1 : $0 }
    }
}
