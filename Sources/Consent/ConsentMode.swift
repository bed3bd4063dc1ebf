package import OpenRTB

/// What the visitor's signals allow us to do with a request, from most to least.
package enum ConsentMode: UInt8, CaseIterable, BitwiseCopyable, Comparable, Sendable {
    /// Nothing personal, not even a bid.
    case none = 0
    /// No identifier is read or stored; the page, the content, a coarse place and the time remain.
    case contextual = 1
    /// Identifiers for capping and measurement only.
    case limited = 2
    /// Identifiers and profiles.
    case full = 3

    package static func < (lhs: ConsentMode, rhs: ConsentMode) -> Bool { lhs.rawValue < rhs.rawValue }

    package var label: String { "\(self)" }
}

extension ConsentMode {
    /// The mode of a request: the most restrictive of all signals that apply.
    ///
    /// Consent strings (TCF, GPP) are not decoded yet. Until they are, their presence under a law that asks for them
    /// means ``contextual``: too careful for those who consented, never too bold for those who did not.
    package init(of request: borrowing BidRequest) {
        let regs = request.regs
        let optedOut =
            regs.coppa || regs.gpc || regs.gdpr == true || request.device.lmt || request.device.dnt
            || (regs.gdpr == nil && !request.user.consent.isEmpty)
            || Self.saleOptOut(regs.usPrivacy, request.text)
            || (!regs.gpp.isEmpty && Self.sectionApplies(regs.gppSID, in: request))
        self = optedOut ? .contextual : .full
    }

    /// `us_privacy`: version, notice, opt-out of sale, LSPA; anything that is not of this form counts as an opt-out.
    ///
    /// - Source: IAB US Privacy String 1.0.
    private static func saleOptOut(_ string: Text, _ buffer: TextBuffer) -> Bool {
        if string.isEmpty { return false }
        guard string.count == 4, buffer[string, 0] == UInt8(ascii: "1") else { return true }
        switch buffer[string, 2] {
        case UInt8(ascii: "N"), UInt8(ascii: "n"), UInt8(ascii: "-"): return false
        default: return true
        }
    }

    /// A GPP string without a list of sections is taken as if all of its sections applied.
    private static func sectionApplies(_ sections: List<Int32>, in request: borrowing BidRequest) -> Bool {
        if sections.isEmpty { return true }
        for index in 0..<sections.count where request.element(index, of: sections) > 0 { return true }
        return false
    }
}
