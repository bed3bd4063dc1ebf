package import OpenRTB
internal import Units

/// Why a predicate does not accept an impression: for people who ask, not for the bid path.
extension Evaluator {
    /// The leaf that decides: one that does not match, or, under a `not`, one that does.
    package struct Failure {
        package let leaf: Leaf
        /// Whether the leaf matches and should not.
        package let isNegated: Bool
    }

    /// - Returns: nil where the predicate accepts, and where no leaf is to blame: `any` of nothing.
    package static func failure(
        of predicate: Predicate, _ imp: Imp, of request: borrowing BidRequest, _ context: borrowing TargetingContext
    ) -> Failure? {
        blame(predicate, for: false, imp, request, context)
    }

    /// The leaf that makes a predicate come out as it does.
    private static func blame(
        _ predicate: Predicate, for outcome: Bool, _ imp: Imp, _ request: borrowing BidRequest,
        _ context: borrowing TargetingContext
    ) -> Failure? {
        guard matches(predicate, imp, of: request, context) == outcome else { return nil }
        switch predicate {
        case .leaf(let leaf): return Failure(leaf: leaf, isNegated: outcome)
        case .not(let part): return blame(part, for: !outcome, imp, request, context)
        case .all(let parts), .any(let parts):
            for part in parts {
                if let failure = blame(part, for: outcome, imp, request, context) { return failure }
            }
            return nil
        }
    }

    /// What a request states of the key of a leaf, in words; empty for nothing.
    package static func stated(
        for leaf: Leaf, _ imp: Imp, of request: borrowing BidRequest, _ context: borrowing TargetingContext
    ) -> String {
        let text = request.text
        let (device, site) = (request.device, request.site)
        switch leaf {
        case .exchange: return String(decoding: context.exchange, as: UTF8.self)
        case .country: return text.string(device.geo.country)
        case .region: return text.string(device.geo.region)
        case .city: return text.string(device.geo.city)
        case .zip: return text.string(device.geo.zip)
        case .metro: return text.string(device.geo.metro)
        case .near: return [device.geo.lat, device.geo.lon].compactMap { $0.map { "\($0)" } }.joined(separator: " ")
        case .device: return device.devicetype.map { "\($0)" } ?? ""
        case .os: return text.string(device.os)
        case .osv: return text.string(device.osv)
        case .browser: return Browser.of(device, text).map { "\($0)" } ?? ""
        case .connection: return device.connectiontype.map { "\($0)" } ?? ""
        case .carrier: return "\(text.string(device.carrier)) \(text.string(device.mccmnc))"
        case .language: return text.string(device.language)
        case .environment: return "\(site.kind)"
        case .domain: return text.string(site.domain)
        case .bundle: return text.string(site.bundle)
        case .publisher: return text.string(site.publisher.id)
        case .category:
            return [site.cat, site.sectioncat, site.pagecat, site.content.cat].map { list($0, request) }
                .filter { !$0.isEmpty }.joined(separator: " ")
        case .keyword:
            return [site.keywords, site.content.keywords, request.user.keywords].map { list($0, request) }
                .filter { !$0.isEmpty }.joined(separator: " ")
        case .segment:
            let theirs = (0..<min(40, request.user.segments.count)).map {
                text.string(request.element($0, of: request.user.segments).id)
            }
            return (theirs + context.audiences.prefix(40).map { context.names.id(of: $0) }).joined(separator: " ")
        case .ip: return "\(text.string(device.ip)) \(text.string(device.ipv6))"
        case .hour(let hours):
            let hour = hours.clock.hourOfWeek(at: context.instant)
            return "\(["mon", "tue", "wed", "thu", "fri", "sat", "sun"][hour / 24]) \(hour % 24):00"
        case .seller:
            return (0..<request.source.nodes.count).map { index in
                let node = request.element(index, of: request.source.nodes)
                return "\(text.string(node.asi))/\(text.string(node.sid))"
            }.joined(separator: " ")
        default: return stated(ofSlot: leaf, imp, of: request)
        }
    }

    private static func stated(ofSlot leaf: Leaf, _ imp: Imp, of request: borrowing BidRequest) -> String {
        switch leaf {
        case .format:
            let offered: [(String, Bool)] = [
                ("banner", imp.banner != nil), ("video", imp.video != nil), ("audio", imp.audio != nil),
                ("native", imp.native != nil),
            ]
            return offered.filter(\.1).map(\.0).joined(separator: " ")
        case .size:
            var sizes: [String] = []
            if let banner = imp.banner {
                for index in 0..<banner.format.count {
                    let format = request.element(index, of: banner.format)
                    sizes.append("\(format.w)x\(format.h)")
                }
            }
            if let video = imp.video, let w = video.w, let h = video.h { sizes.append("\(w)x\(h)") }
            return sizes.joined(separator: " ")
        case .position: return (imp.banner?.pos ?? imp.video?.pos).map { "\($0)" } ?? ""
        case .interstitial: return "\(imp.instl)"
        case .rewarded: return "\(imp.rwdd)"
        default:
            return (0..<imp.deals.count).map { request.text.string(request.element($0, of: imp.deals).id) }
                .joined(separator: " ")
        }
    }

    private static func list(_ texts: List<Text>, _ request: borrowing BidRequest) -> String {
        (0..<min(40, texts.count)).map { request.text.string(request.element($0, of: texts)) }.joined(separator: " ")
    }
}
