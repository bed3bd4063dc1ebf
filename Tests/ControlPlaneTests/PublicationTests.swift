import Documents
import Testing

@testable import ControlPlane

@Suite("Publication and audit")
struct PublicationTests {
    @Test("every change is published before it is answered, with the contents after it")
    func everyChange() async throws {
        let fixture = try ControlFixture()
        let steps: [(String, String, String?, (RegistryContents) -> Bool)] = [
            ("POST", "/v1/advertisers", "{\"id\":\"acme\"}", { $0.advertisers.map(\.id) == ["acme"] }),
            ("POST", "/v1/strategies", ControlFixture.strategy("shoes"), { $0.strategies.map(\.id) == ["shoes"] }),
            ("POST", "/v1/strategies/shoes/pause", nil, { $0.strategies.map(\.state) == [.paused] }),
            ("PATCH", "/v1/strategies/shoes", "{\"name\":\"Shoes\"}", { $0.strategies.map(\.name) == ["Shoes"] }),
            ("PUT", "/v1/exchanges/adx", "{\"id\":\"adx\"}", { $0.exchanges.map(\.id) == ["adx"] }),
            ("DELETE", "/v1/strategies/shoes", nil, { $0.strategies.isEmpty }),
        ]
        for (index, (method, path, body, holds)) in steps.enumerated() {
            let reply = try await fixture.send(method, path, body)
            #expect((200..<300).contains(reply.status), "\(method) \(path): \(reply.body)")
            let published = await fixture.published.all
            #expect(published.count == index + 1)
            #expect(try holds(#require(published.last)), "after \(method) \(path)")
        }
        #expect(await fixture.published.all.map(\.revision) == [1, 2, 3, 4, 5, 6])
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
                    #expect(published.contains { $0.advertisers.contains { $0.id == "a\(index)" } })
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
        let stored = try fixture.registry.contents()
        #expect(await (fixture.published.all.last?.revision ?? 0) == stored.revision)
    }

    @Test("tokens are no matter of bidding: nothing is published")
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
