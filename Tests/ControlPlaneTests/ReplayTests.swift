import BidKit
import Documents
import Testing
import Units

@testable import ControlPlane

@Suite("Replay", .timeLimit(.minutes(5)))
struct ReplayTests {
    @Test("an empty registry hands over one empty batch, at revision 0")
    func empty() async throws {
        let fixture = try ControlFixture()
        let batches = try await fixture.registry.replayed()
        #expect(batches.map(\.revision) == [0])
        #expect(batches.allSatisfy { $0.isEmpty && $0.faults.isEmpty })
        withExtendedLifetime(fixture) {}
    }

    @Test("ten thousand documents come whole, once, in the order of their registration, behind what they need")
    func complete() async throws {
        let fixture = try ControlFixture()
        let ids = try await fixture.fill(strategies: 10_000)
        for id in ["s17", "s9999", "s4096"] { _ = try await fixture.send("DELETE", "/v1/strategies/\(id)") }
        _ = try await fixture.send("PUT", "/v1/strategies/s5", ControlFixture.strategy("s5", cpm: "7"))
        _ = try await fixture.send("PUT", "/v1/exchanges/adx", "{\"id\":\"adx\"}")
        let left = ids.filter { !["s17", "s9999", "s4096"].contains($0) }.sorted()
        for size in [300, 1024, 100_000] {
            let batches = try await fixture.registry.replayed(inBatchesOf: size)
            #expect(batches.allSatisfy { $0.strategies.put.count <= size })
            #expect(batches.flatMap { $0.advertisers.put.map(\.id) } == ["acme"])
            #expect(batches.flatMap { $0.exchanges.put.map(\.id) } == ["adx"])
            let firstStrategy = try #require(batches.firstIndex { !$0.strategies.put.isEmpty })
            #expect(batches[firstStrategy...].allSatisfy { $0.advertisers.isEmpty && $0.exchanges.isEmpty })
            #expect(batches.flatMap { $0.strategies.put.map(\.id) }.sorted() == left)
            #expect(batches.flatMap(\.strategies.removed).isEmpty)
            #expect(batches.dropLast().allSatisfy { $0.revision == 0 })
            #expect(batches.last?.revision == 10_006)
            let contents = FoldedContents(batches)
            #expect(contents.strategies.first { $0.id == "s5" }?.terms["cpm"] == .string("7"))
            #expect(contents.faults.isEmpty)
        }
    }

    @Test("batches come in order and one at a time, however long the receiver takes")
    func order() async throws {
        let fixture = try ControlFixture()
        let ids = try await fixture.fill(strategies: 400)
        var seen: [String] = []
        var isBusy = false
        try await fixture.registry.replay(inBatchesOf: 7) { changes in
            #expect(!isBusy)
            isBusy = true
            for _ in 0..<seen.count % 5 { await Task.yield() }
            seen += changes.strategies.put.map(\.id)
            isBusy = false
        }
        // The advertiser is the first row.
        let slices =
            [ids[..<6].sorted()]
            + stride(from: 6, to: ids.count, by: 7).map { start in
                ids[start..<min(ids.count, start + 7)].sorted()
            }
        #expect(seen == Array(slices.joined()))
    }

    @Test("what cannot be read is named where it would have come, and does not stop the rest")
    func unreadable() async throws {
        let fixture = try ControlFixture()
        _ = try await fixture.fill(strategies: 50)
        try fixture.tamper("UPDATE documents SET json = replace(json, 'test-bid', 'of-tomorrow') WHERE id = 's7'")
        try fixture.tamper("UPDATE documents SET json = '{broken' WHERE id = 'acme'")
        let batches = try await fixture.registry.replayed(inBatchesOf: 10)
        #expect(batches.flatMap(\.faults).map(\.id) == ["acme", "s7"])
        #expect(batches.flatMap(\.faults).last?.faults.map(\.pointer) == ["/bidder"])
        #expect(batches.flatMap(\.strategies.removed) == ["s7"])
        #expect(batches.flatMap(\.advertisers.removed) == ["acme"])
        #expect(FoldedContents(batches).strategies.count == 49)
    }

    @Test("a receiver that fails ends the replay, and its error comes back")
    func failing() async throws {
        struct Full: Error {}
        let fixture = try ControlFixture()
        _ = try await fixture.fill(strategies: 100)
        var taken = 0
        await #expect(throws: Full.self) {
            try await fixture.registry.replay(inBatchesOf: 10) { _ in
                taken += 1
                if taken == 3 { throw Full() }
            }
        }
        #expect(taken == 3)
    }

    @Test("what another process changes while a replay runs is in its last batch")
    func changesMeanwhile() async throws {
        let fixture = try ControlFixture()
        _ = try await fixture.fill(strategies: 100)
        var batches: [RegistryChanges] = []
        try await fixture.registry.replay(inBatchesOf: 10) { changes in
            if batches.count == 2 {
                try fixture.tamper(
                    """
                    UPDATE documents SET json = replace(json, '2.50', '8.00'), version = 2, revision = 102 WHERE id = 's3';
                    UPDATE documents SET json = '{}', deleted = 1, version = 2, revision = 103 WHERE id = 's99';
                    UPDATE meta SET value = 103 WHERE key = 'revision'
                    """)
            }
            batches.append(changes)
        }
        #expect(batches.last?.revision == 103)
        #expect(batches.last?.strategies.put.map(\.id) == ["s3"])
        #expect(batches.last?.strategies.removed == ["s99"])
        let contents = FoldedContents(batches)
        #expect(contents.strategies.count == 99)
        #expect(contents.strategies.first { $0.id == "s3" }?.terms["cpm"] == .string("8.00"))
    }

    @Test("publications go on where the replay ended")
    func goesOn() async throws {
        let first = try ControlFixture()
        _ = try await first.fill(strategies: 20)
        let second = try ControlFixture(in: first.directory, time: first.time, secret: first.operatorSecret)
        let before = try await second.registry.replayed()
        _ = try await second.send("DELETE", "/v1/strategies/s3")
        let published = await second.published.all
        #expect(published.count == 1)
        #expect(published.first?.strategies.removed == ["s3"])
        #expect(published.first?.strategies.put.isEmpty == true && published.first?.advertisers.isEmpty == true)
        #expect((published.first?.revision ?? 0) == (before.last?.revision ?? 0) + 1)
    }
}
