/// A `us_privacy` string: four characters.
///
/// - Source: IAB US Privacy String 1.0.
package struct USPrivacy: BitwiseCopyable, Hashable, Sendable {
    package enum Answer: UInt8, CaseIterable, BitwiseCopyable, Sendable {
        case yes
        case no
        /// The law does not apply.
        case notApplicable
    }

    /// Of the specification; always 1.
    package var version: Int { 1 }
    /// Whether the visitor was told, and could opt out.
    package let notice: Answer
    package let optOutSale: Answer
    /// Whether the limited service provider agreement covers the transaction.
    package let lspaCovered: Answer

    /// - Returns: nil for any other length, version or letter; letters count in any case.
    package init?(_ text: Span<UInt8>) { self.init(text, 0..<text.count) }

    /// - Parameter range: of the string within the text.
    init?(_ text: Span<UInt8>, _ range: Range<Int>) {
        let start = range.lowerBound
        guard range.count == 4, text[start] == UInt8(ascii: "1"), let notice = Answer(text[start + 1]),
            let optOutSale = Answer(text[start + 2]), let lspaCovered = Answer(text[start + 3])
        else { return nil }
        self.notice = notice
        self.optOutSale = optOutSale
        self.lspaCovered = lspaCovered
    }
}

extension USPrivacy.Answer {
    fileprivate init?(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "Y"), UInt8(ascii: "y"): self = .yes
        case UInt8(ascii: "N"), UInt8(ascii: "n"): self = .no
        case UInt8(ascii: "-"): self = .notApplicable
        default: return nil
        }
    }
}
