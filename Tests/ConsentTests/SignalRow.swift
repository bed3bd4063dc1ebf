import Units

@testable import Consent

extension ConsentPolicy {
    /// Of vendor 42, who may rest limited ads and measuring on either basis.
    static let ours: ConsentPolicy = {
        var policy = ConsentPolicy()
        policy.vendorID = TCFText.vendor
        return policy
    }()

    /// One whose purposes but 1, 3 and 4 rest on legitimate interest.
    static let byInterest: ConsentPolicy = {
        var policy = ours
        policy.consentPurposes = [1, 3, 4]
        policy.legitimateInterestPurposes = [2, 7, 9, 10]
        return policy
    }()

    func with(_ change: (inout ConsentPolicy) -> Void) -> ConsentPolicy {
        var policy = self
        change(&policy)
        return policy
    }
}

/// One row of the table: signals, a policy, and what must come of them.
struct SignalRow: CustomStringConvertible, Sendable {
    let name: String
    var gdpr: Bool?
    var tcf = ""
    var gpp = ""
    var gppSID: [Int32] = []
    var usPrivacy = ""
    var flags: [Flag] = []
    var policy = ConsentPolicy.ours
    let mode: ConsentMode
    let because: ConsentReason

    enum Flag: Sendable { case coppa, lmt, dnt, gpc, optedOut, isEuropean, ifaDenied }

    var description: String { name }

    func decide() -> ConsentDecision {
        var signals = ConsentSignals(tcf: Array(tcf.utf8), gpp: Array(gpp.utf8), usPrivacy: Array(usPrivacy.utf8))
        signals.gdpr = gdpr
        signals.gppSID = GPPSectionList(gppSID)
        for flag in flags {
            switch flag {
            case .coppa: signals.coppa = true
            case .lmt: signals.lmt = true
            case .dnt: signals.dnt = true
            case .gpc: signals.gpc = true
            case .optedOut: signals.optedOut = true
            case .isEuropean: signals.isEuropean = true
            case .ifaDenied: signals.ifaDenied = true
            }
        }
        return policy.decide(signals, at: TCFText.now)
    }
}
