package import Units

/// Bid requests of an exchange that does not exist: what real ones send, in the proportions in which they send it.
///
/// A request is a function of seed, profile and ordinal, so the stream can be entered anywhere and shared out. One
/// impression in nine requests of ten; a median of about 1.7 kB, 4 kB at the 90th percentile and 8 to 10 kB at the
/// 99th. Every domain is reserved by RFC 2606 and every address by RFC 5737 or RFC 3849: nobody is ever named.
package struct RequestGenerator: Sendable {
    /// What an operator may want different.
    package struct Profile: Sendable {
        /// How many visitors there are; above 0.
        package var visitors = 50_000
        /// Share of requests with `test` 1.
        package var testShare = 0.005
        /// The day on which consent strings were given: bidders take old ones for stale.
        package var consentDay = Instant(seconds: 1_780_272_000)

        /// Domains of advertisers that one publisher in eight blocks, on top of brands that do not exist.
        package var blockedAdvertisers: [String] = []

        /// Fifty thousand visitors, one request in two hundred a test, consent of June 2026.
        package init() {}
    }

    /// The seed of every request.
    package let seed: UInt64
    /// Who visits: the same people for the same seed.
    package let population: Population
    /// How many requests ``next()`` has given.
    package private(set) var count: UInt64 = 0
    private let testShare: Double
    private let inventory: Inventory
    private let consents: ConsentTexts
    /// Domains of advertisers that publishers block, quoted.
    private let blockedDomains: [[UInt8]]
    /// The same of real ones, where the profile names some.
    private let blockedAdvertisers: [[UInt8]]

    /// A stream at its beginning: the same bytes for the same seed and profile.
    package init(seed: UInt64, profile: Profile = Profile()) {
        self.seed = seed
        population = Population(count: profile.visitors, seed: seed)
        testShare = profile.testShare
        inventory = Inventory()
        consents = ConsentTexts(day: profile.consentDay, seed: seed)
        blockedDomains = Self.blockedDomains()
        blockedAdvertisers = profile.blockedAdvertisers.map { Array("\"\($0)\"".utf8) }
    }

    /// Two thousand brands that do not exist.
    private static func blockedDomains() -> [[UInt8]] {
        (0..<2_000).map { number in
            var domain = RequestBytes(capacity: 32)
            domain.raw(#"""#)
            domain.raw(Topic.all[number % Topic.all.count].word)
            domain.raw("-brand")
            domain.number(number)
            domain.raw(#".example""#)
            return domain.bytes
        }
    }

    /// The next request of the stream.
    package mutating func next() -> GeneratedRequest {
        defer { count += 1 }
        return request(at: count)
    }

    /// The request of an ordinal, whatever was asked for before.
    ///
    /// - Complexity: about 5 microseconds; a handful of allocations.
    package func request(at ordinal: UInt64) -> GeneratedRequest {
        var chance = SplitMix64(seed: Mix.scramble(Mix.scramble(seed) &+ ordinal &* 0x9E37_79B9_7F4A_7C15))
        let visitor = population.draw(&chance)
        var draft = RequestDraft(visitor: visitor, inventory: inventory, chance: chance)
        draft.writeAuction(testShare: testShare)
        draft.writeImps()
        draft.writeInventory()
        draft.writeDevice()
        draft.writeUser(consents)
        draft.writeRegs(consents)
        draft.writeSource()
        draft.writeBlocks(blockedDomains, blockedAdvertisers)
        return draft.finish()
    }
}
