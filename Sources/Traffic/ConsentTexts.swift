internal import Units

/// Consent strings of visitors who agreed to everything, to something, or to nothing.
///
/// Source: TCF 2.3 (consent string format), GPP 1.1 and its US national section, US Privacy 1.0.
struct ConsentTexts: Sendable {
    /// What a visitor of a country under the GDPR answered.
    enum Answer: Sendable { case everything, measuredAdsOnly, nothing, neverAsked }

    private let everything: [[UInt8]]
    private let measuredAdsOnly: [UInt8]
    private let nothing: [UInt8]
    /// GPP texts with the US national section: no opt-out, then opted out of sale and sharing.
    let nationalAllowed: [UInt8]
    let nationalOptedOut: [UInt8]

    /// - Parameters:
    ///   - day: when the strings were made; they hold whole days.
    ///   - seed: decides which vendors are missing from long lists.
    init(day: Instant, seed: UInt64) {
        let deciseconds = UInt64(max(0, day.micros / 86_400_000_000)) * 864_000
        var chance = SplitMix64(seed: Mix.scramble(seed ^ 0x5443_5354))
        // Purposes 1 to 11, and legitimate interest where the policy still allows it: 2 and 7 to 11.
        let all = Grant(purposes: 0b1111_1111_111 << 13, interests: 0b0100_0011_111 << 13, specials: 0b11 << 10)
        everything = [
            Self.tcf(made: deciseconds, all, vendors: .range(1600)),
            Self.tcf(made: deciseconds, all, vendors: .list((0..<1200).map { _ in chance.happens(0.93) })),
            Self.tcf(made: deciseconds, all, vendors: .list((0..<800).map { _ in chance.happens(0.96) })),
        ]
        // Purposes 1, 2 and 7: an advertisement may be capped and measured, no profile used.
        let some = Grant(purposes: 0b1100_0010_000 << 13, interests: 0b0100_0010_000 << 13, specials: 0)
        measuredAdsOnly = Self.tcf(made: deciseconds, some, vendors: .range(1600))
        let none = Grant(purposes: 0, interests: 0, specials: 0)
        nothing = Self.tcf(made: deciseconds, none, vendors: .range(0))
        nationalAllowed = Self.national(optOut: 2)
        nationalOptedOut = Self.national(optOut: 1)
    }

    /// The TC string of an answer.
    ///
    /// - Parameters:
    ///   - answer: what the visitor agreed to.
    ///   - variant: which of several equal answers; 0 or more.
    /// - Returns: nil for a visitor who was never asked.
    func tcf(_ answer: Answer, variant: Int) -> [UInt8]? {
        switch answer {
        case .everything: everything[variant % everything.count]
        case .measuredAdsOnly: measuredAdsOnly
        case .nothing: nothing
        case .neverAsked: nil
        }
    }

    /// Purposes in the high bits of 24, special features in the high bits of 12.
    private struct Grant {
        let purposes: UInt64
        let interests: UInt64
        let specials: UInt64
    }

    private enum Vendors {
        /// Every vendor up to a number, as one range.
        case range(Int)
        /// A bit for each vendor.
        case list([Bool])
    }

    private static func tcf(made deciseconds: UInt64, _ grant: Grant, vendors: Vendors) -> [UInt8] {
        var core = BitText()
        core.append(2, 6)  // version
        core.append(deciseconds, 36)
        core.append(deciseconds, 36)
        core.append(31, 12)  // CMP
        core.append(4, 12)  // its version
        core.append(1, 6)  // screen
        core.append(letters("EN"), 12)
        core.append(142, 12)  // vendor list
        core.append(5, 6)  // policy
        core.append(1, 1)  // for this service only
        core.append(0, 1)
        core.append(grant.specials, 12)
        core.append(grant.purposes, 24)
        core.append(grant.interests, 24)
        core.append(0, 1)
        core.append(letters("DE"), 12)
        append(vendors, to: &core)
        append(vendors, to: &core)
        core.append(0, 12)  // no publisher restrictions
        core.pad()
        var disclosed = BitText()
        disclosed.append(1, 3)
        append(.range(1600), to: &disclosed)
        disclosed.pad()
        return core.text + [UInt8(ascii: ".")] + disclosed.text
    }

    private static func append(_ vendors: Vendors, to text: inout BitText) {
        switch vendors {
        case .range(0):
            text.append(0, 17)
        case .range(let last):
            text.append(UInt64(last), 16)
            text.append(1, 1)  // ranges
            text.append(1, 12)  // one of them
            text.append(1, 1)
            text.append(1, 16)
            text.append(UInt64(last), 16)
        case .list(let bits):
            text.append(UInt64(bits.count), 16)
            text.append(0, 1)
            for bit in bits { text.append(bit ? 1 : 0, 1) }
        }
    }

    /// Two capital letters in six bits each, A as zero.
    private static func letters(_ two: String) -> UInt64 {
        two.utf8.reduce(0) { $0 << 6 | UInt64($1 - UInt8(ascii: "A")) }
    }

    /// A GPP text with the US national section alone.
    ///
    /// - Parameter optOut: of sale, sharing and targeted advertising: 1 opted out, 2 did not.
    /// - Returns: header, section and its signal for global privacy control, which is off.
    private static func national(optOut: UInt64) -> [UInt8] {
        var section = BitText()
        section.append(1, 6)  // version
        for _ in 0..<6 { section.append(1, 2) }  // every notice given
        for _ in 0..<3 { section.append(optOut, 2) }
        section.append(0, 24 + 4 + 2)  // sensitive data, known child, personal data: not applicable
        section.append(2, 2)  // not covered by the MSPA
        section.append(0, 4)
        section.pad()
        var signal = BitText()
        signal.append(1, 2)
        signal.append(0, 1)  // no global privacy control
        signal.pad()
        return Array("DBABLA~".utf8) + section.text + [UInt8(ascii: ".")] + signal.text + [UInt8(ascii: "A")]
    }
}
