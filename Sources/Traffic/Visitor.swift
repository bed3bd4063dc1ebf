package import Units

/// A person, or rather a device in somebody's hand, that comes back: all about it follows from a seed and a number.
package struct Visitor: Sendable {
    /// Its number within the population, from 0; the lowest ones visit most often.
    package let index: Int
    /// 64 bits from which its identifiers are made.
    let key: UInt64
    /// Position in ``Place/all``; shared by a household.
    let place: Int
    /// Position in ``DeviceModel/all``.
    let model: Int
    /// The browser's major version.
    let version: Int
    /// One to four positions in ``Topic/all``, distinct.
    let topics: [Int]
    /// Two to ten, or none.
    let eidCount: Int
    let consent: ConsentTexts.Answer
    let limitsTracking: Bool
    let isKnownToUs: Bool
    /// 64 bits from which the address is made; shared by a household.
    let householdKey: UInt64

    /// The exchange's id of the visitor, `user.id`.
    package var userID: String { text { $0.writeUserID(of: self) } }

    /// Our own id of the visitor as the exchange learned it by cookie sync, `user.buyeruid`; nil for half of them.
    package var buyeruid: String? { isKnownToUs ? text { $0.writeBuyerUID(of: self) } : nil }

    /// The advertising id of a phone, tablet or television, where the visitor allows it.
    package var ifa: String? {
        hasDeviceID ? text { $0.writeIFA(of: self) } : nil
    }

    /// Whether ``ifa`` names this visitor in apps.
    var hasDeviceID: Bool { DeviceModel.all[model].kind != .computer && !limitsTracking }

    /// Whether an American visitor objected to being sold: an answer is the visitor's, so it is the same each time.
    var hasOptedOutOfSale: Bool { key % 100 < 7 }

    /// Third-party ids as `source` and `uids[0].id`, in the order in which requests carry them.
    package var eids: [(source: String, id: String)] {
        (0..<eidCount).map { rank in
            (EIDSource.at(rank).domain.description, text { $0.writeEID(of: self, rank: rank) })
        }
    }

    /// ISO 3166-1, three letters.
    package var country: String { Place.all[place].country.description }

    /// The city by its local name.
    package var city: String { Place.all[place].city.description }

    /// One to four words such as `running`, each also the keyword of sites on the same topic.
    package var interests: [String] { topics.map { Topic.all[$0].word.description } }

    private func text(_ write: (inout RequestBytes) -> Void) -> String {
        var bytes = RequestBytes(capacity: 64)
        write(&bytes)
        return String(decoding: bytes.bytes, as: UTF8.self)
    }
}

/// The visitors of one seed; none is stored: each is made anew, the same, whenever it is asked for.
package struct Population: Sendable {
    /// How many visitors there are.
    package let count: Int
    private let seed: UInt64
    private let visits: Popularity
    private static let places = Popularity(weights: Place.all.map(\.weight))
    private static let models = Popularity(weights: DeviceModel.all.map(\.weight))

    /// - Parameters:
    ///   - count: above 0.
    ///   - seed: the same population for the same seed.
    package init(count: Int, seed: UInt64) {
        precondition(count > 0)
        self.count = count
        self.seed = Mix.scramble(seed ^ 0x706F_7075)
        visits = Popularity(ranks: count, flatness: max(20, Double(count) / 100))
    }

    /// The visitor of a number.
    ///
    /// - Parameter index: 0 up to, not including, ``count``.
    /// - Returns: the same for the same number.
    package func visitor(_ index: Int) -> Visitor {
        precondition(index >= 0 && index < count)
        // Two to a household: they share place and address.
        var home = SplitMix64(seed: Mix.scramble(seed ^ UInt64(index / 2) &* 2 &+ 1))
        let place = Self.places.draw(&home)
        var chance = SplitMix64(seed: Mix.scramble(seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15))
        let model = Self.models.draw(&chance)
        var topics: [Int] = []
        for _ in 0..<chance.within(1...4) {
            // Squared, so that the first topics are the most common interests.
            let draw = chance.unit()
            let topic = Int(draw * draw * Double(Topic.all.count))
            if !topics.contains(topic) { topics.append(topic) }
        }
        let consent = Self.drawConsent(&chance)
        return Visitor(
            index: index, key: chance.next(), place: place, model: model,
            version: chance.within(DeviceModel.all[model].versions), topics: topics,
            eidCount: chance.happens(0.6) ? chance.within(2...(chance.happens(0.3) ? 10 : 5)) : 0,
            consent: consent, limitsTracking: chance.happens(0.1), isKnownToUs: chance.happens(0.5),
            householdKey: home.next())
    }

    private static func drawConsent(_ chance: inout SplitMix64) -> ConsentTexts.Answer {
        switch chance.below(25) {
        case 0..<15: .everything
        case 15..<20: .measuredAdsOnly
        case 20..<22: .nothing
        default: .neverAsked
        }
    }

    /// Draws who comes next: some visitors all the time, most now and then.
    package func draw(_ chance: inout SplitMix64) -> Visitor { visitor(visits.draw(&chance)) }
}
