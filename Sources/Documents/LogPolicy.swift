/// How large the log's segments are, and how much of its disk is kept free, each with its reason.
package struct LogPolicy: Equatable, Sendable {
    /// A segment that has as many is sealed: of 64 MiB a start reads one in a fraction of a second.
    package var segmentBytes = 64 << 20
    /// Bidding stops below it: notices of what was bid before may come for a day.
    package var freeBytesMin = 256 << 20
    /// Held back for the segment that finds no room.
    package var reserveBytes = 64 << 20
    /// Segments of nothing but older records are dropped, once the books stand on a checkpoint; nil keeps all.
    package var days: Int?

    /// Clicks and conversions are taken for 30 days, and a start learns from the log which it has had; a day more at
    /// either end for clocks that differ.
    package static let daysMin = 32

    package init() {}

    /// `log: { segment_mb: 64, free_mb: 256, reserve_mb: 64 }` and `retention: { log_days: 400 }`.
    static func read(_ key: String, of object: ObjectReader, retention: ObjectReader?) -> LogPolicy {
        var policy = LogPolicy()
        policy.days = retention?.integer("log_days", in: daysMin...36_500)
        guard let node = object.value(key) else { return policy }
        let reader = ObjectReader(
            node, at: "/\(key)", known: ["segment_mb", "free_mb", "reserve_mb"], object.faults)
        policy.segmentBytes = reader.integer("segment_mb", in: 1...1024).map { $0 << 20 } ?? policy.segmentBytes
        policy.freeBytesMin = reader.integer("free_mb", in: 0...1_048_576).map { $0 << 20 } ?? policy.freeBytesMin
        policy.reserveBytes = reader.integer("reserve_mb", in: 0...65_536).map { $0 << 20 } ?? policy.reserveBytes
        return policy
    }
}
