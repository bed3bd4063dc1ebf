import Auction
import Documents
import Foundation
import Ledger
import OpenRTB
import Sealing
import Testing
import Units

@testable import FuzzSubjects

/// Fuzzing from seeds that are refused at the door would look at the door alone.
@Suite("Fuzzing: what the seeds reach")
struct ReachTests {
    @Test("requests of the seeds are read, and are bid on in every format and in a deal")
    func bids() throws {
        let reader = BidRequestReader()
        let auction = FuzzWorld.makeAuction()
        let snapshot = FuzzWorld.makeSnapshot(BudgetLedger())
        let context = AuctionContext(
            snapshot: snapshot, exchange: 0, instant: FuzzWorld.instant, seed: FuzzWorld.seed, deadline: .none)
        var formats: Set<Int> = []
        var deals = 0
        for seed in FuzzSubject.openrtb.seeds {
            try reader.read(copying: seed)
            var response = ByteWriter()
            guard case .bid = auction.hold(reader.request, context, into: &response, record: { _ in true }) else {
                continue
            }
            let json = try JSONSerialization.jsonObject(with: Data(response.array())) as? [String: Any]
            for seat in json?["seatbid"] as? [[String: Any]] ?? [] {
                for bid in seat["bid"] as? [[String: Any]] ?? [] {
                    if let mtype = bid["mtype"] as? Int { formats.insert(mtype) }
                    if bid["dealid"] != nil { deals += 1 }
                }
            }
        }
        #expect(formats == [1, 2, 3, 4])
        #expect(deals > 0)
    }

    @Test("the snapshot holds every strategy but none with a fault, and the predicates use every key")
    func world() {
        let snapshot = FuzzWorld.makeSnapshot(BudgetLedger())
        #expect(snapshot.faults == [])
        #expect(snapshot.strategies.count == FuzzWorld.strategies.count)
        #expect(FuzzWorld.makePredicates().count == FuzzWorld.predicates.count)
        for key in TargetingReader.keys {
            #expect(FuzzWorld.predicates.contains { $0.contains("\"\(key)\"") }, "\(key)")
        }
    }

    @Test("seeds of prices are believed in each encoding, seeds of tokens are opened")
    func sealed() {
        let sealer = Sealer(ring: TokenSubject.ring)
        let tokens = FuzzSubject.token.seeds.filter { $0.first == 0 && sealer.open($0.dropFirst()) != nil }
        #expect(tokens.count == 4)
        for (choice, encoding) in [(0, .plain), (1, .base64), (2, PriceSubject.google)] as [(UInt8, PriceEncoding)] {
            let values = FuzzSubject.price.seeds.filter { $0.first == choice }.map {
                PriceDecoder.decode(String(decoding: $0.dropFirst(), as: UTF8.self), encoding)
            }
            let isRead = values.contains { if case .price = $0 { true } else { false } }
            #expect(isRead, "\(encoding)")
        }
    }
}
