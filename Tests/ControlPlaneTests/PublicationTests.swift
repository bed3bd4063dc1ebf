import Documents
import Testing

@testable import ControlPlane

@Suite("Publication and audit")
struct PublicationTests {
    @Test("every change is published before it is answered, and nothing but it")
    func everyChange() async throws {
        let fixture = try ControlFixture()
        let steps: [(String, String, String?, (RegistryChanges) -> Bool)] = [
            ("POST", "/v1/advertisers", "{\"id\":\"acme\"}", { $0.advertisers.put.map(\.id) == ["acme"] }),
            ("POST", "/v1/strategies", ControlFixture.strategy("shoes"), { $0.strategies.put.map(\.id) == ["shoes"] }),
            ("POST", "/v1/strategies/shoes/pause", nil, { $0.strategies.put.map(\.state) == [.paused] }),
            ("PATCH", "/v1/strategies/shoes", "{\"name\":\"Shoes\"}", { $0.strategies.put.map(\.name) == ["Shoes"] }),
            ("POST", "/v1/strategies/shoes/resume", nil, { $0.strategies.put.map(\.state) == [.active] }),
            ("PUT", "/v1/exchanges/adx", "{\"id\":\"adx\"}", { $0.exchanges.put.map(\.id) == ["adx"] }),
            ("DELETE", "/v1/strategies/shoes", nil, { $0.strategies.removed == ["shoes"] }),
            ("DELETE", "/v1/exchanges/adx", nil, { $0.exchanges.removed == ["adx"] }),
            ("DELETE", "/v1/advertisers/acme", nil, { $0.advertisers.removed == ["acme"] }),
        ]
        for (index, (method, path, body, holds)) in steps.enumerated() {
            let reply = try await fixture.send(method, path, body)
            #expect((200..<300).contains(reply.status), "\(method) \(path): \(reply.body)")
            let published = await fixture.published.all
            #expect(published.count == index + 1)
            let changes = try #require(published.last)
            #expect(holds(changes), "after \(method) \(path)")
            #expect(changes.size == 1, "after \(method) \(path)")
        }
        #expect(await fixture.published.all.map(\.revision) == (1...9).map { UInt64($0) })
    }

    @Test("with ten thousand strategies registered, a change publishes one document still")
    func amongMany() async throws {
        let fixture = try ControlFixture()
        try await fixture.fill(strategies: 10_000)
        let steps: [(String, String, String?)] = [
            ("POST", "/v1/strategies", ControlFixture.strategy("late")), ("POST", "/v1/strategies/s77/pause", nil),
            ("POST", "/v1/strategies/s77/resume", nil), ("PATCH", "/v1/strategies/s9999", "{\"name\":\"Last\"}"),
            ("DELETE", "/v1/strategies/s5000", nil),
        ]
        for (method, path, body) in steps {
            let reply = try await fixture.send(method, path, body)
            #expect((200..<300).contains(reply.status), "\(method) \(path): \(reply.body)")
            #expect(await fixture.published.all.last?.size == 1, "\(method) \(path)")
        }
        let held = await fixture.published.contents
        let fresh = try await fixture.registry.contents()
        #expect(held.strategies.map(\.id) == fresh.strategies.map(\.id))
        #expect(held.strategies.map(\.name) == fresh.strategies.map(\.name))
        #expect(held.revision == fresh.revision)
        #expect(fresh.strategies.count == 10_000)
    }

    @Test("what was validated is not read again: only what another process wrote is")
    func knownDocuments() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        let key = DocumentKey(kind: .advertisers, id: "acme")
        let row = try #require(try await fixture.registry.read { try $0.live(key) })
        var marked = try AdvertiserDocument(try Node.readOne(row.json))
        marked.name = "as validated"
        let fresh = try Registry(
            path: fixture.directory.path("registry.sqlite"), kinds: [TestBid.kind], time: fixture.time)
        let known = Registered(key: key, version: row.version, document: .advertiser(marked))
        #expect(try fresh.changes(knowing: [known]).advertisers.put.map(\.name) == ["as validated"])
        let again = try Registry(
            path: fixture.directory.path("registry.sqlite"), kinds: [TestBid.kind], time: fixture.time)
        let other = Registered(key: key, version: row.version + 1, document: .advertiser(marked))
        #expect(try again.changes(knowing: [other]).advertisers.put.map(\.name) == ["acme"])
    }

    @Test("a document that another process made unreadable is published as removed, with its faults")
    func becameUnreadable() async throws {
        let fixture = try ControlFixture()
        try await fixture.fill(strategies: 3)
        try fixture.tamper(
            """
            UPDATE documents SET json = replace(json, 'test-bid', 'of-tomorrow'), version = 2, revision = 5 WHERE id = 's1';
            UPDATE meta SET value = 5 WHERE key = 'revision'
            """)
        _ = try await fixture.send("POST", "/v1/strategies/s2/pause")
        let changes = try #require(await fixture.published.all.last)
        #expect(changes.strategies.put.map(\.id) == ["s2"])
        #expect(changes.strategies.removed == ["s1"])
        #expect(changes.faults.map(\.id) == ["s1"])
        #expect(changes.faults.first?.faults.map(\.pointer) == ["/bidder"])
        _ = try await fixture.send("PUT", "/v1/strategies/s1", ControlFixture.strategy("s1"))
        #expect(await fixture.published.all.last?.faults.isEmpty == true)
        #expect(await fixture.published.contents.strategies.map(\.id) == ["s0", "s1", "s2"])
    }

    @Test("publications never overlap and never go back, whoever calls at once")
    func order() async throws {
        let fixture = try ControlFixture()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<40 {
                group.addTask {
                    let reply = try await fixture.send("POST", "/v1/advertisers", "{\"id\":\"a\(index)\"}")
                    let published = await fixture.published.all
                    #expect(reply.status == 201)
                    #expect(published.contains { $0.advertisers.put.map(\.id) == ["a\(index)"] })
                }
            }
            try await group.waitForAll()
        }
        let revisions = await fixture.published.all.map(\.revision)
        #expect(revisions == (1...40).map { UInt64($0) })
        #expect(await !fixture.published.haveOverlapped)
    }

    @Test("a caller who hangs up does not part a change from its publication")
    func cancelled() async throws {
        let fixture = try ControlFixture()
        for index in 0..<20 {
            let task = Task { try await fixture.send("POST", "/v1/advertisers", "{\"id\":\"a\(index)\"}").status }
            if index.isMultiple(of: 2) { await Task.yield() }
            task.cancel()
            _ = try await task.value
        }
        let stored = try await fixture.registry.contents()
        let published = await fixture.published.contents
        #expect(published.revision == stored.revision)
        #expect(published.advertisers.map(\.id) == stored.advertisers.map(\.id))
    }

    @Test("a token that may send events is published, with all others, before it is answered; so is its end")
    func eventTokens() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        let first = EventToken(hash: TokenSecret.hash(fixture.operatorSecret), advertiser: nil)
        #expect(try await fixture.registry.replayed().last?.eventTokens == [first])
        #expect(await fixture.published.all.map(\.eventTokens) == [nil])
        let secret = try await fixture.token("advertiser", id: "shop", advertiser: "acme")
        let second = EventToken(hash: TokenSecret.hash(secret), advertiser: "acme")
        #expect(await fixture.published.all.last?.eventTokens == [first, second])
        #expect(await fixture.published.all.last?.revision == 1)
        _ = try await fixture.send("DELETE", "/v1/tokens/shop")
        #expect(await fixture.published.all.last?.eventTokens == [first])
        #expect(try fixture.registry.eventTokens() == [first])
    }

    @Test("other tokens are no matter of bidding: nothing is published")
    func tokens() async throws {
        let fixture = try ControlFixture()
        _ = try await fixture.token("analyst", id: "reader")
        _ = try await fixture.send("DELETE", "/v1/tokens/reader")
        #expect(await fixture.published.all.isEmpty)
    }

    @Test("every change leaves one line in the audit, a refused one none")
    func audit() async throws {
        let fixture = try ControlFixture()
        _ = try await fixture.send("POST", "/v1/advertisers", "{\"id\":\"acme\"}")
        _ = try await fixture.send("POST", "/v1/advertisers", "{\"id\":\"acme\"}")
        _ = try await fixture.send("POST", "/v1/advertisers", "{\"id\":\"4\"}")
        _ = try await fixture.send("PUT", "/v1/advertisers/acme", "{\"id\":\"acme\",\"name\":\"A\"}")
        _ = try await fixture.send("PATCH", "/v1/advertisers/acme", "{\"name\":\"B\"}")
        _ = try await fixture.send("DELETE", "/v1/advertisers/acme")
        let secret = try await fixture.token("analyst", id: "reader")
        _ = try await fixture.send("DELETE", "/v1/tokens/reader")

        let audit = try fixture.audit()
        #expect(audit.map(\.action) == ["create", "create", "replace", "patch", "delete", "create", "revoke"])
        #expect(audit.map(\.by) == ["vendue"] + Array(repeating: "operator", count: 6))
        #expect(audit.map(\.kind) == ["tokens"] + Array(repeating: "advertisers", count: 4) + ["tokens", "tokens"])
        #expect(
            audit[3]
                == AuditLine(
                    by: "operator", action: "patch", kind: "advertisers", id: "acme", version: 3,
                    json: "{\"id\":\"acme\",\"name\":\"B\"}"))
        #expect(audit[4].json == nil)
        #expect(audit.allSatisfy { $0.json?.contains(secret) != true })
        #expect(audit.allSatisfy { $0.json?.contains(fixture.operatorSecret) != true })
    }
}

extension RegistryChanges {
    /// Documents put and removed.
    fileprivate var size: Int {
        advertisers.put.count + advertisers.removed.count + strategies.put.count + strategies.removed.count
            + exchanges.put.count + exchanges.removed.count + audiences.put.count + audiences.removed.count
    }
}
