import Testing

@testable import Consent

@Suite("From signals to what may be done")
struct ConsentPolicyTests {
    static let flags: [SignalRow] = [
        .init(name: "nothing is said", mode: .full, because: .unrestricted),
        .init(name: "a child", flags: [.coppa], mode: .contextual, because: .coppa),
        .init(name: "limited ad tracking", flags: [.lmt], mode: .contextual, because: .lmt),
        .init(name: "do not track", flags: [.dnt], mode: .contextual, because: .dnt),
        .init(name: "Global Privacy Control", flags: [.gpc], mode: .contextual, because: .gpc),
        .init(name: "our own opt-out", flags: [.optedOut], mode: .contextual, because: .optOut),
        .init(name: "an id that is denied", flags: [.ifaDenied], mode: .full, because: .unrestricted),
        .init(name: "of equals the first", flags: [.lmt, .coppa, .gpc], mode: .contextual, because: .coppa),
        .init(name: "GDPR denied", gdpr: false, flags: [.isEuropean], mode: .full, because: .unrestricted),
        .init(
            name: "GDPR denied lifts no other row", gdpr: false, usPrivacy: "1YYN", mode: .contextual,
            because: .usPrivacy),
    ]

    @Test("each row", arguments: flags + gdpr + purposes + restrictions + american + sectionTwo)
    func row(row: SignalRow) {
        let decision = row.decide()
        #expect(decision.mode == row.mode)
        #expect(decision.because == row.because)
        #expect(decision.mode == .full || !decision.preciseGeo)
        #expect(decision.mode >= .limited || !(decision.mayMeasure || decision.ifaAllowed))
    }

    @Test("two rows together allow no more than either")
    func pairs() {
        let americans = Self.american.filter { $0.policy == .ours && $0.gppSID != [2] }
        for one in Self.gdpr + Self.purposes where one.gdpr == true {
            for other in americans {
                var both = one
                (both.gpp, both.gppSID, both.usPrivacy) = (other.gpp, other.gppSID, other.usPrivacy)
                #expect(both.decide().mode == min(one.mode, other.mode), "\(one), \(other)")
            }
        }
    }

    @Test("measuring under a pseudonym is purpose 7's")
    func measuring() {
        let rows: [(purposes: [Int], mayMeasure: Bool)] = [
            ([1, 2, 3, 4, 7], true), ([1, 2, 3, 4], false), ([1, 2, 7], true),
        ]
        for row in rows {
            let signals = SignalRow(
                name: "", gdpr: true, tcf: TCFText.text { $0.purposes = row.purposes }, mode: .full,
                because: .tcfConsent)
            #expect(signals.decide().mayMeasure == row.mayMeasure, "\(row.purposes)")
        }
        #expect(ConsentDecision.unrestricted.mayMeasure)
    }

    @Test("a precise place needs its special feature, full consent, and no section that forbids it")
    func places() {
        func allows(_ row: SignalRow) -> Bool { row.decide().preciseGeo }
        #expect(allows(.init(name: "", mode: .full, because: .unrestricted)))
        #expect(allows(.init(name: "", gdpr: true, tcf: TCFText.text(), mode: .full, because: .tcfConsent)))
        for (features, purposes) in [([2], [1, 2, 3, 4]), ([], [1, 2, 3, 4]), ([1], [1, 2])] {
            let text = TCFText.text {
                $0.specialFeatures = features
                $0.purposes = purposes
            }
            #expect(!allows(.init(name: "", gdpr: true, tcf: text, mode: .full, because: .tcfConsent)))
        }
        for (geo, isAllowed) in [(0, false), (1, false), (2, true)] {
            let text = GPPText.text([(7, GPPText.national(geo: geo))])
            #expect(allows(.init(name: "", gpp: text, gppSID: [7], mode: .full, because: .unrestricted)) == isAllowed)
        }
    }

    @Test("a device that denies its id leaves the others")
    func ifa() {
        let denied = SignalRow(name: "", flags: [.ifaDenied], mode: .full, because: .unrestricted).decide()
        #expect(!denied.ifaAllowed && denied.mayMeasure && denied.preciseGeo)
        #expect(ConsentDecision.unrestricted.ifaAllowed)
        #expect(!ConsentDecision(.contextual, because: .coppa).ifaAllowed)
    }
}
