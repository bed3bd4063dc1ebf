/// What a creative says of itself as text: for explanations, not for the bid path.
extension Creative {
    package var categories: [String] { names.categories.map { Self.string($0.bytes) } }
    package var advertiserDomains: [String] { adomain.map(Self.string) }
    package var attributes: [Int32] { attr }
    package var languageTag: String { Self.string(language) }
    /// Store id of the advertised app; empty for none.
    package var store: String { names.apps.map { Self.string($0.bytes) }.joined() }

    /// What it can fill.
    package var offers: String {
        switch markup {
        case .banner(let banner): banner.size.map { "banner \($0.w)x\($0.h)" } ?? "banner of any size"
        case .linear(let linear):
            """
            \(linear.isVideo ? "video" : "audio") of \(linear.duration) s, \
            protocols \(linear.renditions.map { "\($0.protocolValue)" }.joined(separator: " ")), \
            mimes \(linear.mimes.map(Self.string).joined(separator: " "))
            """
        case .native: "native"
        }
    }

    private static func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
