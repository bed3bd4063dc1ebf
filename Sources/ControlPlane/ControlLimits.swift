/// Every bound of the control side in one place, each with its reason.
enum ControlLimits {
    /// Bytes of one object: a strategy with 256 creatives of a few kilobytes fits.
    static let objectBytesMax = 1 << 20
    /// Bytes of a body of many objects, which is held in memory until its one transaction ends.
    static let bulkBytesMax = 64 << 20
    /// Lines of such a body: each may answer with a screenful of faults.
    static let bulkLinesMax = 100_000
    /// Levels of nesting in a body: documents need nine, and reading recurses.
    static let jsonDepthMax = 64
    /// Items of a page that names no `limit`.
    static let pageItemsDefault = 100
    static let pageItemsMax = 1000
    /// Bytes after which a page ends early, so that an answer of big documents stays an answer.
    static let pageBytesMax = 8 << 20
    static let idempotencyKeyCharactersMax = 255
    /// How long an `Idempotency-Key` is remembered.
    static let idempotencySeconds: Int64 = 24 * 3600
    /// Bytes of a line of a list of members: an object with a dozen long identifiers fits.
    static let memberLineBytesMax = 8192
    /// Refused lines of a list that are told one by one: enough to see what is wrong with it.
    static let memberRefusalsMax = 100
    /// Identifiers handed over at once, from which on: few enough to be held twice, many enough to be worth it.
    static let memberBatchMin = 4096
    /// Bytes that come out of gzip before they are read.
    static let inflatedBytesMax = 1 << 16
    /// Connections at a time: an operator's tools and a scraper need a handful.
    static let connectionsMax = 512
    /// Seconds after which a connection without a request is closed.
    static let idleSecondsMax: Int64 = 120
}
