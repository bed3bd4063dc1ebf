import Audience
import BidKit
import Consent
import Documents
import Events
import FlatPrice
import Foundation
import Ledger
import Sealing
import Synchronization

@testable import Auction

/// A clock that a test moves: each reading of the moment takes the next of its steps, the last for ever.
final class ScriptedTime: TimeSource {
    private let millis: Mutex<[Int64]>

    convenience init(_ millis: Int64...) { self.init(steps: millis) }

    init(steps: [Int64]) { millis = Mutex(steps.isEmpty ? [0] : steps) }

    func instant() -> Instant { AuctionKit.instant }

    func moment() -> Moment {
        millis.withLock { millis in
            let now = Moment(nanos: millis[0] * 1_000_000)
            if millis.count > 1 { millis.removeFirst() }
            return now
        }
    }
}

/// What is registered, compiled, and auctions over it.
struct AuctionKit {
    /// 1 November 2026, 02:26:40 UTC.
    static let instant = Instant(seconds: 1_793_500_000)
    static let seed = Seed(high: 7, low: 9)
    static let visitorKey = [UInt8](repeating: 5, count: 32)
    static let ring = KeyRing(
        keys: [SealingKey(id: 3, created: instant, bytes: (0..<64).map { UInt8($0) })]
    )

    let ledger: BudgetLedger
    let snapshot: Snapshot

    private static let strategy = #"""
        {"id":"shoes","advertiser":"acme","bidder":"flat-price","terms":{"cpm":"2.00"},"creatives":[{"id":"s-300",
        "adomain":["acme.example"],"landing":"https://acme.example/shoes","banner":{"w":300,"h":250,
        "html":"<a href=\"{click}\"><img src=\"https://cdn.acme.example/s.png\"></a>"}}]}
        """#

    private static let request = #"""
        {"id":"auction-1","at":1,"tmax":100,"cur":["USD"],"site":{"domain":"news.example"},"regs":{"gdpr":0},
        "device":{"geo":{"country":"USA"},"ifa":"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"},"user":{"id":"u-1"}}
        """#

    private static let imp = #"{"id":"1","banner":{"w":300,"h":250}}"#

    /// - Parameters:
    ///   - strategies: each merged over a strategy `shoes` of `acme` at 2.00 USD with a banner of 300 × 250.
    ///   - advertisers: each merged over `{"id":"acme"}`.
    ///   - exchanges: each merged over `{"id":"adx"}`; the first is called unless a test says otherwise.
    ///   - rates: US dollars that one unit is worth, in micros.
    init(
        _ strategies: String...,
        advertisers: [String] = ["{}"],
        exchanges: [String] = ["{}"],
        rates: [String: Int64] = defaultRates
    ) throws {
        try self.init(strategies: strategies, advertisers: advertisers, exchanges: exchanges, rates: rates)
    }

    static let defaultRates: [String: Int64] = ["EUR": 1_080_000, "GBP": 1_250_000]

    init(
        strategies: [String],
        advertisers: [String] = ["{}"],
        exchanges: [String] = ["{}"],
        rates: [String: Int64] = defaultRates
    ) throws {
        let ledger = BudgetLedger()
        var table: [Currency: Int64] = [:]
        for (code, micros) in rates { table[try Self.currency(code)] = micros }
        ledger.advance(to: Self.instant)
        let snapshot = SnapshotBuilder.compile(
            kinds: [FlatPrice.kind], ledger: ledger, rates: CurrencyRates(dollarsPerUnit: table),
            revision: 42,
            advertisers: try advertisers.map { try AdvertiserDocument(Self.merged(#"{"id":"acme"}"#, $0)) },
            strategies: try strategies.map { try Self.document($0) },
            exchanges: try exchanges.map { try ExchangeDocument(Self.merged(#"{"id":"adx"}"#, $0)) }
        )
        self.init(ledger: ledger, snapshot: snapshot)
    }

    /// The same with strategies of which some lie in an index and others are fresh.
    init(merged: [String], fresh: [String]) throws {
        let ledger = BudgetLedger()
        ledger.advance(to: Self.instant)
        let builder = SnapshotBuilder(kinds: [FlatPrice.kind], ledger: ledger)
        _ = builder.apply(advertisers: [try AdvertiserDocument(Node.readOne(#"{"id":"acme"}"#))])
        builder.apply(exchanges: [try ExchangeDocument(Node.readOne(#"{"id":"adx"}"#))])
        _ = builder.apply(strategies: try merged.map { try Self.document($0) })
        _ = builder.merge()
        _ = builder.apply(strategies: try fresh.map { try Self.document($0) })
        self.init(ledger: ledger, snapshot: builder.snapshot(revision: 42))
    }

    /// - Parameter snapshot: by a builder over this ledger.
    init(ledger: BudgetLedger, snapshot: Snapshot) {
        self.ledger = ledger
        self.snapshot = snapshot
    }

    /// Strategies `s-00`, `s-01`, …, each with these members.
    static func manyStrategies(_ count: Int, _ members: String) -> [String] {
        (0..<count).map { "{\"id\":\"s-\($0 / 10)\($0 % 10)\",\(members)}" }
    }

    static func document(_ patch: String) throws -> StrategyDocument {
        try StrategyDocument(merged(strategy, patch), kinds: [FlatPrice.kind])
    }

    static func merged(_ base: String, _ patch: String) throws -> Node {
        try Node.readOne(base).merging(Node.readOne(patch))
    }

    static func currency(_ code: String) throws -> Currency {
        guard let currency = Currency(code.utf8) else { throw Unexpected.value(code) }
        return currency
    }

    /// A bid request as JSON.
    ///
    /// - Parameters:
    ///   - patch: merged over a request of a visitor of news.example in the USA who consented.
    ///   - imps: each merged over an impression `1` with a banner of 300 × 250.
    static func request(_ patch: String = "{}", imps: [String] = ["{}"]) throws -> String {
        var root = try merged(request, patch)
        root.set("imp", Node(.list(try imps.map { try merged(imp, $0) })))
        return root.json
    }

    func auction(
        time: any TimeSource = ScriptedTime(), origin: String = "http://bid.example:8080",
        consent: ConsentPolicy = ConsentPolicy(), audience: AudienceTables? = nil
    ) -> Auction {
        let auction = Auction(
            ring: Self.ring, visitorKey: Self.visitorKey, time: time, consent: consent, audience: audience)
        auction.use(Origin(origin))
        return auction
    }

    /// Holds an auction, by default a fresh one for each.
    func hold(
        _ request: String,
        exchange: Int = 0,
        seed: Seed = seed,
        at instant: Instant = instant,
        deadline: Deadline = Deadline(80, millisAfter: Moment(nanos: 0)),
        by auction: Auction? = nil
    ) throws -> Held {
        let auction = auction ?? self.auction()
        let reader = BidRequestReader()
        try reader.read(copying: Array(request.utf8))
        var response = ByteWriter(capacity: 64)
        var records: [[UInt8]] = []
        auction.forgetPasses()
        let context = AuctionContext(
            snapshot: snapshot,
            exchange: exchange,
            instant: instant,
            seed: seed,
            deadline: deadline
        )
        let outcome = auction.hold(reader.request, context, into: &response) {
            records.append($0.array())
            return true
        }
        // As if the log made them durable at once.
        for record in records { if let booking = Booking(record[...]) { ledger.apply(booking) } }
        return Held(outcome: outcome, bytes: response.array(), records: records, passes: auction.passes)
    }

    /// Books of a strategy's account.
    func books(_ strategy: String = "shoes") -> Account.Books { books(of: .strategy(strategy)) }

    func books(of id: AccountID) -> Account.Books {
        ledger.books().first { $0.id == id }?.books ?? Account.Books()
    }
}

enum Unexpected: Error {
    case value(String)
}

/// How one auction ended, and what it wrote.
struct Held {
    let outcome: AuctionOutcome
    let bytes: [UInt8]
    let records: [[UInt8]]
    let passes: [UInt64]

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The response; nil where it is no JSON.
    var json: JSON { JSON((try? JSONSerialization.jsonObject(with: Data(bytes)))) }

    /// All bids, seat by seat.
    var bids: [JSON] { json["seatbid"].elements.flatMap { $0["bid"].elements } }

    /// The strategies that bid, in the order of their bids.
    var strategies: [String] { bids.map { $0["cid"].string ?? "" } }

    var price: Double? { bids.first?["price"].number }

    var events: [Event] { records.compactMap { EventCoder.read($0[...]) } }

    func passes(_ reason: PassReason) -> UInt64 { passes[Int(reason.rawValue)] }

    /// What the token of one of the first bid's notices carries.
    func token(_ notice: String, bid: Int = 0) throws -> Token {
        guard bids.count > bid, let url = bids[bid][notice].string else { throw Unexpected.value(notice) }
        return try Held.token(url)
    }

    /// What the token in a URL of ours carries.
    static func token(_ url: String) throws -> Token {
        let text = url.prefix { $0 != "?" }.split(separator: "/").last ?? ""
        guard let opened = Sealer(ring: AuctionKit.ring).open(text.utf8), let token = Token(opened: opened)
        else { throw Unexpected.value(url) }
        return token
    }
}

/// A JSON value that may be absent, read step by step.
struct JSON {
    private let value: Any?

    init(_ value: Any?) { self.value = value }

    subscript(key: String) -> JSON { JSON((value as? [String: Any])?[key]) }

    var elements: [JSON] { (value as? [Any])?.map { JSON($0) } ?? [] }
    var strings: [String] { elements.compactMap(\.string) }
    var string: String? { value as? String }
    var number: Double? { (value as? NSNumber)?.doubleValue }
    var exists: Bool { value != nil }
}
