package import Consent

/// The consent signals that came with an event, a pixel or a sync, as they were sent: nothing of them is decoded here.
package struct ConsentFields: Equatable, Sendable {
    /// Whether the sender says that the GDPR applies; nil where it says nothing.
    package var gdpr: Bool?
    /// The TCF string.
    package var tcf: [UInt8] = []
    /// The GPP string.
    package var gpp: [UInt8] = []
    /// The sections of `gpp` that apply.
    package var gppSID: [Int32] = []
    package var usPrivacy: [UInt8] = []
    /// The browser sent Global Privacy Control.
    package var gpc = false
    /// The browser bears our opt-out cookie.
    package var optedOut = false

    package init() {}
}

extension ConsentFields {
    /// From the values of a URL's parameters; nil or empty stands for absent.
    ///
    /// What cannot be understood is taken for the stricter reading: a `gdpr` that is neither 0 nor 1, a macro that
    /// nobody replaced say, counts as 1.
    /// - Source: IAB Europe, TCF URL parameters; IAB Tech Lab, GPP URL parameters.
    package init(gdpr: String?, tcf: String?, gpp: String?, gppSID: String?, usPrivacy: String?) {
        if let gdpr, !gdpr.isEmpty { self.gdpr = gdpr != "0" }
        self.tcf = Array((tcf ?? "").utf8)
        self.gpp = Array((gpp ?? "").utf8)
        let separators: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: "_")]
        let sections = (gppSID ?? "").utf8.split { separators.contains($0) }
        self.gppSID = sections.prefix(EventLimits.sectionsMax).compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
        self.usPrivacy = Array((usPrivacy ?? "").utf8)
    }
}

extension ConsentFields {
    /// As the policy judges them.
    package var signals: ConsentSignals {
        var signals = ConsentSignals(tcf: tcf, gpp: gpp, usPrivacy: usPrivacy)
        signals.gdpr = gdpr
        signals.gppSID = GPPSectionList(gppSID)
        signals.gpc = gpc
        signals.optedOut = optedOut
        return signals
    }
}
