import EventLog
import Events
import Ledger
import OpenRTB
import Sealing
import Testing
import Units

@testable import BidPlane

@Suite("Notices about bids that a crash took out of the log")
struct LostBidTests {
    /// The bytes of a bid's record.
    private func bid(_ kit: DeskKit, _ facts: BidFacts) throws -> [UInt8] {
        var out = ByteWriter()
        let token = try kit.token(.exchange, facts)
        EventCoder.write(Event(.bid, at: facts.instant, facts: facts), factBytes: token.factBytes, into: &out)
        return out.array()
    }

    private func books(_ kit: DeskKit) -> Account.Books? {
        kit.log.flush()
        return kit.ledger.books().first { $0.id == .strategy("shoes") }?.books
    }

    /// A log that was cut, with one bid in it.
    private func crashed(_ directory: ScratchDirectory) throws -> (kept: BidFacts, lost: BidFacts) {
        let kit = try DeskKit(in: directory, marksRuns: true)
        let kept = kit.facts()
        _ = kit.log.append(try bid(kit, kept))
        kit.log.flush()
        return (kept, kit.facts { $0.bidID = BidID(high: 11, low: 13) })
    }

    @Test("the bill of a bid that is not in the log is marked, counts its reservation, and balances; a repeat is one")
    func lost() throws {
        let directory = try ScratchDirectory()
        let (kept, lost) = try crashed(directory)
        let kit = try DeskKit(in: directory, marksRuns: true)
        kit.time.advance(seconds: 2)
        #expect(try kit.take(.billing, token: kept) == .accepted(4))
        #expect(try kit.take(.billing, token: lost) == .accepted(5))
        #expect(try kit.take(.billing, token: lost) == .repeated(5))
        #expect(try kit.events().map(\.isUnlogged) == [false, false, true])
        let books = try #require(self.books(kit))
        #expect(books.reserved == Spend(nanos: 4_000_000))
        #expect(books.settled == Spend(nanos: 3_000_000))
        #expect(books.settledLate == .zero)
        #expect(books.outstanding == .zero)
        #expect(books.balance)
        var audit = LogAudit()
        _ = try LogReader(try DirectoryStorage(path: directory.path)).walkRecords {
            (sequence, record) throws(LogError) in
            audit.add(record, sequence: sequence)
        }
        audit.finish()
        #expect(audit.faults == [])
        #expect(audit.books.first { $0.id == .strategy("shoes") }?.books == books)
    }

    @Test("a bid of this run is none of the lost ones, nor is one whose reservation is over")
    func notLost() throws {
        let directory = try ScratchDirectory()
        let (_, lost) = try crashed(directory)
        let kit = try DeskKit(in: directory, marksRuns: true)
        kit.time.advance(seconds: 2)
        let own = kit.facts {
            $0.bidID = BidID(high: 11, low: 14)
            $0.instant = kit.time.instant()
        }
        #expect(try kit.take(.loss, token: own) == .accepted(4))
        kit.time.advance(seconds: 600)
        #expect(try kit.take(.billing, token: lost) == .accepted(5))
        #expect(try kit.events().map(\.isUnlogged) == [false, false, false])
        #expect(books(kit)?.settledLate == Spend(nanos: 1_500_000))
    }

    @Test("after a clean end no bid is taken for lost")
    func cleanEnd() throws {
        let directory = try ScratchDirectory()
        let first = try DeskKit(in: directory, marksRuns: true)
        let facts = first.facts()
        _ = first.log.append(try bid(first, facts))
        _ = first.log.append(RunRecord(.stop, at: first.time.instant()).bytes)
        first.log.stop()
        let kit = try DeskKit(in: directory, marksRuns: true)
        #expect(try kit.take(.billing, token: facts) == .accepted(5))
        #expect(try kit.events().map(\.isUnlogged) == [false, false])
        #expect(books(kit)?.reserved == facts.reserved)
    }

    @Test("prices above our bid are alarmed of once a minute, with their count; those of losses are not")
    func alarm() throws {
        let kit = try DeskKit()
        let high = PriceDecoder.Outcome.price(CPM(micros: 2_000_001))
        #expect(try kit.take(.loss, price: high) == .accepted(1))
        #expect(kit.alarms.isEmpty)
        for _ in 0..<5 { #expect(try kit.take(.billing, price: high) == .refused) }
        #expect(kit.alarms.map(\.count) == [1])
        #expect(kit.alarms.first?.price == CPM(micros: 2_000_001))
        #expect(kit.alarms.first?.facts.strategy == "shoes")
        kit.time.advance(seconds: 59)
        #expect(try kit.take(.win, price: high) == .refused)
        kit.time.advance(seconds: 1)
        #expect(try kit.take(.win, price: high) == .refused)
        #expect(kit.alarms.map(\.count) == [1, 6])
        #expect(kit.alarms.last?.kind == .win)
    }
}
