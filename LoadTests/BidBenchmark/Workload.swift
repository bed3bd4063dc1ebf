internal import Auction
internal import BidKit
internal import Documents
internal import FlatPrice
internal import Ledger
internal import OpenRTB
internal import Traffic
internal import Units

/// Generated bid requests, one behind the other in memory, each with the padding that a reader needs.
@safe
final class Workload {
    // Invariant: `base` holds every body and its padding, written in `init`, only read afterwards, freed in `deinit`;
    // `bodies` holds where each begins and how long it is, without its padding.
    private let base: UnsafeMutablePointer<UInt8>
    private let bodies: [(start: Int, count: Int)]
    /// Bytes of the requests together.
    let bytes: Int

    /// So many requests that fit into so many bytes: with 2,200 they are 1.6 kB on average, and the few with several
    /// impressions or long lists are left out.
    static let bytesMax = 2_200

    /// - Parameter count: above 0.
    init(count: Int, seed: UInt64) {
        var profile = RequestGenerator.Profile()
        // A test reserves nothing, and here every bid is to find out whether it can be paid.
        profile.testShare = 0
        var generator = RequestGenerator(seed: seed, profile: profile)
        var kept: [[UInt8]] = []
        while kept.count < count {
            let body = generator.next().body
            if body.count <= Self.bytesMax { kept.append(body) }
        }
        bytes = kept.reduce(0) { $0 + $1.count }
        let size = bytes + count * BidRequestReader.paddingBytes
        let base = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
        unsafe base.initialize(repeating: 0, count: size)
        var start = 0
        bodies = kept.map { body in
            for index in body.indices { unsafe base[start + index] = body[index] }
            defer { start += body.count + BidRequestReader.paddingBytes }
            return (start, body.count)
        }
        unsafe self.base = unsafe base
    }

    deinit { unsafe base.deallocate() }

    /// How many requests there are.
    var count: Int { bodies.count }

    /// A request, readable together with its padding while this workload lives.
    func body(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        let body = bodies[index]
        return unsafe UnsafeBufferPointer(start: base + body.start, count: body.count)
    }
}

/// Who is registered: the same strategies each time, but for the one thing at which all of them stop.
enum Cast {
    /// One strategy, which wants everybody and is paused.
    case paused
    /// Nobody's targeting matches.
    case unmatched
    /// Targeting matches as in ``bidding``, but every creative needs what no slot supports.
    case unfit
    /// Everybody who may bid is asked, and passes.
    case silent
    /// Everybody offers, and nobody has money.
    case unpaid
    /// A few strategies offer for most impressions, and the best one bids.
    case bidding

    /// - Parameter count: how many strategies; their countries, sizes and prices repeat, so that the share of them that
    ///   matches a request stays as it is.
    func snapshot(strategies count: Int) throws -> Snapshot {
        let kinds = [FlatPrice.kind, SilentBidder.kind]
        let count = self == .paused ? 1 : count
        let read = try (0..<min(count, Self.period)).map { index in
            try StrategyDocument(Node.readOne(strategy(index)), kinds: kinds)
        }
        // Reading takes far longer than copying, and at 10,000 strategies it would be all that is waited for.
        let strategies = (0..<count).map { index in
            var document = read[index % Self.period]
            document.id = "s-\(index)"
            // Among many no two need cost the same: who ties for the best price must be asked, and few do.
            document.terms = ["cpm": .string("\(2 + index % 7).\(100 + index / 100 % 900)")]
            return document
        }
        let advertiser = try AdvertiserDocument(Node.readOne(#"{"id":"acme","name":"Acme"}"#))
        let exchange = try ExchangeDocument(Node.readOne(#"{"id":"bench","name":"Bench"}"#))
        return SnapshotBuilder.compile(
            kinds: kinds, ledger: BudgetLedger(), rates: CurrencyRates(), revision: 1, advertisers: [advertiser],
            strategies: strategies, exchanges: [exchange])
    }

    /// After so many strategies, 5 countries by 5 sizes, all is as before but id and price.
    private static let period = 25

    private func strategy(_ index: Int) -> String {
        let country = self == .unmatched ? "ATA" : ["USA", "GBR", "DEU", "FRA", "CAN"][index % 5]
        let sizes = [(300, 250), (728, 90), (320, 50), (160, 600), (300, 600)]
        let size = sizes[index / 5 % 5]
        // A framework that no slot supports.
        let api = self == .unfit ? #","api":[499]"# : ""
        let targeting =
            self == .paused
            ? "{}"
            : #"{"all":[{"country":["\#(country)"]},{"device":["mobile","pc"]},{"not":{"domain":["blocked.example"]}}]}"#
        let budget = self == .unpaid ? #""budget":{"daily":"0.000001","pacing":"asap"},"# : ""
        return """
            {"id":"s-\(index)","advertiser":"acme","state":"\(self == .paused ? "paused" : "active")",\(budget)
             "bidder":"\(self == .silent ? "silent" : "flat-price")","terms":{"cpm":"2.10"},
             "targeting":\(targeting),
             "creatives":[{"id":"c","adomain":["acme.example"],"cat":["IAB22"],"landing":"https://acme.example/",
             "banner":{"w":\(size.0),"h":\(size.1)\(api),"html":"<a href='{click}'>buy</a>"}}]}
            """
    }
}

/// Passes on everything: so that asking can be told from what follows an offer.
private struct SilentBidder: BidStrategy {
    let maxCPM: CPM

    static let kind = BidderKind("silent") { (terms: inout Terms) -> SilentBidder? in
        terms.cpm("cpm").map { SilentBidder(maxCPM: $0) }
    }

    borrowing func answer(_ opportunity: borrowing Opportunity, in request: borrowing BidRequest) -> Answer {
        .pass("silent")
    }
}
