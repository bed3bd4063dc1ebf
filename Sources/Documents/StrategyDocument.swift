package import BidKit
package import Targeting
package import Units
package import Vetting

/// A strategy as an advertiser registers it, read and validated whole.
package struct StrategyDocument: Sendable {
    package enum State: String, CaseIterable, Sendable {
        case active, paused
    }

    package var id = ""
    package var advertiser = ""
    package var name = ""
    package var state = State.active
    /// Name of a bidder kind.
    package var bidder = ""
    package var terms: [String: TermsValue] = [:]
    package var currency = Currency.usd
    package var seat = ""
    package var flight = Flight()
    package var budget = Budget()
    package var frequency: [FrequencyCap] = []
    package var timezone = "UTC"
    package var clock = LocalClock.utc
    package var targeting = Predicate.everything
    package var deals: [String] = []
    /// Seconds between auction and impression that it tolerates; nil for any.
    package var exp: Int32?
    /// Whether it takes all impressions of a request or none.
    package var isRoadblock = false
    package var creatives: [CreativeDocument] = []
    /// Share of visitors that never see it, 0 to 0.5.
    package var holdout = 0.0
    package var arms: [Arm] = []
    package var supply = SupplyPolicy()

    /// What is registered, but not enforced by this version: said in every answer about the strategy.
    package var notes: [String] = []
}

/// When a strategy may bid. Open ends are open.
package struct Flight: Equatable, Sendable {
    package var start: Instant?
    package var end: Instant?

    package func contains(_ instant: Instant) -> Bool {
        (start.map { $0 <= instant } ?? true) && (end.map { instant < $0 } ?? true)
    }
}

/// What may be spent, in the owner's currency. nil: without limit.
package struct Budget: Equatable, Sendable {
    package enum Pacing: String, CaseIterable, Sendable {
        case even, asap
    }

    package var total: Micros?
    package var daily: Micros?
    package var pacing = Pacing.even

    package init() {}

    static func read(_ key: String, of object: ObjectReader) -> Budget {
        var budget = Budget()
        guard let node = object.value(key) else { return budget }
        let reader = ObjectReader(node, at: object.path(key), known: ["total", "daily", "pacing"], object.faults)
        budget.total = reader.money("total").map { Micros($0) }
        budget.daily = reader.money("daily").map { Micros($0) }
        budget.pacing = reader.word("pacing") ?? .even
        return budget
    }
}

/// So many impressions in so many hours, for each visitor or household.
package struct FrequencyCap: Equatable, Sendable {
    package enum Unit: String, CaseIterable, Sendable {
        case visitor, household
    }

    package let impressions: Int
    package let hours: Int
    package let per: Unit

    /// Of one strategy, creative or advertiser: a bid's notices carry all that it counts for.
    package static let countMax = 4

    package init(impressions: Int, hours: Int, per: Unit = .visitor) {
        self.impressions = impressions
        self.hours = hours
        self.per = per
    }

    static func read(_ key: String, of object: ObjectReader) -> [FrequencyCap] {
        let list = object.list(key)
        if list.count > countMax {
            object.fault("holds more than \(countMax) caps", key, hint: "the strictest of them say enough")
        }
        return list.compactMap { node, pointer in
            let reader = ObjectReader(node, at: pointer, known: ["impressions", "hours", "per"], object.faults)
            _ = reader.require("impressions", example: "3")
            _ = reader.require("hours", example: "24")
            let impressions = reader.integer("impressions", in: 1...1000)
            let hours = reader.integer("hours", in: 1...8760)
            let per = reader.word("per") ?? Unit.visitor
            guard let impressions, let hours else { return nil }
            return FrequencyCap(impressions: impressions, hours: hours, per: per)
        }
    }
}

/// One arm of a comparison: its share of visitors by weight, and the creatives that it shows.
package struct Arm: Equatable, Sendable {
    package let id: String
    package let weight: Int
    package let creatives: [String]
}

extension StrategyDocument {
    static let keys = [
        "id", "advertiser", "name", "state", "bidder", "terms", "currency", "seat", "flight", "budget", "frequency",
        "timezone", "targeting", "deals", "exp", "roadblock", "creatives", "holdout", "arms", "supply",
    ]

    /// - Parameter kinds: the bidder kinds of this service; their terms are checked too.
    /// - Throws: every fault at once.
    package init(_ node: Node, kinds: [BidderKind]) throws(DocumentError) {
        self.init()
        let faults = FaultList()
        let object = ObjectReader(node, at: "", known: Self.keys, faults)
        _ = object.require("id", example: "\"acme-shoes\"")
        id = object.id("id") ?? ""
        _ = object.require("advertiser", example: "\"acme\"")
        advertiser = object.id("advertiser") ?? ""
        name = object.string("name") ?? id
        state = object.word("state") ?? .active
        currency = object.currency("currency") ?? .usd
        seat = object.string("seat") ?? advertiser
        if seat.utf8.count > Identifier.countMax {
            object.fault("is longer than \(Identifier.countMax) bytes", "seat")
        }
        flight = Self.flight(object)
        budget = Budget.read("budget", of: object)
        frequency = FrequencyCap.read("frequency", of: object)
        readZone(object)
        if let node = object.value("targeting") {
            targeting = TargetingReader(clock: clock, faults).read(node, at: "/targeting")
                .naming(audiencesOf: advertiser)
        }
        deals = object.strings("deals")
        exp = object.integer("exp", in: 1...86_400).map(Int32.init)
        isRoadblock = object.bool("roadblock") ?? false
        readCreatives(object)
        holdout = object.number("holdout", in: 0...0.5) ?? 0
        readArms(object)
        supply = SupplyPolicy.read("supply", of: object)
        readTerms(object, kinds)
        if !faults.faults.isEmpty { throw DocumentError(faults.faults) }
        notes = notEnforced()
    }

    private static func flight(_ object: ObjectReader) -> Flight {
        var flight = Flight()
        guard let node = object.value("flight") else { return flight }
        let reader = ObjectReader(node, at: "/flight", known: ["start", "end"], object.faults)
        flight.start = reader.instant("start")
        flight.end = reader.instant("end")
        if let start = flight.start, let end = flight.end, end <= start {
            reader.fault("is not after the start", "end")
        }
        return flight
    }

    private mutating func readZone(_ object: ObjectReader) {
        guard let name = object.string("timezone") else { return }
        guard let clock = LocalClock(timezone: name) else {
            object.fault("unknown time zone “\(name)”", "timezone", hint: "an IANA name, for example \"Europe/Berlin\"")
            return
        }
        timezone = name
        self.clock = clock
    }

    private mutating func readCreatives(_ object: ObjectReader) {
        guard object.require("creatives", example: "[{ \"id\": …, \"banner\": { … } }]") != nil else { return }
        var seen: Set<String> = []
        for (node, pointer) in object.list("creatives") {
            let creative = CreativeDocument(node, at: pointer, object.faults)
            if !creative.id.isEmpty, !seen.insert(creative.id).inserted {
                object.faults.add("a second creative “\(creative.id)”", at: pointer + "/id", node)
            }
            creatives.append(creative)
        }
        if creatives.isEmpty { object.fault("must hold at least one creative", "creatives") }
        if creatives.count > 256 {
            object.fault("holds more than 256 creatives", "creatives", hint: "split the strategy")
        }
    }

    private mutating func readArms(_ object: ObjectReader) {
        for (node, pointer) in object.list("arms") {
            let reader = ObjectReader(node, at: pointer, known: ["id", "weight", "creatives"], object.faults)
            _ = reader.require("id", example: "\"a\"")
            let arm = Arm(
                id: reader.id("id") ?? "",
                weight: reader.integer("weight", in: 1...1000) ?? 1,
                creatives: reader.strings("creatives")
            )
            for id in arm.creatives where !creatives.contains(where: { $0.id == id }) {
                reader.fault("there is no creative “\(id)”", "creatives")
            }
            arms.append(arm)
        }
    }

    private mutating func readTerms(_ object: ObjectReader, _ kinds: [BidderKind]) {
        let names = kinds.map(\.name)
        guard object.require("bidder", example: "\"flat-price\"") != nil, let bidder = object.string("bidder") else {
            return
        }
        self.bidder = bidder
        guard let kind = kinds.first(where: { $0.name == bidder }) else {
            let nearest = Nearest.name(to: bidder, among: names).map { "did you mean “\($0)”?" }
            object.fault(
                "unknown bidder “\(bidder)”",
                "bidder",
                hint: nearest ?? "known: \(names.joined(separator: ", "))"
            )
            return
        }
        guard let node = object.require("terms", example: "{ \"cpm\": \"2.50\" }") else { return }
        guard case .map(let members) = node.content else {
            object.fault("must be an object, is \(node.typeName)", "terms")
            return
        }
        terms = Dictionary(members.map { ($0.key, TermsValue($0.value)) }, uniquingKeysWith: { first, _ in first })
        for fault in kind.faults(in: terms) {
            object.faults.add(
                Fault(
                    fault.message,
                    at: fault.key.isEmpty ? "/terms" : "/terms/\(fault.key)",
                    hint: fault.hint,
                    position: (node[fault.key] ?? node).position
                )
            )
        }
    }

    /// Parts of the document that are kept, but have no effect in this version.
    private func notEnforced() -> [String] {
        var notes: [String] = []
        if budget.pacing == .even, budget.daily == nil, budget.total != nil, flight.end == nil {
            notes.append(
                "a total budget without flight.end and without a daily limit is spent as fast as it is asked for")
        }
        if holdout > 0 || !arms.isEmpty { notes.append("holdout and arms are kept, but not applied yet") }
        return notes
    }
}

extension TermsValue {
    init(_ node: Node) {
        switch node.content {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .number(let text): self = .number(text)
        case .string(let text): self = .string(text)
        case .list(let nodes): self = .list(nodes.map { TermsValue($0) })
        case .map(let members):
            self = .map(
                Dictionary(members.map { ($0.key, TermsValue($0.value)) }, uniquingKeysWith: { first, _ in first })
            )
        }
    }
}
