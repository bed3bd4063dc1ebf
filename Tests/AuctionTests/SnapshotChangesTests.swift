import Documents
import FlatPrice
import Foundation
import Ledger
import Synchronization
import Testing
import Units

@testable import Auction

@Suite("Changes of a revision")
struct SnapshotChangesTests {
    private static func advertiser(_ id: String) throws -> AdvertiserDocument {
        try AdvertiserDocument(Node.readOne(#"{"id":"\#(id)"}"#))
    }

    /// A merge ends whenever it does, and what it makes is published. When a revision's advertisers, exchanges and
    /// strategies were told one after the other, it could show some of them without the others, under the number of the
    /// revision before.
    @Test("a merge shows all that a revision changed and names it, or nothing of it")
    func whole() throws {
        let builder = SnapshotBuilder(kinds: [FlatPrice.kind], ledger: BudgetLedger())
        var first = SnapshotChanges(revision: 1)
        first.advertisers = [try Self.advertiser("a"), try Self.advertiser("b")]
        _ = builder.apply(first)
        let draft = try AuctionKit.document("{}")
        let isOver = Atomic(false)
        let torn = Mutex<[String]>([])
        let merges = Atomic(0)
        let end = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            while !isOver.load(ordering: .relaxed) {
                guard let merged = builder.merge() else { continue }
                merges.add(1, ordering: .relaxed)
                // Revision n has n - 1 strategies, and an advertiser of its own.
                let (revision, count) = (Int(merged.revision), merged.count)
                guard count == revision - 1, merged.hasAdvertiser("owner-\(revision)") || revision == 1 else {
                    torn.withLock { $0.append("revision \(revision) with \(count) strategies") }
                    continue
                }
            }
            end.signal()
        }
        for revision in 2...UInt64(1500) {
            var changes = SnapshotChanges(revision: revision)
            changes.advertisers = [try Self.advertiser("owner-\(revision)")]
            changes.removedAdvertisers = ["owner-\(revision - 1)"]
            var strategy = draft
            strategy.id = "s-\(revision)"
            strategy.advertiser = "a"
            changes.strategies = [strategy]
            #expect(builder.apply(changes) == [])
        }
        isOver.store(true, ordering: .relaxed)
        end.wait()
        #expect(merges.load(ordering: .relaxed) > 5)
        #expect(torn.withLock { $0 } == [])
        #expect(builder.snapshot(revision: 1500).count == 1499)
    }
}
