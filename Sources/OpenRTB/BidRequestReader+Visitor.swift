internal import Units

/// `device`, `user`, `regs` and `source`.
extension BidRequestReader {
    func readDevice(_ object: TapeIndex, into request: inout BidRequest) {
        guard tape.kind(object) == .object else { return }
        var device = Device()
        var sua: TapeIndex?
        var ext: TapeIndex?
        var langb = Text.absent
        var hasGeo = false
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            if tape.kind(value) == .null { continue }
            switch name {
            case "geo":
                if !hasGeo { device.geo = readGeo(value) }
                hasGeo = true
            case "dnt": device.dnt = device.dnt || flag(value) == true
            case "lmt": device.lmt = device.lmt || flag(value) == true
            case "ua": first(&device.ua, text(value))
            case "sua": first(&sua, value)
            case "ip": first(&device.ip, text(value))
            case "ipv6": first(&device.ipv6, text(value))
            case "devicetype": first(&device.devicetype, integer(value))
            case "make": first(&device.make, text(value))
            case "model": first(&device.model, text(value))
            case "os": if device.os.isEmpty { device.os = lowercased(value) }
            case "osv": first(&device.osv, text(value))
            case "w": first(&device.w, integer(value))
            case "h": first(&device.h, integer(value))
            case "pxratio": first(&device.pxratio, double(value))
            case "js": first(&device.js, flag(value))
            case "language": if device.language.isEmpty { device.language = lowercased(value) }
            case "langb": if langb.isEmpty { langb = lowercased(value) }
            case "carrier": first(&device.carrier, text(value))
            case "mccmnc": first(&device.mccmnc, text(value))
            case "connectiontype": first(&device.connectiontype, integer(value))
            case "ifa": if device.ifa.isEmpty { device.ifa = advertisingID(value) }
            case "ext": first(&ext, value)
            default: break
            }
        }
        if device.language.isEmpty { device.language = langb }
        device.atts = ext.flatMap { member("atts", of: $0) }.flatMap { integer($0) }
        if let hints = sua ?? ext.flatMap({ member("sua", of: $0) }) { readClientHints(hints, into: &device) }
        request.device = device
    }

    /// An `ifa` in lower case; all zeros is how an operating system says "none".
    private func advertisingID(_ value: TapeIndex) -> Text {
        let id = lowercased(value)
        for index in 0..<id.count
        where buffer[id, index] != UInt8(ascii: "0") && buffer[id, index] != UInt8(ascii: "-") { return id }
        return .absent
    }

    /// Structured client hints: better than the user agent where both are sent.
    private func readClientHints(_ object: TapeIndex, into device: inout Device) {
        guard tape.kind(object) == .object else { return }
        device.suaPresent = true
        if let platform = member("platform", of: object) {
            if let brand = member("brand", of: platform) {
                let os = lowercased(brand)
                if !os.isEmpty { device.os = os }
            }
            // A browser that sends hints has frozen the version in its user agent.
            if let version = member("version", of: platform) {
                var parts = Elements(of: version, on: tape)
                if let major = parts.next().map({ text($0) }), !major.isEmpty { device.osv = major }
            }
        }
        if device.model.isEmpty, let model = member("model", of: object) { device.model = text(model) }
        guard let browsers = member("browsers", of: object) else { return }
        var entries = Elements(of: browsers, on: tape)
        while let entry = entries.next() {
            guard let brand = member("brand", of: entry) else { continue }
            let name = lowercased(brand)
            // The decoy brand that browsers add ("Not A;Brand"), and the engine, are not what is meant.
            if isDecoy(name) { continue }
            device.browser = name
            if !buffer.equals(name, Self.engine) { return }
        }
    }

    /// What Chromium's browsers name beside themselves; made once, for reading allocates nothing.
    private static let engine = Array("chromium".utf8)

    private func isDecoy(_ name: Text) -> Bool {
        guard name.count >= 3 else { return true }
        for index in 0...(name.count - 3)
        where buffer[name, index] == UInt8(ascii: "n") && buffer[name, index + 1] == UInt8(ascii: "o")
            && buffer[name, index + 2] == UInt8(ascii: "t")
        {
            return true
        }
        return false
    }

    func readGeo(_ object: TapeIndex) -> Geo {
        var geo = Geo()
        guard tape.kind(object) == .object else { return geo }
        var long: Double?
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            if tape.kind(value) == .null { continue }
            switch name {
            case "lat": first(&geo.lat, double(value))
            case "lon": first(&geo.lon, double(value))
            case "long": first(&long, double(value))
            case "type": first(&geo.type, integer(value))
            case "country": if geo.country.isEmpty { geo.country = country(value) }
            case "region": if geo.region.isEmpty { geo.region = region(value) }
            case "metro": first(&geo.metro, text(value))
            case "city": first(&geo.city, text(value))
            case "zip": first(&geo.zip, text(value))
            case "utcoffset": first(&geo.utcoffset, integer(value))
            default: break
            }
        }
        if geo.lon == nil { geo.lon = long }
        return geo
    }

    private func country(_ value: TapeIndex) -> Text {
        let code = text(value)
        tape.uppercase(code)
        guard code.count == 2 else { return code }
        guard let alpha3 = Country.alpha3(of: (buffer[code, 0], buffer[code, 1])) else { return code }
        return tape.sideText(alpha3)
    }

    /// `US-CA` and `CA` are the same region; the country stands in a field of its own.
    private func region(_ value: TapeIndex) -> Text {
        let code = text(value)
        tape.uppercase(code)
        for prefix in 2...3 where code.count > prefix + 1 && buffer[code, prefix] == UInt8(ascii: "-") {
            return code.slice(from: prefix + 1)
        }
        return code
    }

    func readUser(_ object: TapeIndex, into request: inout BidRequest) throws(ReadError) {
        guard tape.kind(object) == .object else { return }
        var user = User()
        var keywords = List<Text>.empty
        var geo: TapeIndex?
        var eids: TapeIndex?
        var ext: TapeIndex?
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            if tape.kind(value) == .null { continue }
            switch name {
            case "id": first(&user.id, text(value))
            case "buyeruid": first(&user.buyeruid, text(value))
            case "keywords": if keywords.isEmpty { keywords = try self.keywords(value, into: &request) }
            case "kwarray": if user.keywords.isEmpty { user.keywords = try self.keywords(value, into: &request) }
            case "geo": first(&geo, value)
            case "data": if user.segments.isEmpty { user.segments = readSegments(value, into: &request) }
            case "consent": first(&user.consent, text(value))
            case "eids": first(&eids, value)
            case "ext": first(&ext, value)
            default: break
            }
        }
        if user.keywords.isEmpty { user.keywords = keywords }
        if let geo { user.geo = readGeo(geo) }
        if let ext {
            if user.consent.isEmpty, let value = member("consent", of: ext) { user.consent = text(value) }
            if let value = member("us_privacy", of: ext) { first(&request.regs.usPrivacy, text(value)) }
        }
        if let eids = eids ?? ext.flatMap({ member("eids", of: $0) }) { user.eids = readEIDs(eids, into: &request) }
        request.user = user
    }

    private func readEIDs(_ array: TapeIndex, into request: inout BidRequest) -> List<EID> {
        let start = request.eids.count
        var elements = Elements(of: array, on: tape)
        while let element = elements.next() {
            guard let source = member("source", of: element), let uids = member("uids", of: element) else { continue }
            let domain = lowercased(source)
            var entries = Elements(of: uids, on: tape)
            while let entry = entries.next(), request.eids.count < Limits.eidsMax {
                guard let id = member("id", of: entry).map({ text($0) }), !id.isEmpty else { continue }
                var eid = EID()
                eid.source = domain
                eid.id = id
                eid.atype = member("atype", of: entry).flatMap { integer($0) }
                request.eids.append(eid)
            }
        }
        return List(start: start, count: request.eids.count - start)
    }

    func readRegs(_ object: TapeIndex, into request: inout BidRequest) throws(ReadError) {
        guard tape.kind(object) == .object else { return }
        // What `user.ext.us_privacy` may have left: the oldest place, overridden by both places here.
        var regs = Regs()
        var coppa: Bool?
        var ext: TapeIndex?
        var gppSID: TapeIndex?
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            if tape.kind(value) == .null { continue }
            switch name {
            case "coppa": first(&coppa, flag(value))
            case "gdpr": first(&regs.gdpr, flag(value))
            case "us_privacy": first(&regs.usPrivacy, text(value))
            case "gpp": first(&regs.gpp, text(value))
            case "gpp_sid": first(&gppSID, value)
            case "ext": first(&ext, value)
            default: break
            }
        }
        if let ext {
            if let value = member("gdpr", of: ext) { first(&regs.gdpr, flag(value)) }
            if let value = member("us_privacy", of: ext) { first(&regs.usPrivacy, text(value)) }
            if let value = member("gpp", of: ext) { first(&regs.gpp, text(value)) }
            if let value = member("gpp_sid", of: ext) { first(&gppSID, value) }
            if let value = member("gpc", of: ext) { regs.gpc = integer(value) == 1 }
            if let dsa = member("dsa", of: ext), let value = member("dsarequired", of: dsa) {
                regs.dsaRequired = integer(value)
            }
        }
        regs.coppa = coppa ?? false
        if let gppSID { regs.gppSID = try integers(gppSID, into: &request) }
        if regs.usPrivacy.isEmpty { regs.usPrivacy = request.regs.usPrivacy }
        request.regs = regs
    }

    func readSource(_ object: TapeIndex, into request: inout BidRequest) {
        guard tape.kind(object) == .object else { return }
        var schain: TapeIndex?
        var ext: TapeIndex?
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            if tape.kind(value) == .null { continue }
            switch name {
            case "fd": first(&request.source.fd, integer(value))
            case "tid": first(&request.source.tid, text(value))
            case "schain": first(&schain, value)
            case "ext": first(&ext, value)
            default: break
            }
        }
        if let chain = schain ?? ext.flatMap({ member("schain", of: $0) }) { readSchain(chain, into: &request) }
    }

    func readSchain(_ object: TapeIndex, into request: inout BidRequest) {
        guard tape.kind(object) == .object else { return }
        request.source.complete = member("complete", of: object).flatMap { integer($0) } ?? 0
        guard let nodes = member("nodes", of: object) else { return }
        let start = request.nodes.count
        var elements = Elements(of: nodes, on: tape)
        while let element = elements.next() {
            guard tape.kind(element) == .object, request.nodes.count < Limits.schainNodesMax else {
                request.source.nodesSkipped += 1
                continue
            }
            var node = SupplyChainNode()
            var members = Members(of: element, on: tape)
            while let (name, value) = members.next() {
                switch name {
                case "asi": if node.asi.isEmpty { node.asi = lowercased(value) }
                case "sid": first(&node.sid, text(value))
                case "domain": if node.domain.isEmpty { node.domain = lowercased(value) }
                case "hp": first(&node.hp, integer(value))
                default: break
                }
            }
            request.nodes.append(node)
        }
        request.source.nodes = List(start: start, count: request.nodes.count - start)
    }
}
