internal import Units

/// One request while it is written, member by member, with what the members must agree on.
struct RequestDraft {
    /// Where the advertisement will be shown.
    enum Scene {
        /// Positions in ``Inventory``.
        case site(Int)
        case app(Int)
    }

    let visitor: Visitor
    let place: Place
    let model: DeviceModel
    let inventory: Inventory
    let scene: Scene
    /// How much the parties upstream add: 0 for most, 3 for the tail of the sizes.
    let verbosity: Int
    var chance: SplitMix64
    var json = RequestBytes(capacity: 4096)
    var facts = RequestFacts(id: "")

    init(visitor: Visitor, inventory: Inventory, chance: SplitMix64) {
        var chance = chance
        self.visitor = visitor
        self.inventory = inventory
        place = Place.all[visitor.place]
        model = DeviceModel.all[visitor.model]
        let inApp =
            switch model.kind {
            case .computer: false
            case .phone, .tablet: chance.happens(0.45)
            case .television: true
            }
        scene = inApp ? .app(inventory.drawApp(&chance)) : .site(inventory.drawSite(&chance))
        let draw = chance.unit()
        verbosity = draw < 0.66 ? 0 : draw < 0.85 ? 1 : draw < 0.97 ? 2 : 3
        self.chance = chance
    }

    /// What the page or app is about: a position in ``Topic/all``.
    var topic: Int {
        switch scene {
        case .site(let index): inventory.sites[index].topic
        case .app(let index): inventory.apps[index].topic
        }
    }

    /// The seller's number, stable for a site or app.
    var publisher: Int {
        switch scene {
        case .site(let index): 1000 + index / 2
        case .app(let index): 5000 + index / 2
        }
    }

    private static let times = [80, 100, 100, 120, 120, 150, 150, 200, 250, 300]

    /// Opens the document: id, rules of the auction, time.
    mutating func writeAuction(testShare: Double) {
        let high = chance.next()
        let low = chance.next()
        json.raw(#"{"id":""#)
        json.uuid(high, low)
        facts.id = String(decoding: json.bytes[7...], as: UTF8.self)
        facts.auctionType = chance.happens(0.7) ? 1 : 2
        json.raw(#"","at":"#)
        json.number(facts.auctionType)
        let tmax = chance.pick(Self.times)
        facts.tmaxMillis = tmax
        json.raw(#","tmax":"#)
        json.number(tmax)
        let draw = chance.unit()
        if draw < 0.93 {
            facts.currencies = [.usd]
            json.raw(#","cur":["USD"]"#)
        } else if draw < 0.97 {
            facts.currencies = [.usd, .eur]
            json.raw(#","cur":["USD","EUR"]"#)
        } else if draw < 0.98 {
            facts.currencies = [.eur]
            json.raw(#","cur":["EUR"]"#)
        }
        if chance.happens(testShare) {
            facts.isTest = true
            json.raw(#","test":1"#)
        }
    }

    /// Closes the document with what the seller refuses to show.
    ///
    /// - Parameters:
    ///   - brands: quoted domains, from which some sellers draw.
    ///   - advertisers: quoted domains that a seller in eight blocks, each time.
    mutating func writeBlocks(_ brands: [[UInt8]], _ advertisers: [[UInt8]]) {
        writeBlockedCategories()
        var isEmpty = true
        func write(_ domain: [UInt8], to json: inout RequestBytes) {
            json.raw(isEmpty ? #","badv":["# : ",")
            json.raw(domain)
            isEmpty = false
        }
        if publisher % 8 == 3 {
            for domain in advertisers { write(domain, to: &json) }
        }
        if chance.happens(0.5) {
            let first = publisher * 7
            for index in 0..<chance.within(Self.blockedCounts[verbosity]) {
                write(brands[(first + index * 13) % brands.count], to: &json)
            }
        }
        json.raw(isEmpty ? "}" : "]}")
    }

    /// How many domains a seller blocks, by verbosity.
    private static let blockedCounts = [1...8, 5...40, 20...90, 60...100]

    private mutating func writeBlockedCategories() {
        let codes = BlockedCategories.all
        // A list belongs to a publisher: it starts at the same place each time.
        let first = publisher % codes.count
        json.raw(#","bcat":["#)
        for index in 0..<chance.within(5...(verbosity == 0 ? 12 : 20)) {
            if index > 0 { json.raw(",") }
            json.raw(codes[(first + index) % codes.count])
        }
        json.raw("]")
    }

    consuming func finish() -> GeneratedRequest {
        GeneratedRequest(body: json.bytes, facts: facts)
    }
}

extension Currency {
    static let eur: Currency = {
        guard let currency = Currency("EUR".utf8) else { preconditionFailure("three letters are a currency") }
        return currency
    }()
}

/// Categories that publishers refuse, as quoted IAB Content 1.0 codes.
private enum BlockedCategories {
    static let all: [StaticString] = [
        #""IAB25""#, #""IAB26""#, #""IAB7-39""#, #""IAB8-5""#, #""IAB9-9""#, #""IAB14-1""#, #""IAB24""#, #""IAB23""#,
        #""IAB25-3""#, #""IAB7-28""#, #""IAB7-30""#, #""IAB8-18""#, #""IAB13-12""#, #""IAB14-3""#, #""IAB19-3""#,
        #""IAB25-2""#, #""IAB26-1""#, #""IAB26-2""#, #""IAB26-3""#, #""IAB26-4""#, #""IAB11-4""#, #""IAB15-5""#,
        #""IAB17-18""#, #""IAB18-2""#, #""IAB23-10""#, #""IAB3-7""#, #""IAB5-2""#, #""IAB6-7""#, #""IAB7-44""#,
        #""IAB7-5""#, #""IAB9-5""#, #""IAB12-3""#,
    ]
}
