internal import Units

/// What shoppers do, as a shop tells it: a function of seed and ordinal, like the requests in which they are met.
///
/// Of those who refuse to be known nothing is told. The events of others carry the consent that their requests carry,
/// and their names: our cookie and the device's id, so that either recognises them.
struct ShopEvents: Sendable {
    private let shoppers: [Visitor]
    private let consents: ConsentTexts
    private let seed: UInt64

    /// The departments of the shops, as `category`; which of them a visitor prefers is the visitor's.
    static let categories: [StaticString] = ["shoes", "groceries"]

    /// - Parameters:
    ///   - count: shoppers at most; fewer where fewer visitors may be known.
    ///   - profile: what the requests are made by.
    ///   - seed: as that of the requests, so that the same people are meant.
    init(shoppers count: Int, profile: RequestGenerator.Profile, seed: UInt64) {
        let population = Population(count: profile.visitors, seed: seed)
        shoppers = Array(
            (0..<population.count).lazy.map { population.visitor($0) }.filter(\.mayBeKnown).prefix(count))
        consents = ConsentTexts(day: profile.consentDay, seed: seed)
        self.seed = Mix.scramble(seed ^ 0x7368_6F70)
    }

    /// How many there are.
    var shopperCount: Int { shoppers.count }

    /// Consecutive events, one a line; empty where nobody shops.
    func batch(_ ordinals: Range<UInt64>) -> [UInt8] {
        var json = RequestBytes(capacity: ordinals.count * 256)
        if shoppers.isEmpty { return [] }
        for ordinal in ordinals { write(ordinal, to: &json) }
        return json.bytes
    }

    private func write(_ ordinal: UInt64, to json: inout RequestBytes) {
        var chance = SplitMix64(seed: Mix.scramble(seed &+ ordinal &* 0x9E37_79B9_7F4A_7C15))
        // In turn, so that each has done something before anybody does more.
        let visitor = shoppers[Int(ordinal % UInt64(shoppers.count))]
        let favourite = Int(truncatingIfNeeded: visitor.key & 1)
        let category = Self.categories[chance.happens(0.8) ? favourite : 1 - favourite]
        let draw = chance.below(20)
        json.raw(#"{"event_id":"shop-"#)
        json.hex(seed, digits: 16)
        json.raw("-")
        json.number(Int(truncatingIfNeeded: ordinal))
        json.raw(#"","type":""#)
        json.raw(draw < 13 ? "view" : draw < 18 ? "cart" : "purchase")
        json.raw(#"","visitor":{"#)
        writeNames(of: visitor, to: &json)
        json.raw(#"},"properties":{"category":""#)
        json.raw(category)
        json.raw(#"","item":""#)
        json.raw(category)
        json.raw("-")
        json.number(chance.within(1...200))
        json.raw(#"","amount":"#)
        json.hundredths(chance.within(500...20_000))
        json.raw("}")
        if Place.all[visitor.place].isUnderGDPR, let text = consents.tcf(visitor.consent, variant: visitor.index) {
            json.raw(#","consent":{"gdpr":1,"tcf":""#)
            json.raw(text)
            json.raw(#""}"#)
        }
        json.raw("}\n")
    }

    private func writeNames(of visitor: Visitor, to json: inout RequestBytes) {
        if visitor.isKnownToUs {
            json.raw(#""cookie":""#)
            json.writeBuyerUID(of: visitor)
            json.raw(visitor.hasDeviceID ? #"",""# : #"""#)
        } else {
            json.raw(#"""#)
        }
        guard visitor.hasDeviceID else { return }
        json.raw(#"ifa":""#)
        json.writeIFA(of: visitor)
        json.raw(#"""#)
    }
}

extension Visitor {
    /// Whether the exchange and a shop may name this person to us, and both have a name in common.
    fileprivate var mayBeKnown: Bool {
        if limitsTracking || !(isKnownToUs || hasDeviceID) { return false }
        let place = Place.all[self.place]
        if place.isUnderGDPR { return consent == .everything }
        return !(place.isAmerican && hasOptedOutOfSale)
    }
}
