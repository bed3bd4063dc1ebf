import Testing
import Units

@testable import Consent

/// Whatever strangers send is read or refused.
@Suite("Consent strings of chance")
struct RandomStringTests {
    private static let texts: [String] = [
        TCFText.text(),
        TCFText.text {
            $0.vendorConsents = .ranges([1...7, 42...42, 100...900], max: 1000)
            $0.restrictions = [.init(2, .requireConsent, 1...50), .init(7, .notAllowed, 3...3)]
        },
        GPPText.text([(2, TCFText.text()), (6, "1YNN"), (7, GPPText.national()), (8, GPPText.california())]),
        GPPText.text([(9, GPPText.virginia()), (64, "x")]), "1YNN",
    ]

    private static func decide(_ bytes: [UInt8]) -> [ConsentDecision] {
        var signals = ConsentSignals(tcf: bytes, gpp: bytes, usPrivacy: bytes)
        var decisions = [ConsentPolicy.ours.decide(signals, at: TCFText.now)]
        signals.gdpr = true
        signals.gppSID = GPPSectionList([2, 6, 7, 8, 9, 64])
        decisions.append(ConsentPolicy.ours.decide(signals, at: TCFText.now))
        for id in 7...27 { _ = try? USSection(id, bytes.span, 0..<bytes.count) }
        return decisions
    }

    @Test("bytes of chance, sound strings cut, and sound strings with bytes changed never trap")
    func chance() {
        var random = SplitMix64(seed: 5)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+/".utf8)
        var read = 0
        for round in 0..<4_000 {
            var bytes = Array(Self.texts[Int(random.next() % UInt64(Self.texts.count))].utf8)
            switch round % 4 {
            case 0: bytes = (0..<random.next() % 200).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            case 1: bytes = Array(bytes.prefix(Int(random.next() % UInt64(bytes.count))))
            case 2:
                for _ in 0...random.next() % 4 {
                    bytes[Int(random.next() % UInt64(bytes.count))] =
                        alphabet[Int(random.next() % UInt64(alphabet.count))]
                }
            default:
                bytes = (0..<random.next() % 300).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
                bytes.insert(contentsOf: round % 8 == 3 ? [0x43] : [0x44, 0x42, 0x41], at: 0)
            }
            let decisions = Self.decide(bytes)
            #expect(decisions == Self.decide(bytes))
            if (try? TCFString(bytes.span, vendor: 42)) != nil || (try? GPPString(bytes.span)) != nil { read += 1 }
        }
        // Most of the changed ones are still read, so it is not only refusing that is tried.
        #expect(read > 500)
    }
}
