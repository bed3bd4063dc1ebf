/// What the keeper has counted since the start.
package struct AudienceCounts: Equatable, Sendable {
    package var acts: UInt64 = 0
    package var duplicates: UInt64 = 0
    package var visitors: UInt64 = 0
    package var merges: UInt64 = 0
    /// Identifiers that there was no room for: their visitors are known by others.
    package var unlinked: UInt64 = 0
    package var evaluations: UInt64 = 0
    /// Forgotten because nothing was heard of them for too long.
    package var idle: UInt64 = 0
    /// Forgotten to make room.
    package var evicted: UInt64 = 0
    package var erased: UInt64 = 0
    package var snapshots: UInt64 = 0
}
