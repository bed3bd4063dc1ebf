package import OpenRTB
package import Units

#if canImport(Glibc)
internal import Glibc
#endif

/// What targeting may look at besides the request.
package struct TargetingContext: Sendable {
    /// Our id of the exchange.
    package let exchange: [UInt8]
    package let instant: Instant
    /// Whether identifiers, segments and full addresses may be read.
    package let personalDataAllowed: Bool
    /// Whether places finer than a city may be read: never without personal data.
    package let preciseGeoAllowed: Bool
    /// Audiences of ours that the visitor is in, by number.
    package var audiences: [UInt32] = []
    package var names = AudienceNames.none

    /// - Parameter preciseGeoAllowed: what consent says of places where it says more than of personal data.
    package init(exchange: [UInt8], instant: Instant, personalDataAllowed: Bool, preciseGeoAllowed: Bool = true) {
        self.exchange = exchange
        self.instant = instant
        self.personalDataAllowed = personalDataAllowed
        self.preciseGeoAllowed = preciseGeoAllowed && personalDataAllowed
    }
}

/// Evaluates a predicate against one impression in the plainest possible way.
///
/// It walks the tree, compares texts and keeps nothing. What it says is what targeting means: any faster index must
/// agree with it on every pair of request and strategy.
package enum Evaluator {
    /// - Complexity: O(nodes and values of the predicate).
    package static func matches(
        _ predicate: Predicate,
        _ imp: Imp,
        of request: borrowing BidRequest,
        _ context: borrowing TargetingContext
    ) -> Bool {
        switch predicate {
        case .all(let parts):
            for part in parts where !matches(part, imp, of: request, context) { return false }
            return true
        case .any(let parts):
            for part in parts where matches(part, imp, of: request, context) { return true }
            return false
        case .not(let part):
            return !matches(part, imp, of: request, context)
        case .leaf(let leaf):
            return matches(leaf, imp, of: request, context)
        }
    }

    static func matches(
        _ leaf: Leaf,
        _ imp: Imp,
        of request: borrowing BidRequest,
        _ context: borrowing TargetingContext
    ) -> Bool {
        let text = request.text
        let device = request.device
        let geo = device.geo
        switch leaf {
        case .exchange(let ids): return ids.contains(context.exchange)
        case .country(let codes): return isOne(of: codes, geo.country, text)
        case .region(let regions): return isIn(regions, geo, text)
        case .city(let names): return isOne(of: names, geo.city, text)
        case .zip(let codes): return context.preciseGeoAllowed && isIn(codes, geo.zip, text)
        case .metro(let codes): return isOne(of: codes, geo.metro, text)
        case .near(let circles): return context.preciseGeoAllowed && isNear(circles, geo)
        case .device(let types): return device.devicetype.map { types.contains($0) } ?? false
        case .os(let names): return isOne(of: names, device.os, text)
        case .osv(let versions): return startsWithPart(of: versions, device.osv, separator: ".", text)
        case .browser(let browsers): return Browser.of(device, text).map { browsers.contains($0) } ?? false
        case .connection(let types): return device.connectiontype.map { types.contains($0) } ?? false
        case .carrier(let names):
            return isOne(of: names, device.carrier, text) || isOne(of: names, device.mccmnc, text)
        case .language(let tags): return startsWithPart(of: tags, device.language, separator: "-", text)
        case .environment(let kinds): return kinds.contains(request.site.kind)
        case .domain(let domains): return isWithin(domains, request.site.domain, text)
        case .bundle(let ids): return isOne(of: ids, request.site.bundle, text)
        case .publisher(let ids): return isOne(of: ids, request.site.publisher.id, text)
        case .category(let codes): return hasCategory(codes, request)
        case .keyword(let words): return hasKeyword(words, request, context)
        case .interstitial(let wanted): return imp.instl == wanted
        case .rewarded(let wanted): return imp.rwdd == wanted
        case .segment(let ids):
            return context.personalDataAllowed && (hasSegment(ids, request) || isInAudience(ids, context))
        case .ip(let ranges): return isIn(ranges, device, text, context)
        case .hour(let hours): return hours.contains(context.instant)
        case .seller(let sellers): return hasSeller(sellers, request)
        case .format, .size, .position, .deal, .slot: return matchesSlot(leaf, imp, of: request)
        }
    }

    /// The keys that look at the impression itself.
    private static func matchesSlot(_ leaf: Leaf, _ imp: Imp, of request: borrowing BidRequest) -> Bool {
        switch leaf {
        case .format(let types):
            return types.contains { type in
                switch type {
                case .banner: imp.banner != nil
                case .video: imp.video != nil
                case .audio: imp.audio != nil
                case .native: imp.native != nil
                }
            }
        case .size(let sizes):
            if let banner = imp.banner {
                for index in 0..<banner.format.count {
                    let format = request.element(index, of: banner.format)
                    if sizes.contains(Size(w: format.w, h: format.h)) { return true }
                }
            }
            if let video = imp.video, let w = video.w, let h = video.h { return sizes.contains(Size(w: w, h: h)) }
            return false
        case .slot(let kinds): return kinds.contains { offers($0, imp, of: request) }
        case .position(let positions):
            guard let position = imp.banner?.pos ?? imp.video?.pos else { return false }
            return positions.contains(position)
        case .deal(let ids):
            for index in 0..<imp.deals.count {
                let deal = request.element(index, of: imp.deals)
                if ids.contains(where: { request.text.equals(deal.id, $0) }) { return true }
            }
            return false
        default:
            return false
        }
    }

    private static func offers(_ kind: SlotKind, _ imp: Imp, of request: borrowing BidRequest) -> Bool {
        switch kind {
        case .video: return imp.video != nil
        case .audio: return imp.audio != nil
        case .native: return imp.native != nil
        case .anyBanner: return imp.banner != nil
        case .flexibleBanner, .banner:
            guard let banner = imp.banner else { return false }
            if kind == .flexibleBanner, imp.instl { return true }
            for index in 0..<banner.format.count {
                let format = request.element(index, of: banner.format)
                let isExact = format.w > 0 && format.h > 0
                if kind == (isExact ? .banner(Size(w: format.w, h: format.h)) : .flexibleBanner) { return true }
            }
            return false
        }
    }

    // MARK: Comparing

    /// Codes in upper case compare as well: both sides are taken in lower case.
    private static func isOne(of values: [[UInt8]], _ text: Text, _ buffer: TextBuffer) -> Bool {
        !text.isEmpty && values.contains { buffer.equalsIgnoringCase(text, lowercased: $0) }
    }

    /// Whether the text is one of the values, or one of them with a part behind a separator (`en` and `en-GB`).
    private static func startsWithPart(
        of values: [[UInt8]],
        _ text: Text,
        separator: Unicode.Scalar,
        _ buffer: TextBuffer
    ) -> Bool {
        values.contains { value in
            guard text.count >= value.count, !value.isEmpty,
                buffer.equalsIgnoringCase(text.slice(from: 0, count: value.count), lowercased: value)
            else { return false }
            return text.count == value.count || buffer[text, value.count] == UInt8(ascii: separator)
        }
    }

    private static func isWithin(_ domains: [[UInt8]], _ host: Text, _ buffer: TextBuffer) -> Bool {
        !host.isEmpty && domains.contains { buffer.isWithin(host, domain: $0) }
    }

    private static func isIn(_ regions: [Region], _ geo: Geo, _ buffer: TextBuffer) -> Bool {
        !geo.region.isEmpty
            && regions.contains { region in
                guard buffer.equalsIgnoringCase(geo.region, lowercased: region.code) else { return false }
                return region.country.map { buffer.equalsIgnoringCase(geo.country, lowercased: $0) } ?? true
            }
    }

    private static func isIn(_ codes: [Wildcard], _ text: Text, _ buffer: TextBuffer) -> Bool {
        !text.isEmpty
            && codes.contains { code in
                let part = code.isPrefix ? text.slice(from: 0, count: code.text.count) : text
                return buffer.equalsIgnoringCase(part, lowercased: code.text)
            }
    }

    private static func isIn(
        _ ranges: [AddressRange],
        _ device: Device,
        _ buffer: TextBuffer,
        _ context: borrowing TargetingContext
    ) -> Bool {
        for text in [device.ip, device.ipv6] where !text.isEmpty {
            guard let address = unsafe buffer.withBytes(text, { unsafe IPAddress($0) }) else { continue }
            for range in ranges where range.contains(address) && (context.personalDataAllowed || range.isCoarse) {
                return true
            }
        }
        return false
    }

    /// Great-circle distance by the haversine formula, on a sphere of 6,371 km.
    private static func isNear(_ circles: [Circle], _ geo: Geo) -> Bool {
        guard let lat = geo.lat, let lon = geo.lon, abs(lat) <= 90, abs(lon) <= 180 else { return false }
        return circles.contains { circle in
            let radians = Double.pi / 180
            let north = sin((lat - circle.lat) * radians / 2)
            let east = sin((lon - circle.lon) * radians / 2)
            let half = north * north + cos(lat * radians) * cos(circle.lat * radians) * east * east
            return 2 * 6371 * asin(min(1, half.squareRoot())) <= circle.km
        }
    }

    private static func hasCategory(_ codes: [[UInt8]], _ request: borrowing BidRequest) -> Bool {
        let site = request.site
        for list in [site.cat, site.sectioncat, site.pagecat, site.content.cat] {
            let text = request.text
            if request.contains(list, where: { startsWithPart(of: codes, $0, separator: "-", text) }) { return true }
        }
        return false
    }

    private static func hasKeyword(
        _ words: [[UInt8]],
        _ request: borrowing BidRequest,
        _ context: borrowing TargetingContext
    ) -> Bool {
        let text = request.text
        if request.contains(request.site.keywords, where: { isOne(of: words, $0, text) }) { return true }
        if request.contains(request.site.content.keywords, where: { isOne(of: words, $0, text) }) { return true }
        return context.personalDataAllowed
            && request.contains(request.user.keywords, where: { isOne(of: words, $0, text) })
    }

    private static func isInAudience(_ ids: [[UInt8]], _ context: borrowing TargetingContext) -> Bool {
        for number in context.audiences {
            let name = context.names[number]
            for id in ids where !name.isEmpty && name.elementsEqual(id) { return true }
        }
        return false
    }

    /// Segments that the request carries in `user.data`: by id, or by `provider:id`.
    private static func hasSegment(_ ids: [[UInt8]], _ request: borrowing BidRequest) -> Bool {
        let text = request.text
        for index in 0..<request.user.segments.count {
            let segment = request.element(index, of: request.user.segments)
            for id in ids {
                if text.equalsIgnoringCase(segment.id, lowercased: id) { return true }
                let provider = segment.provider.count
                guard id.count == provider + 1 + segment.id.count, provider > 0, id[provider] == UInt8(ascii: ":")
                else { continue }
                if text.equalsIgnoringCase(segment.provider, lowercased: Array(id[..<provider])),
                    text.equalsIgnoringCase(segment.id, lowercased: Array(id[(provider + 1)...]))
                {
                    return true
                }
            }
        }
        return false
    }

    private static func hasSeller(_ sellers: [Seller], _ request: borrowing BidRequest) -> Bool {
        let text = request.text
        for index in 0..<request.source.nodes.count {
            let node = request.element(index, of: request.source.nodes)
            for seller in sellers where text.equalsIgnoringCase(node.asi, lowercased: seller.asi) {
                guard let sid = seller.sid else { return true }
                if text.equals(node.sid, sid) { return true }
            }
        }
        return false
    }
}
