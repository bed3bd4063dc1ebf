import Documents
import Foundation
import Testing

@testable import ControlPlane

@Suite("Audiences")
struct AudienceDocumentTests {
    private static let runners = "{\"id\":\"runners\",\"advertiser\":\"acme\",\"members\":[]}"

    @Test("an audience is registered, shown, listed by its advertiser, changed, and deleted")
    func registered() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        #expect(try await fixture.send("POST", "/v1/audiences", Self.runners).status == 201)
        let office = "{\"id\":\"office\",\"cidr\":[\"192.0.2.0/24\"]}"
        #expect(try await fixture.send("PUT", "/v1/audiences/office", office).status == 201)
        let own = try await fixture.send("GET", "/v1/audiences?advertiser=acme")
        #expect(own.node["items"]?.elements.map { $0["id"]?.text } == ["runners"])
        let renamed = try await fixture.send("PATCH", "/v1/audiences/runners", "{\"name\":\"Runners\"}")
        #expect(renamed.node["name"]?.text == "Runners")
        #expect(await fixture.published.contents.audiences.map(\.name) == ["office", "Runners"])
        #expect(try await fixture.send("DELETE", "/v1/audiences/office").status == 204)
        #expect(await fixture.published.contents.audiences.map(\.id) == ["runners"])
        #expect(try await fixture.registry.contents().audiences.map(\.name) == ["Runners"])
    }

    @Test("its advertiser must be there, and stays while it has audiences")
    func advertiser() async throws {
        let fixture = try ControlFixture()
        let orphan = try await fixture.send("POST", "/v1/audiences", Self.runners)
        #expect(orphan.status == 422)
        #expect(orphan.pointers == ["/advertiser"])
        try await fixture.addAdvertiser()
        #expect(try await fixture.send("POST", "/v1/audiences", Self.runners).status == 201)
        let refused = try await fixture.send("DELETE", "/v1/advertisers/acme")
        #expect(refused.status == 409)
        #expect(refused.node["detail"]?.text == "advertiser “acme” has an audience: delete them first")
        _ = try await fixture.send("DELETE", "/v1/audiences/runners")
        #expect(try await fixture.send("DELETE", "/v1/advertisers/acme").status == 204)
    }

    @Test("a replay hands audiences over behind advertisers and before strategies")
    func replayed() async throws {
        let fixture = try ControlFixture()
        try await fixture.fill(strategies: 20)
        for index in 0..<20 {
            _ = try await fixture.send("POST", "/v1/audiences", "{\"id\":\"a\(index)\",\"members\":[]}")
        }
        let batches = try await fixture.registry.replayed(inBatchesOf: 8)
        #expect(batches.flatMap { $0.audiences.put.map(\.id) } == (0..<20).map { "a\($0)" }.sorted())
        let last = try #require(batches.lastIndex { !$0.audiences.isEmpty })
        #expect(batches[...last].allSatisfy { $0.strategies.isEmpty })
        #expect(batches.flatMap { $0.strategies.put }.count == 20)
    }

    @Test("members are published once, and no file, audit or answer keeps them")
    func membersAreNotKept() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        let planted = "customer-canary-17"
        let body = Self.runners.replacing("[]", with: "[\"\(planted)\",\"customer-18\"]")
        for (method, path) in [("POST", "/v1/audiences"), ("PUT", "/v1/audiences/runners")] {
            let reply = try await fixture.send(method, path, body)
            #expect((200...201).contains(reply.status))
            #expect(!reply.body.contains(planted))
            #expect(reply.node["members"]?.elements.isEmpty == true)
        }
        // The second text is the first's, but who is in the audience is said again.
        #expect(await fixture.published.all.map { $0.audiences.put.count } == [0, 1, 1])
        let patch = "{\"members\":\"\(planted)\"}"
        #expect(try await fixture.send("PATCH", "/v1/audiences/runners", patch).node["version"]?.integer == 3)
        for name in ["registry.sqlite", "registry.sqlite-wal"] {
            guard let data = FileManager.default.contents(atPath: fixture.directory.path(name)) else { continue }
            #expect(data.range(of: Data(planted.utf8)) == nil, "\(name)")
        }
    }

    @Test("what the service adds to an audience may come back, and to nothing else")
    func served() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        let served = Self.runners.replacing("{\"id\"", with: "{\"size\":3,\"version\":1,\"id\"")
        #expect(try await fixture.send("PUT", "/v1/audiences/runners", served).status == 201)
        let other = try await fixture.send("PUT", "/v1/exchanges/adx", "{\"id\":\"adx\",\"size\":3}")
        #expect(other.pointers == ["/size"])
    }
}
