internal import Units

/// Where the ad would show: `site`, `app` or `dooh`, whose fields are nearly the same.
///
/// - Source: OpenRTB 2.6, 3.2.13 to 3.2.17 and 3.2.32.
public struct SiteOrApp: BitwiseCopyable, Sendable {
    public enum Kind: UInt8, BitwiseCopyable, Sendable {
        /// None of the three was sent.
        case unknown
        case site
        case app
        case dooh
    }

    public var kind = Kind.unknown
    public var id = Text.absent
    public var name = Text.absent
    /// In lower case; taken from `page` where a site lacks it.
    public var domain = Text.absent
    /// Taxonomy of the categories here.
    public var cattax: Int32 = 1
    public var cat = List<Text>.empty
    public var sectioncat = List<Text>.empty
    public var pagecat = List<Text>.empty
    public var page = Text.absent
    public var ref = Text.absent
    public var search = Text.absent
    public var bundle = Text.absent
    public var storeurl = Text.absent
    public var publisher = Publisher()
    public var content = Content()
    /// `keywords`, split at its commas and trimmed, or `kwarray`.
    public var keywords = List<Text>.empty
    public var inventorypartnerdomain = Text.absent
    public var venuetype = List<Text>.empty
    public var venuetypetax: Int32 = 1

    public init() {}
}

/// The seller. - Source: OpenRTB 2.6, 3.2.15.
public struct Publisher: BitwiseCopyable, Sendable {
    public var id = Text.absent
    public var name = Text.absent
    public var domain = Text.absent
    public var cat = List<Text>.empty

    public init() {}
}

/// What the visitor reads, watches or hears. - Source: OpenRTB 2.6, 3.2.16.
public struct Content: BitwiseCopyable, Sendable {
    public var id = Text.absent
    public var title = Text.absent
    public var series = Text.absent
    public var genre = Text.absent
    public var url = Text.absent
    public var cattax: Int32 = 1
    public var cat = List<Text>.empty
    public var context: Int32?
    public var contentrating = Text.absent
    public var qagmediarating: Int32?
    public var keywords = List<Text>.empty
    public var livestream: Bool?
    /// Seconds.
    public var len: Int32?
    /// ISO 639-1 or BCP 47, in lower case.
    public var language = Text.absent
    public var segments = List<Segment>.empty
    public var network = Text.absent
    public var channel = Text.absent

    public init() {}
}

/// The device that shows the ad. - Source: OpenRTB 2.6, 3.2.18.
///
/// The hashed hardware ids (`didsha1` and its like) are never read.
public struct Device: BitwiseCopyable, Sendable {
    public var geo = Geo()
    public var dnt = false
    public var lmt = false
    public var ua = Text.absent
    public var browser = Text.absent
    /// Whether structured client hints came with the request.
    public var suaPresent = false
    public var ip = Text.absent
    public var ipv6 = Text.absent
    public var devicetype: Int32?
    public var make = Text.absent
    public var model = Text.absent
    /// In lower case; from `sua.platform` where that is sent.
    public var os = Text.absent
    public var osv = Text.absent
    /// Of the screen, in its own pixels.
    public var w: Int32?
    public var h: Int32?
    /// Its pixels per device-independent one.
    public var pxratio: Double?
    public var js: Bool?
    /// ISO 639-1 or BCP 47, in lower case.
    public var language = Text.absent
    public var carrier = Text.absent
    public var mccmnc = Text.absent
    public var connectiontype: Int32?
    /// In lower case; absent where it was all zeros.
    public var ifa = Text.absent
    /// iOS tracking authorisation: 3 is "authorised".
    public var atts: Int32?

    public init() {}
}

/// A place. - Source: OpenRTB 2.6, 3.2.19.
public struct Geo: BitwiseCopyable, Sendable {
    public var lat: Double?
    public var lon: Double?
    public var type: Int32?
    /// ISO 3166-1 alpha-3 in upper case; an alpha-2 code was translated.
    public var country = Text.absent
    /// ISO 3166-2 without the country in front, in upper case.
    public var region = Text.absent
    public var metro = Text.absent
    public var city = Text.absent
    public var zip = Text.absent
    /// Minutes from UTC.
    public var utcoffset: Int32?

    public init() {}
}

/// The person who sees the ad. - Source: OpenRTB 2.6, 3.2.20.
public struct User: BitwiseCopyable, Sendable {
    public var id = Text.absent
    public var buyeruid = Text.absent
    public var keywords = List<Text>.empty
    public var geo = Geo()
    public var segments = List<Segment>.empty
    /// The TCF string.
    public var consent = Text.absent
    public var eids = List<EID>.empty

    public init() {}
}

/// One segment of a data provider. - Source: OpenRTB 2.6, 3.2.21 and 3.2.22.
public struct Segment: BitwiseCopyable, Sendable {
    /// `data.name`, else `data.id`.
    public var provider = Text.absent
    public var id = Text.absent
    public var segtax: Int32?

    public init() {}
}

/// One id of one provider; an `eids` entry with several `uids` becomes several. - Source: OpenRTB 2.6, 3.2.27.
public struct EID: BitwiseCopyable, Sendable {
    public var source = Text.absent
    public var id = Text.absent
    public var atype: Int32?

    public init() {}
}

/// How the request came here. - Source: OpenRTB 2.6, 3.2.2 and 3.2.25.
public struct Source: BitwiseCopyable, Sendable {
    public var fd: Int32?
    public var tid = Text.absent
    /// nil where no supply chain was sent.
    public var complete: Int32?
    public var nodes = List<SupplyChainNode>.empty
    /// Hops left out because of their shape or ``Limits/schainNodesMax``: a chain that lacks some is not whole.
    public var nodesSkipped: Int32 = 0

    public init() {}
}

/// One hop of the supply chain. - Source: OpenRTB 2.6, 3.2.26.
public struct SupplyChainNode: BitwiseCopyable, Sendable {
    public var asi = Text.absent
    public var sid = Text.absent
    public var domain = Text.absent
    public var hp: Int32?

    public init() {}
}

/// Legal signals. - Source: OpenRTB 2.6, 3.2.3.
public struct Regs: BitwiseCopyable, Sendable {
    public var coppa = false
    /// nil: the sender does not know.
    public var gdpr: Bool?
    public var usPrivacy = Text.absent
    public var gpp = Text.absent
    public var gppSID = List<Int32>.empty
    /// The browser sent Global Privacy Control.
    public var gpc = false
    /// `regs.ext.dsa.dsarequired`.
    public var dsaRequired: Int32?

    public init() {}
}
