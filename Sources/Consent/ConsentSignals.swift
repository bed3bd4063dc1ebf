package import OpenRTB

/// What one bid request, event, pixel or sync says of the visitor's consent.
///
/// Made of a request it points into the reader's buffer, and is valid as long as a ``Text`` of it: until the next
/// request is read.
package struct ConsentSignals {
    /// Whether the GDPR applies; nil: the sender does not know.
    package var gdpr: Bool?
    /// Sections of the GPP string that are in force.
    package var gppSID = GPPSectionList()
    package var coppa = false
    package var lmt = false
    package var dnt = false
    /// Global Privacy Control, from a header or the request.
    package var gpc = false
    /// Our own opt-out, by cookie or in the profile.
    package var optedOut = false
    /// Whether the visitor is in the EEA, the United Kingdom or Switzerland, for where nobody says whether the GDPR
    /// applies.
    package var isEuropean = false
    /// Whether the device said that tracking is not authorised (`atts`), so that its advertising id is not for us.
    package var ifaDenied = false

    private let texts: Texts

    /// The strings, where they lie.
    private enum Texts {
        case request(TextBuffer, tcf: Text, gpp: Text, usPrivacy: Text)
        case bytes(tcf: [UInt8], gpp: [UInt8], usPrivacy: [UInt8])
    }

    /// Signals of an event, a pixel or a sync; the flags are set afterwards.
    ///
    /// - Parameters:
    ///   - tcf: the TC string; empty where there is none, as with the others.
    ///   - gpp: the GPP string.
    ///   - usPrivacy: the `us_privacy` string.
    package init(tcf: [UInt8] = [], gpp: [UInt8] = [], usPrivacy: [UInt8] = []) {
        texts = .bytes(tcf: tcf, gpp: gpp, usPrivacy: usPrivacy)
    }

    /// Signals of a bid request. Allocates nothing.
    ///
    /// - Source: OpenRTB 2.6, 3.2.3, 3.2.18 and 3.2.20.
    package init(of request: borrowing BidRequest) {
        let regs = request.regs
        let device = request.device
        texts = .request(request.text, tcf: request.user.consent, gpp: regs.gpp, usPrivacy: regs.usPrivacy)
        gdpr = regs.gdpr
        coppa = regs.coppa
        gpc = regs.gpc
        lmt = device.lmt
        dnt = device.dnt
        for index in 0..<regs.gppSID.count { gppSID.insert(request.element(index, of: regs.gppSID)) }
        isEuropean = unsafe request.text.withBytes(device.geo.country) { Europe.contains(unsafe $0.span) }
        ifaDenied = device.atts.map { $0 != Self.trackingAuthorized } ?? false
    }

    /// Of `device.ext.atts`, iOS's App Tracking Transparency.
    private static let trackingAuthorized: Int32 = 3

    /// The strings, for the call.
    func withTexts(_ body: (_ tcf: Span<UInt8>, _ gpp: Span<UInt8>, _ usPrivacy: Span<UInt8>) -> Void) {
        switch texts {
        case .bytes(let tcf, let gpp, let usPrivacy):
            body(tcf.span, gpp.span, usPrivacy.span)
        case .request(let buffer, let tcf, let gpp, let usPrivacy):
            unsafe buffer.withBytes(tcf) { tcf in
                unsafe buffer.withBytes(gpp) { gpp in
                    unsafe buffer.withBytes(usPrivacy) { usPrivacy in
                        unsafe body(tcf.span, gpp.span, usPrivacy.span)
                    }
                }
            }
        }
    }
}

/// Numbers of the GPP sections that a sender says are in force.
package struct GPPSectionList: BitwiseCopyable, Hashable, Sendable {
    /// Those up to ``GPPString/sectionIDMax``, a bit each.
    private(set) var bits: UInt64 = 0
    /// Whether a section above those is named.
    private(set) var hasOther = false
    /// Whether anything is said at all: -1 and 0 say that no section is in force.
    private(set) var isStated = false

    package init() {}

    package init(_ ids: some Sequence<Int32>) {
        for id in ids { insert(id) }
    }

    /// Numbers as a query has them, with anything but digits and minus between them: `7,8` or `7_8`.
    package init(text: Span<UInt8>) {
        var (number, isNegative, hasDigits): (Int32, Bool, Bool) = (0, false, false)
        for index in 0...text.count {
            let byte = index < text.count ? text[index] : UInt8(ascii: ",")
            if (0x30...0x39).contains(byte) {
                number = min(number * 10 + Int32(byte - 0x30), 1_000_000)
                hasDigits = true
                continue
            }
            if hasDigits { insert(isNegative ? -number : number) }
            (number, isNegative, hasDigits) = (0, byte == UInt8(ascii: "-"), false)
        }
    }

    mutating func insert(_ id: Int32) {
        isStated = true
        guard id > 0 else { return }
        if id <= GPPString.sectionIDMax { bits |= 1 << UInt64(id) } else { hasOther = true }
    }

    package func contains(_ id: Int) -> Bool {
        (1...GPPString.sectionIDMax).contains(id) && bits >> UInt64(id) & 1 == 1
    }

    /// Whether any section is in force.
    var isInForce: Bool { bits != 0 || hasOther }
}

/// Where the GDPR, or a law like it, applies.
package enum Europe {
    /// - Parameter country: ISO 3166-1 alpha-3, in upper case.
    package static func contains(_ country: Span<UInt8>) -> Bool {
        guard country.count == 3 else { return false }
        return countries.contains((0..<3).reduce(UInt32(0)) { $0 << 8 | UInt32(country[$1]) })
    }

    /// The European Economic Area, the United Kingdom and Switzerland, each code packed.
    private static let countries: Set<UInt32> = Set(
        """
        AUT BEL BGR HRV CYP CZE DNK EST FIN FRA DEU GRC HUN IRL ITA LVA LTU LUX MLT NLD POL PRT ROU SVK SVN ESP SWE \
        ISL LIE NOR GBR CHE
        """.split(separator: " ").map { $0.utf8.reduce(0) { $0 << 8 | UInt32($1) } })
}
