internal import OpenRTB

/// A leaf as a person reads it: for explanations.
extension Leaf {
    /// As documents name it.
    package var key: String {
        // The name of the case, in front of its values.
        let name = "\(self)"
        return String(name[..<(name.firstIndex(of: "(") ?? name.endIndex)])
    }

    /// Whether it reads what only consent allows.
    package var isPersonal: Bool {
        switch self {
        case .segment, .near, .zip: true
        default: false
        }
    }

    /// Whether it reads a place finer than a city.
    package var isPrecisePlace: Bool {
        switch self {
        case .near, .zip: true
        default: false
        }
    }

    /// Its values; of long lists the first twenty.
    package var words: String {
        let values = self.values
        let shown = values.prefix(20).joined(separator: ", ")
        return values.count > 20 ? "\(shown) and \(values.count - 20) more" : shown
    }

    private var values: [String] {
        switch self {
        case .exchange(let texts), .country(let texts), .city(let texts), .metro(let texts), .os(let texts),
            .osv(let texts), .carrier(let texts), .language(let texts), .domain(let texts), .bundle(let texts),
            .publisher(let texts), .category(let texts), .keyword(let texts), .deal(let texts):
            texts.map(Self.string)
        // As the document names them: what they mean besides is no news to its author.
        case .segment(let texts): texts.filter { !$0.contains(AudienceNames.separator) }.map(Self.string)
        case .region(let regions):
            regions.map { ($0.country.map { Self.string($0) + "-" } ?? "") + Self.string($0.code) }
        case .zip(let codes): codes.map { Self.string($0.text) + ($0.isPrefix ? "*" : "") }
        case .near(let circles): circles.map { "\($0.km) km around \($0.lat) \($0.lon)" }
        case .device(let numbers), .connection(let numbers), .position(let numbers): numbers.sorted().map { "\($0)" }
        case .browser(let browsers): browsers.map { "\($0)" }
        case .environment(let kinds): kinds.map { "\($0)" }
        case .format(let types): types.map { "\($0)" }
        case .size(let sizes): sizes.map { "\($0.w)x\($0.h)" }
        case .slot(let kinds): kinds.map { "\($0)" }
        case .interstitial(let wanted), .rewarded(let wanted): ["\(wanted)"]
        case .ip(let ranges): ["\(ranges.count) ranges of addresses"]
        case .hour(let hours): ["\(hours.hours.count { $0 }) hours of the week"]
        case .seller(let sellers): sellers.map { Self.string($0.asi) + ($0.sid.map { "/" + Self.string($0) } ?? "") }
        }
    }

    private static func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
