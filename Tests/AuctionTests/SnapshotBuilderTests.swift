import BidKit
import Documents
import FlatPrice
import Ledger
import Testing

@testable import Auction

@Suite("Compiling a snapshot")
struct SnapshotBuilderTests {
    @Test("strategies and exchanges are sorted by id, and found by it")
    func sorted() throws {
        let kit = try AuctionKit(
            #"{"id":"b"}"#,
            #"{"id":"a"}"#,
            exchanges: [#"{"id":"y"}"#, #"{"id":"x"}"#]
        )
        #expect(kit.snapshot.strategies.map { String(decoding: $0.id, as: UTF8.self) } == ["a", "b"])
        #expect(kit.snapshot.exchange(named: "x") == 0)
        #expect(kit.snapshot.exchange(named: "y") == 1)
        #expect(kit.snapshot.exchange(named: "z") == nil)
        #expect(kit.snapshot.exchange(named: "") == nil)
        #expect(kit.snapshot.hasAdvertiser("acme"))
        #expect(!kit.snapshot.hasAdvertiser("other"))
        #expect(kit.snapshot.revision == 42)
        #expect(kit.snapshot.faults.isEmpty)
    }

    @Test("a strategy of an advertiser that is not there is left out and named")
    func unknownAdvertiser() throws {
        let kit = try AuctionKit(#"{"id":"a","advertiser":"ghost"}"#, #"{"id":"b"}"#)
        #expect(kit.snapshot.strategies.map { String(decoding: $0.id, as: UTF8.self) } == ["b"])
        #expect(kit.snapshot.faults == ["strategy a: there is no advertiser ghost"])
    }

    @Test("a budget in one currency cannot hold a strategy in another; without a budget it may")
    func budgetCurrency() throws {
        let euros = #"{"currency":"EUR"}"#
        let limited = try AuctionKit(euros, advertisers: [#"{"budget":{"total":"1"}}"#])
        #expect(limited.snapshot.strategies.isEmpty)
        #expect(limited.snapshot.faults.count == 1)
        #expect(limited.snapshot.faults.first?.contains("EUR") == true)
        #expect(try AuctionKit(euros).snapshot.strategies.count == 1)
        let same = try AuctionKit(euros, advertisers: [#"{"currency":"EUR","budget":{"total":"1"}}"#])
        #expect(same.snapshot.strategies.count == 1)
    }

    @Test("a strategy for a bidder that this service does not have is left out and named")
    func unknownBidder() throws {
        let ledger = BudgetLedger()
        let snapshot = SnapshotBuilder.compile(
            kinds: [], ledger: ledger, rates: CurrencyRates(),
            revision: 1,
            advertisers: [try AdvertiserDocument(try Node.readOne(#"{"id":"acme"}"#))],
            strategies: [try AuctionKit.document("{}")],
            exchanges: []
        )
        #expect(snapshot.strategies.isEmpty)
        #expect(snapshot.faults == ["strategy shoes: this service has no bidder flat-price for its terms"])
    }

    @Test("a new snapshot changes the limits and keeps what is committed")
    func newLimits() throws {
        let kit = try AuctionKit(#"{"budget":{"total":"0.002"}}"#)
        let request = try AuctionKit.request()
        #expect(try kit.hold(request).outcome == .bid(count: 1))
        #expect(try kit.hold(request).outcome == .noBid(.noOffer))
        _ = SnapshotBuilder.compile(
            kinds: [FlatPrice.kind], ledger: kit.ledger, rates: CurrencyRates(),
            revision: 2,
            advertisers: [try AdvertiserDocument(try Node.readOne(#"{"id":"acme"}"#))],
            strategies: [try AuctionKit.document(#"{"budget":{"total":"0.004"}}"#)],
            exchanges: []
        )
        #expect(try kit.hold(request).outcome == .bid(count: 1))
        #expect(try kit.hold(request).outcome == .noBid(.noOffer))
    }

    @Test("the empty snapshot has nothing")
    func empty() {
        #expect(Snapshot.empty.strategies.isEmpty)
        #expect(Snapshot.empty.exchanges.isEmpty)
        #expect(Snapshot.empty.exchange(named: "adx") == nil)
    }
}
