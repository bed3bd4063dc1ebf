internal import Units

extension BidRequestReader {
    func readInventory(_ kind: SiteOrApp.Kind, _ object: TapeIndex, into request: inout BidRequest) throws(ReadError) {
        guard tape.kind(object) == .object else { return }
        if request.site.kind == kind { return }
        guard request.site.kind == .unknown else { throw .ambiguousInventory }
        var site = SiteOrApp()
        site.kind = kind
        var keywords = List<Text>.empty
        var cattax: Int32?
        var venuetypetax: Int32?
        var publisher: TapeIndex?
        var content: TapeIndex?
        var ext: TapeIndex?
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            if tape.kind(value) == .null { continue }
            switch name {
            case "id": first(&site.id, text(value))
            case "name": first(&site.name, text(value))
            case "domain": if site.domain.isEmpty { site.domain = lowercased(value) }
            case "cattax": first(&cattax, integer(value))
            case "cat": if site.cat.isEmpty { site.cat = try texts(value, into: &request) }
            case "sectioncat": if site.sectioncat.isEmpty { site.sectioncat = try texts(value, into: &request) }
            case "pagecat": if site.pagecat.isEmpty { site.pagecat = try texts(value, into: &request) }
            case "page": first(&site.page, text(value))
            case "ref": first(&site.ref, text(value))
            case "search": first(&site.search, text(value))
            case "bundle": first(&site.bundle, text(value))
            case "storeurl": first(&site.storeurl, text(value))
            case "publisher": first(&publisher, value)
            case "content": first(&content, value)
            case "keywords": if keywords.isEmpty { keywords = try self.keywords(value, into: &request) }
            case "kwarray": if site.keywords.isEmpty { site.keywords = try self.keywords(value, into: &request) }
            case "inventorypartnerdomain":
                if site.inventorypartnerdomain.isEmpty { site.inventorypartnerdomain = lowercased(value) }
            case "venuetype": if site.venuetype.isEmpty { site.venuetype = try texts(value, into: &request) }
            case "venuetypetax": first(&venuetypetax, integer(value))
            case "ext": first(&ext, value)
            default: break
            }
        }
        if site.keywords.isEmpty { site.keywords = keywords }
        site.cattax = cattax ?? 1
        site.venuetypetax = venuetypetax ?? 1
        if let publisher { site.publisher = try readPublisher(publisher, into: &request) }
        if let content { site.content = try readContent(content, into: &request) }
        if site.inventorypartnerdomain.isEmpty, let ext, let domain = member("inventorypartnerdomain", of: ext) {
            site.inventorypartnerdomain = lowercased(domain)
        }
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
        var cattax: Int32?
        var ext: TapeIndex?
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            if tape.kind(value) == .null { continue }
            switch name {
            case "id": first(&content.id, text(value))
            case "title": first(&content.title, text(value))
            case "series": first(&content.series, text(value))
            case "genre": first(&content.genre, text(value))
            case "url": first(&content.url, text(value))
            case "cattax": first(&cattax, integer(value))
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
            case "ext": first(&ext, value)
            default: break
            }
        }
        if content.keywords.isEmpty { content.keywords = keywords }
        if content.language.isEmpty { content.language = langb }
        content.cattax = cattax ?? 1
        // Before 2.6 these two stood in the extension.
        if let ext {
            if let name = member("network", of: ext).flatMap({ member("name", of: $0) }) {
                first(&content.network, text(name))
            }
            if let name = member("channel", of: ext).flatMap({ member("name", of: $0) }) {
                first(&content.channel, text(name))
            }
        }
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
            var ext: TapeIndex?
            var members = Members(of: element, on: tape)
            while let (name, value) = members.next() {
                if tape.kind(value) == .null { continue }
                switch name {
                case "id": first(&providerID, text(value))
                case "name": first(&provider, text(value))
                case "segment": first(&list, value)
                case "ext": first(&ext, value)
                default: break
                }
            }
            segtax = ext.flatMap { member("segtax", of: $0) }.flatMap { integer($0) }
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
