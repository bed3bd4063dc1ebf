internal import OpenRTB
internal import Targeting
internal import Units

/// Where in a document something stands, made into text for a fault alone: most documents have none.
indirect enum TargetingPlace {
    case root(String)
    case member(String, TargetingPlace)
    case element(Int, TargetingPlace)

    var pointer: String {
        switch self {
        case .root(let pointer): pointer
        case .member(let key, let object): JSONPointer.member(key, of: object.pointer)
        case .element(let index, let list): "\(list.pointer)/\(index)"
        }
    }
}

/// The values of one leaf, and where they stand.
private struct LeafValues {
    let nodes: [Node]
    private let place: TargetingPlace
    private let isList: Bool

    /// - Parameter node: the values, or one that stands alone.
    init(_ node: Node, at place: TargetingPlace) {
        self.place = place
        if case .list(let nodes) = node.content {
            self.nodes = nodes
            isList = true
        } else {
            nodes = [node]
            isList = false
        }
    }

    func pointer(of index: Int) -> String { (isList ? .element(index, place) : place).pointer }

    /// What the values read as, those left out that do not read.
    func map<Value>(_ read: (Node, @autoclosure () -> String) -> Value?) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(nodes.count)
        for (index, node) in nodes.enumerated() {
            if let value = read(node, pointer(of: index)) { values.append(value) }
        }
        return values
    }
}

/// Reads the values of one key.
struct LeafReader {
    let key: TargetingReader.Key
    let clock: LocalClock
    let faults: FaultList

    func read(_ node: Node, at place: TargetingPlace) -> Leaf? {
        let values = LeafValues(node, at: place)
        guard !values.nodes.isEmpty else {
            faults.add(
                "an empty list matches nothing",
                at: place.pointer,
                node,
                hint: "leave the key out to accept everything"
            )
            return nil
        }
        guard values.nodes.count <= TargetingReader.valuesMax else {
            faults.add("more than \(TargetingReader.valuesMax) values", at: place.pointer, node, hint: "use a segment")
            return nil
        }
        switch key {
        case .exchange: return .exchange(texts(values, lower: false))
        case .country: return .country(each(values, country))
        case .region: return .region(each(values, region))
        case .city: return .city(texts(values))
        case .zip: return .zip(each(values, wildcard))
        case .metro: return .metro(texts(values))
        case .near: return .near(values.map { circle($0, at: $1()) })
        case .device: return .device(codes(values, Self.devices))
        case .os: return .os(texts(values))
        case .osv: return .osv(texts(values))
        case .browser: return .browser(each(values, browser))
        case .connection: return .connection(codes(values, Self.connections))
        case .carrier: return .carrier(texts(values))
        case .language: return .language(texts(values))
        case .environment: return .environment(words(values, Self.environments))
        case .domain: return .domain(each(values, domain))
        case .bundle: return .bundle(texts(values))
        case .publisher: return .publisher(texts(values))
        case .category: return .category(texts(values))
        case .keyword: return .keyword(texts(values))
        case .format: return .format(words(values, Self.formats))
        case .size: return .size(each(values, size))
        case .position: return .position(codes(values, Self.positions))
        case .interstitial: return flag(values).map { .interstitial($0) }
        case .rewarded: return flag(values).map { .rewarded($0) }
        case .segment: return .segment(texts(values))
        case .ip: return .ip(each(values, addressRange))
        case .hour: return .hour(hours(values))
        case .deal: return .deal(texts(values, lower: false))
        case .seller: return .seller(each(values, seller))
        }
    }

    // MARK: Values

    private func text(_ node: Node, _ pointer: () -> String) -> String? {
        switch node.content {
        case .string(let text) where !text.isEmpty: return text
        case .number(let text): return text
        default:
            faults.add("must be a string, is \(node.typeName)", at: pointer(), node)
            return nil
        }
    }

    private func texts(_ values: LeafValues, lower: Bool = true) -> [[UInt8]] {
        values.map { node, pointer in
            text(node, pointer).map { lower ? Self.lowercased($0) : Array($0.utf8) }
        }
    }

    /// The bytes of a text in lower case.
    private static func lowercased(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        for index in bytes.indices {
            switch bytes[index] {
            case 0x41...0x5A: bytes[index] |= 0x20
            case 0x80...: return Array(text.lowercased().utf8)
            default: break
            }
        }
        return bytes
    }

    /// Each value through `read`, which is given the text and a way to complain.
    private func each<Value>(_ values: LeafValues, _ read: (String, (String, String) -> Void) -> Value?) -> [Value] {
        var sound: [Value] = []
        sound.reserveCapacity(values.nodes.count)
        for (index, node) in values.nodes.enumerated() {
            guard let text = text(node, { values.pointer(of: index) }) else { continue }
            let complain = { faults.add($0, at: values.pointer(of: index), node, hint: $1) }
            if let value = read(text, complain) { sound.append(value) }
        }
        return sound
    }

    private func browser(_ text: String, _ complain: (String, String) -> Void) -> Browser? {
        if let browser = Browser(rawValue: text.lowercased()) { return browser }
        complain("unknown browser “\(text)”", Browser.allCases.map(\.rawValue).joined(separator: ", "))
        return nil
    }

    private func country(_ text: String, _ complain: (String, String) -> Void) -> [UInt8]? {
        let code = text.uppercased()
        let letters = Array(code.utf8)
        if letters.count == 2, let alpha3 = Country.alpha3(of: (letters[0], letters[1])) {
            return [alpha3.0 | 0x20, alpha3.1 | 0x20, alpha3.2 | 0x20]
        }
        guard Country.isAlpha3(code) else {
            complain("unknown country “\(text)”", "ISO 3166-1 alpha-3, for example \"USA\"")
            return nil
        }
        return Array(code.lowercased().utf8)
    }

    private func region(_ text: String, _ complain: (String, String) -> Void) -> Region? {
        let parts = text.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, parts[0].count == 2 || parts[0].count == 3 else {
            return Region(country: nil, code: Array(text.lowercased().utf8))
        }
        return country(String(parts[0]), complain).map {
            Region(country: $0, code: Array(parts[1].lowercased().utf8))
        }
    }

    private func wildcard(_ text: String, _ complain: (String, String) -> Void) -> Wildcard? {
        let isPrefix = text.hasSuffix("*")
        let fixed = isPrefix ? String(text.dropLast()) : text
        guard !fixed.contains("*"), !fixed.isEmpty else {
            complain("a * may stand at the end only, behind something: “\(text)”", "for example \"94*\"")
            return nil
        }
        return Wildcard(text: Array(fixed.lowercased().utf8), isPrefix: isPrefix)
    }

    private func domain(_ text: String, _ complain: (String, String) -> Void) -> [UInt8]? {
        let bytes = text.utf8
        guard !bytes.contains(UInt8(ascii: "/")), !bytes.contains(UInt8(ascii: " ")), bytes.first != UInt8(ascii: "."),
            bytes.contains(UInt8(ascii: "."))
        else {
            complain("is no domain: “\(text)”", "a host name without scheme and path, for example \"example.com\"")
            return nil
        }
        return Self.lowercased(text)
    }

    private func size(_ text: String, _ complain: (String, String) -> Void) -> Size? {
        let parts = text.utf8.split(separator: UInt8(ascii: "x"))
        guard parts.count == 2, let w = Int32(Substring(parts[0])), let h = Int32(Substring(parts[1])), w > 0, h > 0
        else {
            complain("is no size: “\(text)”", "for example \"300x250\"")
            return nil
        }
        return Size(w: w, h: h)
    }

    private func addressRange(_ text: String, _ complain: (String, String) -> Void) -> AddressRange? {
        if let range = AddressRange(text) { return range }
        complain("is neither an IP address nor a CIDR block: “\(text)”", "for example \"192.0.2.0/24\"")
        return nil
    }

    private func seller(_ text: String, _ complain: (String, String) -> Void) -> Seller? {
        let parts = text.split(separator: "/", maxSplits: 1)
        guard let asi = parts.first else { return nil }
        return Seller(asi: Array(asi.lowercased().utf8), sid: parts.count == 2 ? Array(parts[1].utf8) : nil)
    }

    private func circle(_ node: Node, at pointer: String) -> Circle? {
        let object = ObjectReader(node, at: pointer, known: ["lat", "lon", "km"], faults)
        for (key, example) in [("lat", "52.52"), ("lon", "13.40"), ("km", "5")] {
            _ = object.require(key, example: example)
        }
        let lat = object.number("lat", in: -90...90)
        let lon = object.number("lon", in: -180...180)
        let km = object.number("km", in: 0.01...20_000)
        guard let lat, let lon, let km else { return nil }
        return Circle(lat: lat, lon: lon, km: km)
    }

    private func flag(_ values: LeafValues) -> Bool? {
        guard values.nodes.count == 1, case .bool(let flag) = values.nodes[0].content else {
            faults.add("must be true or false", at: values.pointer(of: 0), values.nodes[0])
            return nil
        }
        return flag
    }

    /// Names of AdCOM's codes, or the codes themselves.
    private func codes(_ values: LeafValues, _ names: [String: Set<Int32>]) -> Set<Int32> {
        var codes: Set<Int32> = []
        for (index, node) in values.nodes.enumerated() {
            let pointer = { values.pointer(of: index) }
            guard let text = text(node, pointer) else { continue }
            if let known = names[text.lowercased()] {
                codes = codes.isEmpty ? known : codes.union(known)
            } else if let code = Int32(text), code >= 0 {
                codes.insert(code)
            } else {
                unknown(text, Array(names.keys), at: pointer(), node)
            }
        }
        return codes
    }

    private func words<Value>(_ values: LeafValues, _ names: [String: Value]) -> [Value] {
        values.map { node, pointer in
            guard let text = text(node, pointer) else { return nil }
            if let value = names[text.lowercased()] { return value }
            unknown(text, Array(names.keys), at: pointer(), node)
            return nil
        }
    }

    private func unknown(_ text: String, _ names: [String], at pointer: String, _ node: Node) {
        let nearest = Nearest.name(to: text, among: names).map { "did you mean “\($0)”?" }
        faults.add(
            "unknown \(key) “\(text)”",
            at: pointer,
            node,
            hint: nearest ?? names.sorted().joined(separator: ", ")
        )
    }

    /// `mon-fri 08-20`, `sat 10-14`, `mon-sun 00-24`: days, then hours from the first to before the last.
    private func hours(_ values: LeafValues) -> HoursOfWeek {
        var hours = HoursOfWeek(clock: clock)
        for (index, node) in values.nodes.enumerated() {
            let pointer = { values.pointer(of: index) }
            guard let text = text(node, pointer) else { continue }
            guard let (days, range) = Self.span(text.lowercased()) else {
                faults.add("is no span of hours: “\(text)”", at: pointer(), node, hint: "for example \"mon-fri 08-20\"")
                continue
            }
            hours.insert(days: days, hours: range)
        }
        return hours
    }

    private static func span(_ text: String) -> (days: [Int], hours: Range<Int>)? {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        let parts = text.split(separator: " ")
        guard parts.count == 2 else { return nil }
        let days = parts[0].split(separator: "-").map { names.firstIndex(of: String($0)) }
        let bounds = parts[1].split(separator: "-").map { Int($0) }
        guard days.count <= 2, let first = days.first ?? nil, let last = days.last ?? nil, bounds.count == 2,
            let from = bounds[0], let to = bounds[1], from >= 0, from < to, to <= 24
        else { return nil }
        let count = (last - first + 7) % 7 + 1
        return ((0..<count).map { (first + $0) % 7 }, from..<to)
    }

    // MARK: Words

    private static let devices: [String: Set<Int32>] = [
        "mobile": [1, 4, 5], "phone": [4], "tablet": [5], "pc": [2], "desktop": [2], "tv": [3], "connected-device": [6],
        "set-top-box": [7], "out-of-home": [8],
    ]
    private static let connections: [String: Set<Int32>] = [
        "ethernet": [1], "wifi": [2], "cellular": [3, 4, 5, 6, 7], "2g": [4], "3g": [5], "4g": [6], "5g": [7],
    ]
    private static let positions: [String: Set<Int32>] = [
        "above-fold": [1], "locked": [2], "below-fold": [3], "header": [4], "footer": [5], "sidebar": [6],
        "fullscreen": [7],
    ]
    private static let environments: [String: SiteOrApp.Kind] = ["site": .site, "app": .app, "dooh": .dooh]
    private static let formats: [String: MarkupType] = [
        "banner": .banner, "video": .video, "audio": .audio, "native": .native,
    ]
}
