internal import Consent
internal import Units

/// Consent strings, from bytes to what they allow.
///
/// Input: a byte that says what is known of the laws, then a TC string, a GPP string and a US privacy string, a line
/// each.
package struct ConsentSubject: InputCheck {
    private let policy: ConsentPolicy = {
        var policy = ConsentPolicy()
        policy.vendorID = vendor
        return policy
    }()

    package init() {}

    package func check(_ input: [UInt8]) {
        let parts = input.dropFirst().split(
            separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        let texts = (0..<3).map { $0 < parts.count ? Array(parts[$0]) : [] }
        let law = input.first ?? 0
        let decision = decide(texts, law)
        Property.holds(decision == decide(texts, law), "the same strings always allow the same")
        checkDecision(decision)
        // Where the GDPR is said to apply nothing more is allowed than where it is not.
        let strict = decide(texts, law & ~0b11 | 1)
        let free = decide(texts, law & ~0b11 | 2)
        Property.holds(strict.mode <= free.mode && strict.mode <= decision.mode, "a law that applies allows no more")
        checkStrings(texts)
    }

    private func decide(_ texts: [[UInt8]], _ law: UInt8) -> ConsentDecision {
        var signals = ConsentSignals(tcf: texts[0], gpp: texts[1], usPrivacy: texts[2])
        switch law & 0b11 {
        case 1: signals.gdpr = true
        case 2: signals.gdpr = false
        default: signals.isEuropean = law & 0b11 == 3
        }
        let sections: [[Int32]] = [[], [2], [7], [-1], [6], [8], [2, 7], [9, 99]]
        signals.gppSID = GPPSectionList(sections[Int(law >> 2 & 0b111)])
        return policy.decide(signals, at: FuzzWorld.instant)
    }

    private func checkDecision(_ decision: ConsentDecision) {
        Property.holds(decision.mode == .full || !decision.preciseGeo, "a precise place needs full consent")
        let isPersonal = decision.mayMeasure || decision.ifaAllowed
        Property.holds(decision.mode >= .limited || !isPersonal, "nothing of a person is used without consent")
        let isReasoned = decision.mode == .full || decision.because != .unrestricted
        Property.holds(isReasoned, "what is not allowed has a reason")
    }

    /// What is read of one string agrees with itself.
    private func checkStrings(_ texts: [[UInt8]]) {
        checkTCF(texts[0])
        checkGPP(texts[1])
    }

    private func checkTCF(_ text: [UInt8]) {
        guard let string = try? TCFString(text.span, vendor: Self.vendor) else { return }
        let isRecognizable = TCFString.isRecognizable(text.span)
        Property.holds(string.version == 2 && isRecognizable, "what can be read is of version 2, and recognised")
        let isListed = string.vendorConsent && string.maxVendorConsent < Self.vendor
        Property.holds(!isListed, "no vendor above the greatest has consent")
        let nobody = try? TCFString(text.span, vendor: 0)
        Property.holds(nobody?.vendorConsent == false, "nobody's id has no consent")
    }

    private func checkGPP(_ text: [UInt8]) {
        guard let string = try? GPPString(text.span) else { return }
        var sections = string.makeIterator()
        var last = -1
        while let (id, range) = sections.next(in: text.span) {
            Property.holds(id > last && range.upperBound <= text.count, "sections follow each other")
            let found = string.section(id, in: text.span)
            Property.holds(found == range, "a section is found by its id")
            last = id
            _ = try? USSection(id, text.span, range)
        }
    }

    private static let vendor = 755

    /// Those of generated requests, and such as are refused for each reason.
    static var seeds: [[UInt8]] {
        let tcf = "CQrdYgAQrdYgAAfAEBENCOFsAP_gAEPgAAYgAZAAAAAAAQAAMgAAAAAAIAAA.IAZAAAAAAAQA"
        let ranges = "CQrdYgAQrdYgAAfAEBENCOFsAP_gAEPgAAYgyAwAIAEAZAAyAwAIAEAZAAAAA.IyAwAIAEAZAA"
        let national = "DBABLA~CVVVqAAAAAAg.QA"
        let texts = [
            (tcf, "", ""), (ranges, "", ""), ("", national, ""), ("", "DBABM~" + tcf, ""), ("", tcf, ""),
            ("", "DBACNY~" + tcf + "~1YNN", ""), ("", "", "1YNN"), ("", "", "1YYN"), ("garbage", "???", "1Y"),
            ("", "DBABLA~CVVVkkkkkpFY.YA", "1---"), ("", "DBABBg~BVWSSSVY.YA", ""), (tcf, national, "1NN-"),
        ]
        return texts.flatMap { text in
            [0, 1, 6, 9, 19].map { law in [UInt8(law)] + Array("\(text.0)\n\(text.1)\n\(text.2)".utf8) }
        }
    }
}
