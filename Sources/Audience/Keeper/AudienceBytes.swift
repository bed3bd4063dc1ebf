/// What the memory of the audience is used for: all that `memory_mb` limits.
package struct AudienceBytes: Equatable, Sendable {
    package var identities = 0
    package var directory = 0
    package var profiles = 0
    /// Histories and what else the keeper alone needs of visitors; an estimate.
    package var histories = 0
    package var timers = 0
    /// What was told and is not taken yet.
    package var inbox = 0

    package init() {}

    /// Each with its name in metrics.
    package var parts: [(name: String, bytes: Int)] {
        [
            ("identities", identities), ("directory", directory), ("profiles", profiles), ("histories", histories),
            ("timers", timers), ("inbox", inbox),
        ]
    }
}

extension AudienceBook {
    /// Memory in use. On the writer's thread.
    var bytes: AudienceBytes {
        var bytes = AudienceBytes()
        let tables = tables.bytes
        (bytes.identities, bytes.directory) = (tables.identities, tables.directory)
        bytes.profiles = tables.memberships + tables.counters
        (bytes.histories, bytes.timers, bytes.inbox) = (states.bytes, timers.bytes, inboxBytes)
        return bytes
    }

    /// Lets the limit count what the tables do not know of.
    func countBytes() { tables.bytesBeside = states.bytes + timers.bytes + inboxBytes }
}
