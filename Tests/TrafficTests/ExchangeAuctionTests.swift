import Testing
import Units

@testable import Traffic

@Suite("The exchange's auction")
struct ExchangeAuctionTests {
    /// Everybody else bids 0.90 for a banner.
    private static func auction(_ change: (inout NoticeHabits) -> Void = { _ in }) -> ExchangeAuction {
        var landscape = PriceLandscape()
        landscape.sigma = 0
        var habits = NoticeHabits()
        habits.repeatShare = 0
        habits.clickRate = 1
        habits.conversionRate = 1
        habits.advertiser = { $0 == "acme-shoes" ? "acme" : nil }
        change(&habits)
        return ExchangeAuction(seed: 5, landscape: landscape, habits: habits)
    }

    private static let rival = PriceLandscape().bannerMedian

    private static func bid(_ id: String = "b1", at micros: Int64, imp: String = "1") -> AnsweredBid {
        AnsweredBid(
            id: id, impid: imp, price: CPM(micros: micros), seat: "acme", adid: "a", cid: "acme-shoes", dealid: nil,
            nurl: "https://dsp.example/win/t1?p=${AUCTION_PRICE}",
            burl: "https://dsp.example/bill/t1?p=${AUCTION_PRICE}",
            lurl: "https://dsp.example/loss/t1?p=${AUCTION_PRICE}&l=${AUCTION_LOSS}&m=${AUCTION_MIN_TO_WIN}",
            adm:
                "<a href=\"https://dsp.example/click/t2\"><img src=\"https://dsp.example/imp/t2?p=${AUCTION_PRICE}\"></a>"
        )
    }

    private static func settle(
        _ bids: [AnsweredBid], _ facts: RequestFacts, id: String = "r", cur: Currency = .usd,
        by auction: ExchangeAuction = auction(), ordinal: UInt64 = 0
    ) -> ExchangeAuction.Settlement {
        auction.settle(
            BidAnswer(id: id, bidid: "x", currency: cur, bids: bids), to: facts, ordinal: ordinal,
            at: Instant(seconds: 0))
    }

    private static func facts(at type: Int = 1, _ imp: ImpFacts = ImpFacts(id: "1")) -> RequestFacts {
        RequestFacts(id: "r", auctionType: type, imps: [imp])
    }

    @Test(
        "what the winner pays follows from the kind of auction",
        arguments: [
            (1, 2_000_000, 900_000, 0, 2_000_000),  // what it bid
            (2, 2_000_000, 900_000, 0, 910_000),  // a cent above the rival
            (2, 2_000_000, 900_000, 1_500_000, 1_510_000),  // a cent above the floor
            (2, 905_000, 900_000, 0, 905_000),  // never more than was bid
            (3, 2_000_000, 900_000, 1_500_000, 1_500_000),  // the price agreed upon
            (3, 2_000_000, 900_000, 0, 2_000_000),  // none agreed upon
            (501, 2_000_000, 900_000, 0, 2_000_000),
        ])
    func clearing(type: Int, price: Int64, rival: Int64, floor: Int64, expected: Int64) {
        let clearing = ExchangeAuction.clearingPrice(
            of: CPM(micros: price), over: CPM(micros: rival), floor: CPM(micros: floor), at: type)
        #expect(clearing.micros == expected)
    }

    @Test("the higher bid wins, and a tie loses", arguments: [(900_001, true), (900_000, false), (899_999, false)])
    func winning(micros: Int64, wins: Bool) {
        let settlement = Self.settle([Self.bid(at: micros)], Self.facts())
        #expect(settlement.bids.map(\.isWinner) == [wins])
        #expect(settlement.faults.isEmpty)
    }

    @Test("a winner's notices come in order and carry the price, and billing owes it once")
    func stepsOfWin() {
        let bid = Self.settle([Self.bid(at: 2_000_000)], Self.facts(at: 2)).bids[0]
        #expect(bid.price.micros == 910_000)
        #expect(bid.steps.map(\.kind) == [.win, .billing, .impression, .click, .conversion])
        #expect(
            bid.steps.prefix(3).map { $0.targets[0].text } == ["/win/t1?p=0.91", "/bill/t1?p=0.91", "/imp/t2?p=0.91"])
        #expect(bid.steps.compactMap(\.bill) == [Spend(nanos: 910_000)])
        #expect(bid.steps[4].targets[0].text.hasPrefix("/conversion/acme?event=purchase&order=o-"))
        #expect(bid.steps[4].targets[0].text.hasSuffix("&currency=USD&click="))
    }

    @Test("without a burl it is the impression that bills")
    func billingByImpression() {
        var bid = Self.bid(at: 2_000_000)
        bid.burl = nil
        let steps = Self.settle([bid], Self.facts()).bids[0].steps
        #expect(steps.first { $0.bill != nil }?.kind == .impression)
    }

    @Test("a loser is told the reason and the winner's price, and nothing else is called")
    func stepsOfLoss() {
        let first = Self.settle([Self.bid(at: 500_000)], Self.facts()).bids[0]
        #expect(first.steps.map { $0.targets[0].text } == ["/loss/t1?p=0.9&l=102&m=0.9"])
        let second = Self.settle([Self.bid(at: 500_000)], Self.facts(at: 2)).bids[0]
        #expect(second.steps.map { $0.targets[0].text } == ["/loss/t1?p=0.51&l=102&m=0.51"])
        let untold = Self.settle([Self.bid(at: 500_000)], Self.facts(), by: Self.auction { $0.lossNoticeShare = 0 })
        #expect(untold.bids[0].steps.isEmpty)
    }

    @Test("of several bids on one impression only the highest can win")
    func oneWinner() {
        let settlement = Self.settle(
            [Self.bid("low", at: 1_000_000), Self.bid("high", at: 2_000_000), Self.bid("mid", at: 1_500_000)],
            Self.facts())
        #expect(settlement.bids.map(\.id) == ["high", "mid", "low"])
        #expect(settlement.bids.map(\.isWinner) == [true, false, false])
        #expect(settlement.bids[1].steps.map(\.kind) == [.loss])
    }

    @Test("a bid that an exchange would refuse is a fault and takes no part")
    func faults() {
        let imp = ImpFacts(id: "1", floor: CPM(micros: 600_000), deals: [DealFacts(id: "deal-7")])
        let facts = RequestFacts(id: "r", currencies: [.usd], imps: [imp])
        var unknownDeal = Self.bid(at: 2_000_000)
        unknownDeal.dealid = "deal-8"
        var badURL = Self.bid(at: 2_000_000)
        badURL.nurl = "/win"
        let refused = [
            Self.bid(at: 0), Self.bid(at: 599_999), Self.bid(at: 2_000_000, imp: "2"), unknownDeal, badURL,
        ]
        for bid in refused {
            let settlement = Self.settle([bid, Self.bid("good", at: 600_000)], facts)
            #expect(settlement.faults.count == 1)
            #expect(settlement.bids.map(\.id) == ["good"])
        }
        #expect(Self.settle([Self.bid(at: 2_000_000)], facts, id: "other").faults.count == 1)
        #expect(Self.settle([Self.bid(at: 2_000_000)], facts, cur: .eur).faults.count == 1)
        var closed = facts
        closed.imps[0].isPrivate = true
        #expect(Self.settle([Self.bid(at: 2_000_000)], closed).faults.count == 1)
    }

    @Test("a bid on a deal competes by the deal's floor and pays the deal's way")
    func deals() {
        let deal = DealFacts(id: "deal-7", floor: CPM(micros: 1_500_000), auctionType: 3)
        let imp = ImpFacts(id: "1", floor: CPM(micros: 5_000_000), deals: [deal])
        var bid = Self.bid(at: 2_000_000)
        bid.dealid = "deal-7"
        let settlement = Self.settle([bid], Self.facts(at: 1, imp))
        #expect(settlement.faults.isEmpty)
        #expect(settlement.bids[0].price.micros == 1_500_000)
    }

    @Test("a floor in another currency is not compared")
    func foreignFloor() {
        let imp = ImpFacts(id: "1", floor: CPM(micros: 5_000_000), floorCurrency: .eur)
        #expect(Self.settle([Self.bid(at: 2_000_000)], Self.facts(at: 2, imp)).bids[0].price.micros == 910_000)
    }

    @Test("a play that counts for more impressions costs as many")
    func quantity() throws {
        let imp = ImpFacts(id: "1", quantity: try #require(Quantity(multiplier: 3.5)))
        let bid = Self.settle([Self.bid(at: 1_000_000)], Self.facts(at: 1, imp)).bids[0]
        #expect(bid.steps.compactMap(\.bill) == [Spend(nanos: 3_500_000)])
    }

    @Test("chance depends on seed, ordinal and impression, not on what came before")
    func repeatability() {
        var landscape = PriceLandscape()
        landscape.sigma = 1
        let auction = ExchangeAuction(seed: 9, landscape: landscape, habits: NoticeHabits())
        let outcomes = { (ordinal: UInt64) in
            Self.settle([Self.bid(at: 1_000_000)], Self.facts(at: 2), by: auction, ordinal: ordinal)
        }
        let forwards = (0..<50).map { outcomes(UInt64($0)) }
        let backwards = (0..<50).reversed().map { outcomes(UInt64($0)) }
        #expect(forwards == backwards.reversed())
        #expect(Set(forwards.map { $0.bids[0].price.micros }).count > 10)
    }

    @Test("the chosen share of notices is sent twice or three times")
    func repeats() {
        let auction = Self.auction { $0.repeatShare = 0.1 }
        let copies = (0..<2_000).map { ordinal in
            Self.settle([Self.bid(at: 2_000_000)], Self.facts(), by: auction, ordinal: UInt64(ordinal)).bids[0].steps[0]
                .copies
        }
        #expect(Set(copies) == [1, 2, 3])
        #expect((120...280).contains(copies.count { $0 > 1 }))
    }
}
