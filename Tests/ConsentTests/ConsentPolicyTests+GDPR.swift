import Units

@testable import Consent

/// Rows of the GDPR: whether it applies, what a TC string is good for, and what its purposes allow.
extension ConsentPolicyTests {
    static let gdpr: [SignalRow] = [
        .init(name: "no string", gdpr: true, mode: .contextual, because: .tcfMissing),
        .init(
            name: "no string, and no bid without a basis", gdpr: true, policy: .ours.with { $0.withoutBasis = .none },
            mode: .none, because: .tcfMissing),
        .init(name: "no string of TCF", gdpr: true, tcf: "garbage", mode: .contextual, because: .tcfInvalid),
        .init(
            name: "a cut string", gdpr: true, tcf: String(TCFText.text().prefix(50)), mode: .contextual,
            because: .tcfInvalid),
        .init(name: "agreed", gdpr: true, tcf: TCFText.text(), mode: .full, because: .tcfConsent),
        .init(name: "unknown, in Europe", flags: [.isEuropean], mode: .contextual, because: .tcfMissing),
        .init(
            name: "unknown, in Europe, agreed", tcf: TCFText.text(), flags: [.isEuropean], mode: .full,
            because: .tcfConsent),
        .init(
            name: "unknown, a string that refuses", tcf: TCFText.text { $0.purposes = [] }, mode: .contextual,
            because: .tcfPurpose1),
        .init(
            name: "unknown, a string of version 1", tcf: TCFText.text { $0.version = 1 }, mode: .contextual,
            because: .tcfInvalid),
        .init(name: "unknown, a text that is no such string", tcf: "garbage", mode: .full, because: .unrestricted),
        .init(
            name: "denied, a string that refuses", gdpr: false, tcf: TCFText.text { $0.purposes = [] }, mode: .full,
            because: .unrestricted),
        .init(
            name: "agreed, and a child", gdpr: true, tcf: TCFText.text(), flags: [.coppa], mode: .contextual,
            because: .coppa),
        .init(
            name: "no bid without a basis, and a child", gdpr: true, flags: [.coppa],
            policy: .ours.with { $0.withoutBasis = .none }, mode: .none, because: .tcfMissing),
        .init(
            name: "a string from the year before last", gdpr: true,
            tcf: TCFText.text { $0.created = TCFText.now.adding(seconds: -86_400 * 396) }, mode: .contextual,
            because: .tcfStale),
        .init(
            name: "a string of thirteen months less a day", gdpr: true,
            tcf: TCFText.text { $0.created = TCFText.now.adding(seconds: -86_400 * 394) }, mode: .full,
            because: .tcfConsent),
        .init(
            name: "of a former policy", gdpr: true, tcf: TCFText.text { $0.policyVersion = 3 }, mode: .contextual,
            because: .tcfPolicyVersion),
        .init(
            name: "of a former policy, accepted", gdpr: true, tcf: TCFText.text { $0.policyVersion = 2 },
            policy: .ours.with { $0.policyVersionMin = 2 }, mode: .full, because: .tcfConsent),
        .init(
            name: "for everybody's services", gdpr: true, tcf: TCFText.text { $0.isServiceSpecific = false },
            mode: .contextual, because: .tcfGlobal),
        .init(
            name: "nobody disclosed", gdpr: true, tcf: TCFText.text { $0.disclosed = nil }, mode: .contextual,
            because: .tcfNotDisclosed),
        .init(
            name: "nobody disclosed, accepted", gdpr: true, tcf: TCFText.text { $0.disclosed = nil },
            policy: .ours.with { $0.requireDisclosedVendors = false }, mode: .full, because: .tcfConsent),
        .init(
            name: "others disclosed", gdpr: true, tcf: TCFText.text { $0.disclosed = .ranges([1...41], max: 50) },
            policy: .ours.with { $0.requireDisclosedVendors = false }, mode: .contextual, because: .tcfNotDisclosed),
        .init(
            name: "we are no vendor", gdpr: true, tcf: TCFText.text(), policy: ConsentPolicy(), mode: .contextual,
            because: .tcfNoVendorID),
    ]

    static let purposes: [SignalRow] = [
        .init(
            name: "neither consent nor interest", gdpr: true,
            tcf: TCFText.text {
                $0.vendorConsents = .nobody
                $0.vendorInterests = .nobody
            }, mode: .contextual, because: .tcfVendor),
        .init(
            name: "interest alone does not store", gdpr: true, tcf: TCFText.text { $0.vendorConsents = .nobody },
            policy: .byInterest, mode: .contextual, because: .tcfPurpose1),
        .init(
            name: "purpose 1 refused", gdpr: true, tcf: TCFText.text { $0.purposes = [2, 3, 4, 7] }, mode: .contextual,
            because: .tcfPurpose1),
        .init(
            name: "purpose 2 refused", gdpr: true, tcf: TCFText.text { $0.purposes = [1, 3, 4] }, mode: .contextual,
            because: .tcfPurpose2),
        .init(
            name: "1 and 2", gdpr: true, tcf: TCFText.text { $0.purposes = [1, 2] }, mode: .limited,
            because: .tcfProfiles),
        .init(
            name: "1, 2 and 4: read, not written", gdpr: true, tcf: TCFText.text { $0.purposes = [1, 2, 4] },
            mode: .limited, because: .tcfProfiles),
        .init(
            name: "1, 2 and 3: written, not read", gdpr: true, tcf: TCFText.text { $0.purposes = [1, 2, 3] },
            mode: .limited, because: .tcfProfiles),
        .init(
            name: "1 to 4", gdpr: true, tcf: TCFText.text { $0.purposes = [1, 2, 3, 4] }, mode: .full,
            because: .tcfConsent),
        .init(
            name: "2 by interest", gdpr: true, tcf: TCFText.text { $0.purposes = [1, 3, 4] }, policy: .byInterest,
            mode: .full, because: .tcfConsent),
        .init(
            name: "2 by interest, objected to", gdpr: true, tcf: TCFText.text { $0.interests = [7] },
            policy: .byInterest, mode: .contextual, because: .tcfPurpose2),
        .init(
            name: "2 by interest, objected to as regards us", gdpr: true,
            tcf: TCFText.text { $0.vendorInterests = .nobody }, policy: .byInterest, mode: .contextual,
            because: .tcfPurpose2),
        .init(
            name: "a purpose that we did not declare", gdpr: true, tcf: TCFText.text(),
            policy: .ours.with { $0.consentPurposes = [1, 2, 3] }, mode: .limited, because: .tcfProfiles),
        .init(
            name: "profiles never rest on interest", gdpr: true,
            tcf: TCFText.text {
                $0.purposes = [1, 2]
                $0.interests = [3, 4]
            },
            policy: .ours.with {
                $0.consentPurposes = [1, 2]
                $0.legitimateInterestPurposes = [3, 4]
            }, mode: .limited, because: .tcfProfiles),
        .init(
            name: "purpose 1 not asked for in Germany", gdpr: true,
            tcf: TCFText.text {
                $0.purposes = [2, 3, 4]
                $0.purposeOneTreatment = true
            }, policy: .ours.with { $0.purposeOneExceptions = [TCFString.Letters("de")].compactMap { $0 } },
            mode: .full,
            because: .tcfConsent),
        .init(
            name: "purpose 1 not asked for where we do not accept that", gdpr: true,
            tcf: TCFText.text {
                $0.purposes = [2, 3, 4]
                $0.purposeOneTreatment = true
            }, mode: .contextual, because: .tcfPurpose1),
        .init(
            name: "purpose 1 asked for in Germany", gdpr: true, tcf: TCFText.text { $0.purposes = [2, 3, 4] },
            policy: .ours.with { $0.purposeOneExceptions = [TCFString.Letters("DE")].compactMap { $0 } },
            mode: .contextual, because: .tcfPurpose1),
    ]
}
