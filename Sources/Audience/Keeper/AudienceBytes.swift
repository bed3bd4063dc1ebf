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
