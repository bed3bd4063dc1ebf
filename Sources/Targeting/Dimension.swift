/// A key of targeting as the index sees it: the request states some values of it, a leaf asks for one of its own.
///
/// Every leaf but `near` and `ip` comes down to the same question: do the values that the request states and the
/// values of the leaf have one in common? For keys that accept parts (`IAB7` accepts `IAB7-3`) the request states the
/// value and all that accept it.
enum Dimension: UInt8, CaseIterable {
    case exchange, country, region, city, zip, metro, device, os, osv, browser, connection, carrier, language
    case environment, domain, bundle, publisher, category, keyword, segment, hour, seller
    // What the impression states.
    case format, size, position, interstitial, rewarded, deal, slot

    var mask: UInt64 { 1 << UInt64(rawValue) }

    /// Whether a request states at most one value, so that several conditions on it are one.
    var isSingle: Bool {
        switch self {
        case .exchange, .country, .city, .metro, .device, .os, .browser, .connection, .environment, .bundle,
            .publisher, .position, .interstitial, .rewarded:
            true
        case .region, .zip, .osv, .carrier, .language, .domain, .category, .keyword, .segment, .hour, .seller, .format,
            .size, .deal, .slot:
            false
        }
    }
}
