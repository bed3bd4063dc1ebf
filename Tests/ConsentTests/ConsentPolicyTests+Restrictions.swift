@testable import Consent

/// Rows of what publishers restrict.
extension ConsentPolicyTests {
    private static func restricted(_ restrictions: TCFText.Restriction...) -> String {
        TCFText.text { $0.restrictions = restrictions }
    }

    private static let flexible = ConsentPolicy.ours.with { $0.flexiblePurposes = [2] }
    private static let flexibleByInterest = ConsentPolicy.byInterest.with { $0.flexiblePurposes = [2] }

    static let restrictions: [SignalRow] = [
        .init(
            name: "2 forbidden", gdpr: true, tcf: restricted(.init(2, .notAllowed, 42...42)), mode: .contextual,
            because: .tcfPurpose2),
        .init(
            name: "1 forbidden where it is not asked for", gdpr: true,
            tcf: TCFText.text {
                $0.restrictions = [.init(1, .notAllowed, 42...42)]
                $0.purposeOneTreatment = true
            }, policy: .ours.with { $0.purposeOneExceptions = [TCFString.Letters("DE")].compactMap { $0 } },
            mode: .contextual, because: .tcfPurpose1),
        .init(
            name: "4 forbidden", gdpr: true, tcf: restricted(.init(4, .notAllowed, 40...50)), mode: .limited,
            because: .tcfProfiles),
        .init(
            name: "2 forbidden to others", gdpr: true, tcf: restricted(.init(2, .notAllowed, 1...41, 43...99)),
            mode: .full, because: .tcfConsent),
        .init(
            name: "consent required, as we have it", gdpr: true, tcf: restricted(.init(2, .requireConsent, 42...42)),
            mode: .full, because: .tcfConsent),
        .init(
            name: "interest required, and we are not flexible", gdpr: true,
            tcf: restricted(.init(2, .requireLegitimateInterest, 42...42)), mode: .contextual, because: .tcfPurpose2),
        .init(
            name: "interest required, and we are flexible", gdpr: true,
            tcf: restricted(.init(2, .requireLegitimateInterest, 42...42)), policy: flexible, mode: .full,
            because: .tcfConsent),
        .init(
            name: "interest required, flexible, objected to", gdpr: true,
            tcf: TCFText.text {
                $0.restrictions = [.init(2, .requireLegitimateInterest, 42...42)]
                $0.interests = []
            }, policy: flexible, mode: .contextual, because: .tcfPurpose2),
        .init(
            name: "consent required of interest, and we are not flexible", gdpr: true,
            tcf: restricted(.init(2, .requireConsent, 42...42)), policy: .byInterest, mode: .contextual,
            because: .tcfPurpose2),
        .init(
            name: "consent required of interest, and we are flexible", gdpr: true,
            tcf: restricted(.init(2, .requireConsent, 42...42)), policy: flexibleByInterest, mode: .full,
            because: .tcfConsent),
        .init(
            name: "consent required of interest, flexible, refused", gdpr: true,
            tcf: TCFText.text {
                $0.restrictions = [.init(2, .requireConsent, 42...42)]
                $0.purposes = [1, 3, 4]
            }, policy: flexibleByInterest, mode: .contextual, because: .tcfPurpose2),
        .init(
            name: "both required", gdpr: true,
            tcf: restricted(.init(2, .requireConsent, 42...42), .init(2, .requireLegitimateInterest, 42...42)),
            policy: flexible, mode: .contextual, because: .tcfPurpose2),
        .init(
            name: "interest required of profiles", gdpr: true,
            tcf: restricted(.init(4, .requireLegitimateInterest, 42...42)),
            policy: .ours.with { $0.flexiblePurposes = [4] }, mode: .limited, because: .tcfProfiles),
        .init(
            name: "a restriction of no known type", gdpr: true, tcf: restricted(.init(2, .undefined, 42...42)),
            mode: .full, because: .tcfConsent),
    ]
}
