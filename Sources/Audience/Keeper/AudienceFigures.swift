/// What the keeper has and does, for metrics.
package struct AudienceFigures: Sendable {
    package var counts = AudienceCounts()
    package var bytes = AudienceBytes()
    package var timers = 0
    package var jobs = 0
    package var histories = 0
    package var visitors = 0
    package var memberships = 0
    /// Reservations against frequency caps that found no place.
    package var pendingFull: UInt64 = 0
    /// Visitors by audience; those whose membership has ended count until a sweep comes by.
    package var sizes: [String: Int] = [:]

    package init() {}

    init(_ book: AudienceBook, _ catalog: AudienceCatalog, jobs: Int) {
        visitors = book.tables.visitorCount
        memberships = book.tables.membershipCount
        pendingFull = book.tables.pending.fullCount
        for (id, entry) in catalog.roster.entries { sizes[id] = book.tables.size(of: entry.number) }
        counts = book.counts
        bytes = book.bytes
        timers = book.timers.count
        histories = book.states.count
        self.jobs = jobs
    }
}
