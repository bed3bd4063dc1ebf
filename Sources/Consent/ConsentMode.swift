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
            || (regs.gdpr == nil
                && (!request.user.consent.isEmpty || Self.isEuropean(request.device.geo, request.text)))
            || Self.saleOptOut(regs.usPrivacy, request.text)
            || Self.sectionApplies(regs, in: request)
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

    /// A GPP string without a list of sections is taken as if all of its sections applied; a section in force without
    /// its string is one that cannot be decoded.
    private static func sectionApplies(_ regs: Regs, in request: borrowing BidRequest) -> Bool {
        if regs.gppSID.isEmpty { return !regs.gpp.isEmpty }
        for index in 0..<regs.gppSID.count where request.element(index, of: regs.gppSID) > 0 { return true }
        return false
    }

    /// Where the sender does not say whether the GDPR applies, the place says it.
    private static func isEuropean(_ geo: Geo, _ buffer: TextBuffer) -> Bool {
        guard geo.country.count == 3 else { return false }
        let code = (0..<3).reduce(UInt32(0)) { $0 << 8 | UInt32(buffer[geo.country, $1]) }
        return european.contains(code)
    }

    /// The European Economic Area, the United Kingdom and Switzerland, each code packed.
    private static let european: Set<UInt32> = Set(
        """
        AUT BEL BGR HRV CYP CZE DNK EST FIN FRA DEU GRC HUN IRL ITA LVA LTU LUX MLT NLD POL PRT ROU SVK SVN ESP SWE \
        ISL LIE NOR GBR CHE
        """.split(separator: " ").map { $0.utf8.reduce(0) { $0 << 8 | UInt32($1) } })
}
