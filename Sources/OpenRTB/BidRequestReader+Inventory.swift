internal import Units

extension BidRequestReader {
    func readInventory(_ kind: SiteOrApp.Kind, _ object: TapeIndex, into request: inout BidRequest) throws(ReadError) {
        guard tape.kind(object) == .object else { return }
        if request.site.kind == kind { return }
        guard request.site.kind == .unknown else { throw .ambiguousInventory }
        var site = SiteOrApp()
        site.kind = kind
        var keywords = List<Text>.empty
        var partnerInExt = Text.absent
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            if tape.kind(value) == .null { continue }
            switch name {
            case "id": first(&site.id, text(value))
            case "name": first(&site.name, text(value))
            case "domain": if site.domain.isEmpty { site.domain = lowercased(value) }
            case "cattax": site.cattax = integer(value) ?? 1
            case "cat": if site.cat.isEmpty { site.cat = try texts(value, into: &request) }
            case "sectioncat": if site.sectioncat.isEmpty { site.sectioncat = try texts(value, into: &request) }
            case "pagecat": if site.pagecat.isEmpty { site.pagecat = try texts(value, into: &request) }
            case "page": first(&site.page, text(value))
            case "ref": first(&site.ref, text(value))
            case "search": first(&site.search, text(value))
            case "bundle": first(&site.bundle, text(value))
            case "storeurl": first(&site.storeurl, text(value))
            case "publisher": site.publisher = try readPublisher(value, into: &request)
            case "content": site.content = try readContent(value, into: &request)
            case "keywords": if keywords.isEmpty { keywords = try self.keywords(value, into: &request) }
            case "kwarray": if site.keywords.isEmpty { site.keywords = try self.keywords(value, into: &request) }
            case "inventorypartnerdomain":
                if site.inventorypartnerdomain.isEmpty { site.inventorypartnerdomain = lowercased(value) }
            case "venuetype": if site.venuetype.isEmpty { site.venuetype = try texts(value, into: &request) }
            case "venuetypetax": site.venuetypetax = integer(value) ?? 1
            case "ext":
                if let domain = member("inventorypartnerdomain", of: value) { partnerInExt = lowercased(domain) }
            default: break
            }
        }
        if site.keywords.isEmpty { site.keywords = keywords }
        if site.inventorypartnerdomain.isEmpty { site.inventorypartnerdomain = partnerInExt }
        if site.domain.isEmpty { site.domain = host(of: site.page) }
        request.site = site
    }

    /// The host of a URL, in lower case; absent where the text is none.
    private func host(of url: Text) -> Text {
        var start = 0
        while start + 2 < url.count {
            if buffer[url, start] == UInt8(ascii: ":"), buffer[url, start + 1] == UInt8(ascii: "/"),
                buffer[url, start + 2] == UInt8(ascii: "/")
            {
                break
            }
            start += 1
        }
        start += 3
        var end = start
        scan: while end < url.count {
            switch buffer[url, end] {
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: ":"): break scan
            default: end += 1
            }
        }
        guard end > start else { return .absent }
        let host = url.slice(from: start, count: end - start)
        tape.lowercase(host)
        return host
    }

    private func readPublisher(_ object: TapeIndex, into request: inout BidRequest) throws(ReadError) -> Publisher {
        var publisher = Publisher()
        guard tape.kind(object) == .object else { return publisher }
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            switch name {
            case "id": first(&publisher.id, text(value))
            case "name": first(&publisher.name, text(value))
            case "domain": if publisher.domain.isEmpty { publisher.domain = lowercased(value) }
            case "cat": if publisher.cat.isEmpty { publisher.cat = try texts(value, into: &request) }
            default: break
            }
        }
        return publisher
    }

    private func readContent(_ object: TapeIndex, into request: inout BidRequest) throws(ReadError) -> Content {
        var content = Content()
        guard tape.kind(object) == .object else { return content }
        var keywords = List<Text>.empty
        var langb = Text.absent
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            if tape.kind(value) == .null { continue }
            switch name {
            case "id": first(&content.id, text(value))
            case "title": first(&content.title, text(value))
            case "series": first(&content.series, text(value))
            case "genre": first(&content.genre, text(value))
            case "url": first(&content.url, text(value))
            case "cattax": content.cattax = integer(value) ?? 1
            case "cat": if content.cat.isEmpty { content.cat = try texts(value, into: &request) }
            case "context": first(&content.context, integer(value))
            case "contentrating": first(&content.contentrating, text(value))
            case "qagmediarating": first(&content.qagmediarating, integer(value))
            case "keywords": if keywords.isEmpty { keywords = try self.keywords(value, into: &request) }
            case "kwarray": if content.keywords.isEmpty { content.keywords = try self.keywords(value, into: &request) }
            case "livestream": first(&content.livestream, flag(value))
            case "len": first(&content.len, integer(value))
            case "language": if content.language.isEmpty { content.language = lowercased(value) }
            case "langb": if langb.isEmpty { langb = lowercased(value) }
            case "data": if content.segments.isEmpty { content.segments = readSegments(value, into: &request) }
            case "network": if let name = member("name", of: value) { first(&content.network, text(name)) }
            case "channel": if let name = member("name", of: value) { first(&content.channel, text(name)) }
            default: break
            }
        }
        if content.keywords.isEmpty { content.keywords = keywords }
        if content.language.isEmpty { content.language = langb }
        return content
    }

    /// `data` objects flattened: each segment keeps its provider.
    func readSegments(_ array: TapeIndex, into request: inout BidRequest) -> List<Segment> {
        let start = request.segments.count
        var elements = Elements(of: array, on: tape)
        while let element = elements.next() {
            guard tape.kind(element) == .object else { continue }
            var provider = Text.absent
            var providerID = Text.absent
            var segtax: Int32?
            var list: TapeIndex?
            var members = Members(of: element, on: tape)
            while let (name, value) = members.next() {
                if tape.kind(value) == .null { continue }
                switch name {
                case "id": first(&providerID, text(value))
                case "name": first(&provider, text(value))
                case "segment": first(&list, value)
                case "ext": segtax = member("segtax", of: value).flatMap { integer($0) }
                default: break
                }
            }
            guard let list else { continue }
            var entries = Elements(of: list, on: tape)
            while let entry = entries.next(), request.segments.count < Limits.segmentsMax {
                guard let id = member("id", of: entry).map({ text($0) }), !id.isEmpty else { continue }
                var segment = Segment()
                segment.provider = provider.isEmpty ? providerID : provider
                segment.id = id
                segment.segtax = segtax
                request.segments.append(segment)
            }
        }
        return List(start: start, count: request.segments.count - start)
    }
}
