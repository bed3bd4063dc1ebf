import Documents
import Testing

@testable import ControlPlane

@Suite("Idempotency-Key")
struct IdempotencyTests {
    private static let key = ["Idempotency-Key": "6b1c"]

    @Test("the same request under the same key is done once and answered alike")
    func replay() async throws {
        let fixture = try ControlFixture()
        let body = "{\"id\":\"acme\",\"name\":\"Acme\"}"
        let first = try await fixture.send("POST", "/v1/advertisers", body, headers: Self.key)
        fixture.time.advance(seconds: 600)
        let second = try await fixture.send("POST", "/v1/advertisers", body, headers: Self.key)
        #expect(first.status == 201 && second.status == 201)
        #expect(second.body == first.body)
        for header in ["ETag", "Location", "Content-Type"] { #expect(second[header] == first[header]) }
        #expect(first["Idempotent-Replayed"] == nil)
        #expect(second["Idempotent-Replayed"] == "true")
        #expect(await fixture.published.all.count == 1)
    }

    @Test("another request under the same key is refused")
    func reused() async throws {
        let fixture = try ControlFixture()
        _ = try await fixture.send("POST", "/v1/advertisers", "{\"id\":\"acme\"}", headers: Self.key)
        for (path, body) in [("/v1/advertisers", "{\"id\":\"bolt\"}"), ("/v1/exchanges", "{\"id\":\"acme\"}")] {
            let reply = try await fixture.send("POST", path, body, headers: Self.key)
            #expect(reply.status == 422)
            #expect(reply.node["type"]?.text == "urn:vendue:problem:idempotency-key-reused")
        }
    }

    @Test("a key is its token's own")
    func perToken() async throws {
        let fixture = try ControlFixture()
        let other = try await fixture.token("operator", id: "other")
        _ = try await fixture.send("POST", "/v1/advertisers", "{\"id\":\"acme\"}", headers: Self.key)
        let reply = try await fixture.send(
            "POST", "/v1/advertisers", "{\"id\":\"bolt\"}", headers: Self.key, secret: other)
        #expect(reply.status == 201)
    }

    @Test("what was refused may be mended under the same key")
    func mended() async throws {
        let fixture = try ControlFixture()
        let bad = try await fixture.send("POST", "/v1/advertisers", "{\"id\":\"1\"}", headers: Self.key)
        #expect(bad.status == 422)
        let good = try await fixture.send("POST", "/v1/advertisers", "{\"id\":\"one\"}", headers: Self.key)
        #expect(good.status == 201)
    }

    @Test("a key is forgotten after a day")
    func forgotten() async throws {
        let fixture = try ControlFixture()
        _ = try await fixture.send("POST", "/v1/advertisers", "{\"id\":\"acme\"}", headers: Self.key)
        fixture.time.advance(seconds: 24 * 3600 + 1)
        let reply = try await fixture.send("POST", "/v1/advertisers", "{\"id\":\"acme\"}", headers: Self.key)
        #expect(reply.status == 409)
    }

    @Test("it survives a restart, and works for lines and states alike")
    func lines() async throws {
        let first = try ControlFixture()
        try await first.addAdvertiser()
        let body = "\(ControlFixture.strategy("one"))\nnonsense"
        let type = "application/x-ndjson"
        let reply = try await first.send("POST", "/v1/strategies", body, type: type, headers: Self.key)
        let pause = ["Idempotency-Key": "pause"]
        _ = try await first.send("POST", "/v1/strategies/one/pause", headers: pause)
        _ = try await first.send("POST", "/v1/strategies/one/resume")

        let second = try ControlFixture(in: first.directory, time: first.time, secret: first.operatorSecret)
        let again = try await second.send("POST", "/v1/strategies", body, type: type, headers: Self.key)
        #expect(again.body == reply.body)
        #expect(again.lines.map { $0["status"]?.integer } == [201, 400])
        let paused = try await second.send("POST", "/v1/strategies/one/pause", headers: pause)
        #expect(paused.node["state"]?.text == "paused")
        #expect(try await second.send("GET", "/v1/strategies/one").node["state"]?.text == "active")
    }

    @Test("a repeated token request makes one token, and does not show its secret again")
    func secret() async throws {
        let fixture = try ControlFixture()
        let first = try await fixture.send("POST", "/v1/tokens", "{\"role\":\"analyst\"}", headers: Self.key)
        let second = try await fixture.send("POST", "/v1/tokens", "{\"role\":\"analyst\"}", headers: Self.key)
        #expect(second.status == 201)
        #expect(second.node["id"] == first.node["id"])
        #expect(first.node["secret"] != nil && second.node["secret"] == nil)
    }

    @Test("an empty or endless key is refused", arguments: [0, 256])
    func malformed(length: Int) async throws {
        let headers = ["Idempotency-Key": String(repeating: "k", count: length)]
        let reply = try await ControlFixture().send("POST", "/v1/advertisers", "{\"id\":\"acme\"}", headers: headers)
        #expect(reply.status == 400)
    }
}
