import Testing
import Units

@testable import Traffic

@Suite("Consent strings")
struct ConsentTextsTests {
    private let texts = ConsentTexts(day: Instant(seconds: 1_780_272_000 + 3_600), seed: 1)

    /// The bits of base64url characters, most significant first.
    private struct Bits {
        private let bits: [Bool]
        private var position = 0

        init(_ text: some Sequence<UInt8>) {
            let digits = (UInt8(0)..<64).map(Base64.digit)
            bits = text.flatMap { byte -> [Bool] in
                let value = digits.firstIndex(of: byte) ?? 0
                return (0..<6).map { value >> (5 - $0) & 1 == 1 }
            }
        }

        mutating func number(_ width: Int) -> Int {
            defer { position += width }
            return bits[position..<position + width].reduce(0) { $0 * 2 + ($1 ? 1 : 0) }
        }
    }

    @Test("a TC string says which version, when, and that it is for this service only")
    func core() throws {
        let text = try #require(texts.tcf(.everything, variant: 0))
        var bits = Bits(text.prefix { $0 != UInt8(ascii: ".") })
        #expect(bits.number(6) == 2)
        #expect(bits.number(36) == 17_802_720_000)
        _ = bits.number(36 + 12)
        _ = bits.number(12 + 6 + 12 + 12)
        #expect(bits.number(6) >= 4)
        #expect(bits.number(1) == 1)
    }

    @Test(
        "purposes are those that the visitor agreed to",
        arguments: [
            (ConsentTexts.Answer.everything, 0b1111_1111_1110_0000_0000_0000),
            (.measuredAdsOnly, 0b1100_0010_0000_0000_0000_0000),
            (.nothing, 0),
        ])
    func purposes(answer: ConsentTexts.Answer, purposes: Int) throws {
        let text = try #require(texts.tcf(answer, variant: 1))
        var bits = Bits(text.prefix { $0 != UInt8(ascii: ".") })
        for width in [6, 36, 36, 12, 12, 6, 12, 12, 6, 2, 12] { _ = bits.number(width) }
        #expect(bits.number(24) == purposes)
    }

    @Test("a visitor who was never asked has no string")
    func neverAsked() { #expect(texts.tcf(.neverAsked, variant: 0) == nil) }

    @Test("the American section opts out of sale, sharing and targeting, or of nothing")
    func national() {
        for (text, optOut) in [(texts.nationalAllowed, 2), (texts.nationalOptedOut, 1)] {
            let section = String(decoding: text, as: UTF8.self).split(separator: "~")[1].split(separator: ".")[0]
            var bits = Bits(section.utf8)
            #expect(bits.number(6) == 1)
            _ = bits.number(12)
            #expect((0..<3).map { _ in bits.number(2) } == [optOut, optOut, optOut])
        }
    }
}
