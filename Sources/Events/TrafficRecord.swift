package import Units

/// One entry of the log about traffic: how many bid requests came in a stretch of time, at most an hour.
///
///     0  kind (40)       1  version (1)      2  instant, 8 bytes      10  seconds, 4 bytes
///     14 requests, 8 bytes; what follows is a newer version's
package struct TrafficRecord: Equatable, Sendable {
    package static let kind: UInt8 = 40
    private static let version: UInt8 = 1

    /// When the stretch ended.
    package var instant: Instant
    /// How long it was.
    package var seconds: Int32
    /// Bid requests on all exchanges, whatever became of them.
    package var requests: UInt64

    package init(at instant: Instant, seconds: Int32, requests: UInt64) {
        self.instant = instant
        self.seconds = seconds
        self.requests = requests
    }

    /// Whether a log record that begins with this byte is about traffic.
    @inline(__always)
    package static func isTrafficRecord(_ first: UInt8) -> Bool { first == kind }

    /// - Returns: nil for bytes that are no traffic record of a version that this service knows.
    package init?(_ bytes: ArraySlice<UInt8>) {
        var reader = ByteReader(bytes)
        guard reader.fixed(UInt8.self) == Self.kind, reader.fixed(UInt8.self) == Self.version,
            let micros = reader.fixed(Int64.self), let seconds = reader.fixed(Int32.self),
            let requests = reader.fixed(UInt64.self)
        else { return nil }
        self.init(at: Instant(micros: micros), seconds: seconds, requests: requests)
    }

    package var bytes: [UInt8] {
        var out = VisitorPayload.Bytes()
        out.append(Self.kind)
        out.append(Self.version)
        out.append(fixed: instant.micros)
        out.append(fixed: seconds)
        out.append(fixed: requests)
        return out.bytes
    }
}
