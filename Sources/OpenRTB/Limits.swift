/// How much of a stranger's request is read, each bound with its reason.
///
/// What exceeds a bound of a list is left out; where leaving out would change a rule (a blocked list cut short
/// would let a blocked advertiser through), the request or the impression is refused instead.
public enum Limits {
    /// Bytes of a request body, inflated. Production tails end near 100 kB; Google's documented bound is below 1 MiB.
    public static let bodyBytesMax = 1 << 20
    /// Levels of nesting. The deepest legal path (imp, native, assets, ext …) has 11; `ext` may nest further.
    public static let depthMax = 32
    /// Impressions per request: the samples' greatest is 10, a long ad break has some 30.
    public static let impsMax = 64
    /// Deals in all impressions together. More is a request we cannot answer in time anyway.
    public static let dealsMax = 512
    /// Sizes in all impressions together.
    public static let formatsMax = 1024
    /// Durations with a floor of their own, all impressions together.
    public static let durFloorsMax = 256
    /// Native assets in all impressions together.
    public static let nativeAssetsMax = 256
    /// User and content segments: the profile of a well-known visitor has some 80.
    public static let segmentsMax = 512
    /// Extended ids: a browser with every identity module installed sends about 20.
    public static let eidsMax = 128
    /// Supply chain hops; buyers refuse beyond 4.
    public static let schainNodesMax = 32
    /// Entries of all lists of strings together, blocked lists included ("can hold thousands").
    public static let textsMax = 32_768
    /// Entries of all lists of integers together.
    public static let integersMax = 4096
    /// Bytes of `id` and `imp.id`: they travel inside every token, and a URL must stay below 2,000 characters.
    public static let idBytesMax = 256
    /// Bytes of a `native.request` string. It is parsed a second time.
    public static let nativeBytesMax = 32_768
    /// Bytes of the digits of numbers that stand where text is due (`"id":1`).
    public static let sideBytes = 65_536
    /// Bytes of texts that others than the sender know, such as the city of an address, of which each has at most
    /// ``suppliedTextBytesMax``: two look-ups of six texts.
    public static let suppliedBytes = 12 * suppliedTextBytesMax
    /// Bytes of one such text. The longest names of cities have some 80.
    public static let suppliedTextBytesMax = 128
    /// `tmax` in milliseconds at most; above, a sender's clock unit is wrong and the value is ignored.
    public static let tmaxMillisMax: Int32 = 60_000
}
