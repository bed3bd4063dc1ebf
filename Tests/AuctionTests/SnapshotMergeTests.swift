import BidKit
import Documents
import FlatPrice
import Foundation
import Ledger
import Synchronization
import Testing
import Units

@testable import Auction

@Suite("Merging beside changes")
struct SnapshotMergeTests {
    /// A builder of one advertiser's strategies, drawn from one document.
    private struct Stock {
        let builder = SnapshotBuilder(kinds: [FlatPrice.kind], ledger: BudgetLedger())
        private let draft: StrategyDocument
        let owner: AdvertiserDocument

        init() throws {
            draft = try AuctionKit.document("{}")
            owner = try AdvertiserDocument(Node.readOne(#"{"id":"acme"}"#))
            _ = builder.apply(advertisers: [owner])
        }

        func strategy(_ number: Int, version: Int = 0) -> StrategyDocument {
            var document = draft
            document.id = "s-\(number)"
            document.name = "version \(version)"
            document.exp = Int32(version + 1)
            return document
        }
    }

    /// A merge on a thread of its own.
    private final class Merge: Sendable {
        private let over = Atomic(false)

        init(_ builder: SnapshotBuilder) {
            Thread.detachNewThread { [self] in
                _ = builder.merge()
                over.store(true, ordering: .releasing)
            }
        }

        var isOver: Bool { over.load(ordering: .acquiring) }
    }

    @Test("a change among many thousands leaves what is compiled where it is")
    func cost() throws {
        let count = 20_000
        let stock = try Stock()
        _ = stock.builder.apply(strategies: (0..<count).map { stock.strategy($0) })
        #expect(stock.builder.freshCount == count && stock.builder.isWorthMerging)
        let merged = try #require(stock.builder.merge())
        #expect(stock.builder.freshCount == 0 && merged.count == count)
        #expect(merged.base.strategies.count == count && merged.tail.strategies.isEmpty)
        _ = stock.builder.apply(strategies: [stock.strategy(count)])
        #expect(stock.builder.freshCount == 1)
        let registered = stock.builder.snapshot(revision: 2)
        #expect(registered.count == count + 1)
        #expect(registered.base === merged.base && registered.tail === merged.tail)
        #expect(registered.goneFromBase === merged.goneFromBase)
        _ = stock.builder.apply(strategies: [stock.strategy(7, version: 1)], removed: ["s-8"])
        let changed = stock.builder.snapshot(revision: 3)
        #expect(stock.builder.freshCount == 2)
        #expect(changed.count == count)
        #expect(changed.base === merged.base && changed.tail === merged.tail)
        // A merge of few leaves the base alone.
        let again = try #require(stock.builder.merge())
        #expect(again.base === merged.base && again.tail !== merged.tail && again.tail.strategies.count == 2)
        #expect(again.count == count && again.revision == 3 && again.sequence > changed.sequence)
        #expect(stock.builder.merge()?.tail !== again.tail)
    }

    @Test("what goes, changes or comes while a merge is under way stays as it is told", arguments: [true, false])
    func retired(_ isWhole: Bool) throws {
        let stock = try Stock()
        let count = 700
        var random = SplitMix64(seed: isWhole ? 1 : 2)
        // By number of the strategy: its version, and whether it is active; none where it is not there.
        var versions: [Int: (version: Int, isActive: Bool)] = [:]
        _ = stock.builder.apply(strategies: (0..<count).map { stock.strategy($0) })
        for number in 0..<count { versions[number] = (0, true) }
        _ = stock.builder.merge()
        var changes = 0
        for round in 1...25 {
            // Something to merge: enough for the base, or for the tail alone.
            let first = round * 97 % count
            for number in first..<first + (isWhole ? 300 : 60) {
                _ = stock.builder.apply(strategies: [stock.strategy(number % count, version: round * 1000)])
                versions[number % count] = (round * 1000, true)
            }
            let merge = Merge(stock.builder)
            while !merge.isOver {
                changes += 1
                Self.change(stock, &versions, &random, version: round * 1000 + changes % 1000)
            }
            expect(stock.builder.snapshot(revision: UInt64(round)), versions)
        }
        print("\(changes) changes while \(isWhole ? "the base" : "the tail") was merged")
        #expect(changes > 25)
        _ = stock.builder.merge()
        expect(stock.builder.snapshot(revision: 26), versions)
        #expect(stock.builder.freshCount == 0)
    }

    private static func change(
        _ stock: Stock, _ versions: inout [Int: (version: Int, isActive: Bool)], _ random: inout SplitMix64,
        version: Int
    ) {
        let number = Int.random(in: 0..<750, using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<6:
            _ = stock.builder.apply(strategies: [], removed: ["s-\(number)"])
            versions[number] = nil
        case 6..<9:
            var document = stock.strategy(number, version: version)
            document.state = .paused
            _ = stock.builder.apply(strategies: [document])
            versions[number] = (version, false)
        case 9:
            // All go and come back as they were.
            _ = stock.builder.apply(advertisers: [], removed: [stock.owner.id])
            _ = stock.builder.apply(advertisers: [stock.owner])
        default:
            _ = stock.builder.apply(strategies: [stock.strategy(number, version: version)])
            versions[number] = (version, true)
        }
    }

    /// Holds a snapshot to what was told: each strategy once, in its latest version.
    private func expect(_ snapshot: Snapshot, _ versions: [Int: (version: Int, isActive: Bool)]) {
        func named(_ strategies: [Strategy]) -> [String] {
            strategies.map { "\($0.idText) version \(($0.exp ?? 0) - 1)" }.sorted()
        }
        func named(_ isActive: Bool) -> [String] {
            versions.filter { $0.value.isActive == isActive }.map { "s-\($0.key) version \($0.value.version)" }.sorted()
        }
        #expect(named(snapshot.numbers.map { snapshot.strategy($0) }) == named(true))
        #expect(named(snapshot.paused) == named(false))
        #expect(snapshot.count == versions.count { $0.value.isActive })
    }
}
