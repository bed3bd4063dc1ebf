import OpenRTB
import Units

/// A request as lines `path = value`, in a fixed order, absent members left out.
///
/// It looks at everything that a ``BidRequest`` holds, so two requests with the same lines are the same request.
struct RequestDump {
    private(set) var lines: [String] = []
    let buffer: TextBuffer

    init(_ request: borrowing BidRequest) {
        buffer = request.text
        root(request)
        inventory(request)
        device(request.device)
        user(request)
        legal(request)
        for index in request.imps.indices { imp(request.imps[index], at: "imp[\(index)]", request) }
    }

    private mutating func root(_ request: borrowing BidRequest) {
        put("id", request.id)
        put("test", request.test)
        put("at", request.at)
        put("tmax", request.tmax)
        put("wseat", request.wseat, request)
        put("bseat", request.bseat, request)
        put("allimps", request.allimps)
        put("cur", request.cur, request)
        put("wlang", request.wlang, request)
        put("wlangb", request.wlangb, request)
        put("acat", request.acat, request)
        put("bcat", request.bcat, request)
        put("cattax", request.cattax)
        put("badv", request.badv, request)
        put("bapp", request.bapp, request)
        put("imps", request.imps.count)
        put("impsSkipped", request.impsSkipped)
    }

    private mutating func inventory(_ request: borrowing BidRequest) {
        let site = request.site
        put("site.kind", "\(site.kind)")
        put("site.id", site.id)
        put("site.name", site.name)
        put("site.domain", site.domain)
        put("site.cattax", site.cattax)
        put("site.cat", site.cat, request)
        put("site.sectioncat", site.sectioncat, request)
        put("site.pagecat", site.pagecat, request)
        put("site.page", site.page)
        put("site.ref", site.ref)
        put("site.search", site.search)
        put("site.bundle", site.bundle)
        put("site.storeurl", site.storeurl)
        put("site.publisher.id", site.publisher.id)
        put("site.publisher.name", site.publisher.name)
        put("site.publisher.domain", site.publisher.domain)
        put("site.publisher.cat", site.publisher.cat, request)
        put("site.keywords", site.keywords, request)
        put("site.inventorypartnerdomain", site.inventorypartnerdomain)
        put("site.venuetype", site.venuetype, request)
        put("site.venuetypetax", site.venuetypetax)
        content(site.content, request)
    }

    private mutating func content(_ content: Content, _ request: borrowing BidRequest) {
        put("site.content.id", content.id)
        put("site.content.title", content.title)
        put("site.content.series", content.series)
        put("site.content.genre", content.genre)
        put("site.content.url", content.url)
        put("site.content.cattax", content.cattax)
        put("site.content.cat", content.cat, request)
        put("site.content.context", content.context)
        put("site.content.contentrating", content.contentrating)
        put("site.content.qagmediarating", content.qagmediarating)
        put("site.content.keywords", content.keywords, request)
        put("site.content.livestream", content.livestream)
        put("site.content.len", content.len)
        put("site.content.language", content.language)
        put("site.content.network", content.network)
        put("site.content.channel", content.channel)
        segments("site.content.segments", content.segments, request)
    }

    private mutating func device(_ device: Device) {
        put("device.dnt", device.dnt)
        put("device.lmt", device.lmt)
        put("device.ua", device.ua)
        put("device.browser", device.browser)
        put("device.suaPresent", device.suaPresent)
        put("device.ip", device.ip)
        put("device.ipv6", device.ipv6)
        put("device.devicetype", device.devicetype)
        put("device.make", device.make)
        put("device.model", device.model)
        put("device.os", device.os)
        put("device.osv", device.osv)
        put("device.w", device.w)
        put("device.h", device.h)
        put("device.pxratio", device.pxratio)
        put("device.js", device.js)
        put("device.language", device.language)
        put("device.carrier", device.carrier)
        put("device.mccmnc", device.mccmnc)
        put("device.connectiontype", device.connectiontype)
        put("device.ifa", device.ifa)
        put("device.atts", device.atts)
        geo("device.geo", device.geo)
    }

    private mutating func geo(_ path: String, _ geo: Geo) {
        put("\(path).lat", geo.lat)
        put("\(path).lon", geo.lon)
        put("\(path).type", geo.type)
        put("\(path).country", geo.country)
        put("\(path).region", geo.region)
        put("\(path).metro", geo.metro)
        put("\(path).city", geo.city)
        put("\(path).zip", geo.zip)
        put("\(path).utcoffset", geo.utcoffset)
    }

    private mutating func user(_ request: borrowing BidRequest) {
        let user = request.user
        put("user.id", user.id)
        put("user.buyeruid", user.buyeruid)
        put("user.keywords", user.keywords, request)
        put("user.consent", user.consent)
        geo("user.geo", user.geo)
        segments("user.segments", user.segments, request)
        for index in 0..<user.eids.count {
            let eid = request.element(index, of: user.eids)
            put("user.eids[\(index)].source", eid.source)
            put("user.eids[\(index)].id", eid.id)
            put("user.eids[\(index)].atype", eid.atype)
        }
    }

    private mutating func segments(_ path: String, _ list: List<Segment>, _ request: borrowing BidRequest) {
        for index in 0..<list.count {
            let segment = request.element(index, of: list)
            put("\(path)[\(index)].provider", segment.provider)
            put("\(path)[\(index)].id", segment.id)
            put("\(path)[\(index)].segtax", segment.segtax)
        }
    }

    private mutating func legal(_ request: borrowing BidRequest) {
        let regs = request.regs
        put("regs.coppa", regs.coppa)
        put("regs.gdpr", regs.gdpr)
        put("regs.us_privacy", regs.usPrivacy)
        put("regs.gpp", regs.gpp)
        put("regs.gpp_sid", regs.gppSID, request)
        put("regs.gpc", regs.gpc)
        put("regs.dsarequired", regs.dsaRequired)
        put("source.fd", request.source.fd)
        put("source.tid", request.source.tid)
        put("source.complete", request.source.complete)
        if request.source.nodesSkipped > 0 { put("source.nodesSkipped", request.source.nodesSkipped) }
        for index in 0..<request.source.nodes.count {
            let node = request.element(index, of: request.source.nodes)
            put("source.nodes[\(index)].asi", node.asi)
            put("source.nodes[\(index)].sid", node.sid)
            put("source.nodes[\(index)].domain", node.domain)
            put("source.nodes[\(index)].hp", node.hp)
        }
    }

    // MARK: One line each

    mutating func put(_ path: String, _ value: Text) {
        if !value.isEmpty { put(path, buffer.string(value)) }
    }

    mutating func put(_ path: String, _ value: (some CustomStringConvertible)?) {
        if let value { lines.append("\(path) = \(value)") }
    }

    /// A price that no bid can satisfy is told from an absent one.
    mutating func putFloor(_ path: String, _ value: CPM?) {
        put(path, value.map { "\($0.micros)" } ?? "unmeetable")
    }

    mutating func put(_ path: String, _ list: List<Text>, _ request: borrowing BidRequest) {
        if list.isEmpty { return }
        var values: [String] = []
        for index in 0..<list.count { values.append(buffer.string(request.element(index, of: list))) }
        put(path, values.joined(separator: " | "))
    }

    mutating func put(_ path: String, _ list: List<Int32>, _ request: borrowing BidRequest) {
        if list.isEmpty { return }
        var values: [String] = []
        for index in 0..<list.count { values.append("\(request.element(index, of: list))") }
        put(path, values.joined(separator: " | "))
    }
}
