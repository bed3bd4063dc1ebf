import Documents
import Testing

@testable import ControlPlane

@Suite("One document")
struct DocumentTests {
    @Test("POST answers 201 with Location, ETag and the document, version, times and notes added")
    func create() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        let more = ",\"holdout\":0.1"
        let reply = try await fixture.send("POST", "/v1/strategies", ControlFixture.strategy("shoes", more: more))
        #expect(reply.status == 201)
        #expect(reply["Location"] == "/v1/strategies/shoes")
        #expect(reply["ETag"] == "\"1\"")
        #expect(reply["Content-Type"] == "application/json")
        #expect(reply.node["bidder"]?.text == "test-bid")
        #expect(reply.node["version"]?.integer == 1)
        #expect(reply.node["created"]?.text == "2027-01-15T08:00:00.000000Z")
        #expect(reply.node["notes"]?.elements.count == 1)
        let shown = try await fixture.send("GET", "/v1/strategies/shoes")
        #expect(shown.status == 200)
        #expect(shown.body == reply.body)
    }

    @Test("every fault is named at once, the missing advertiser among them")
    func allFaults() async throws {
        let fixture = try ControlFixture()
        let reply = try await fixture.send(
            "POST", "/v1/strategies",
            """
            {"id":"42","advertiser":"nobody","bidder":"test-bid",
             "terms":{"cpm":2.5},"currency":"usd","biding":1,
             "creatives":[{"id":"c","adomain":["a.example"],"landing":"https://a.example/"}]}
            """)
        #expect(reply.status == 422)
        #expect(reply["Content-Type"] == "application/problem+json")
        #expect(reply.node["status"]?.integer == 422)
        #expect(
            Set(reply.pointers) == ["/id", "/advertiser", "/terms/cpm", "/currency", "/biding", "/creatives/0"])
        let advertiser = try #require(reply.faults.first { $0.pointer == "/advertiser" })
        #expect(advertiser.message == "there is no advertiser “nobody”")
        #expect(advertiser.hint == "register it first: POST /v1/advertisers")
        #expect(advertiser.position == Fault.Position(line: 1, column: 25))
        #expect(reply.faults.first { $0.pointer == "/terms/cpm" }?.hint == "write \"2.5\"")
        #expect(await fixture.published.all.isEmpty)
    }

    @Test("an id that is taken is a conflict, and changes nothing")
    func taken() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        let reply = try await fixture.send("POST", "/v1/advertisers", "{\"id\":\"acme\",\"name\":\"Other\"}")
        #expect(reply.status == 409)
        #expect(reply.pointers == ["/id"])
        #expect(try await fixture.send("GET", "/v1/advertisers/acme").node["name"]?.text == "acme")
    }

    @Test("PUT makes what is not there, and replaces what is")
    func put() async throws {
        let fixture = try ControlFixture()
        let made = try await fixture.send("PUT", "/v1/exchanges/adx", "{\"id\":\"adx\"}")
        #expect(made.status == 201)
        #expect(made["Location"] == "/v1/exchanges/adx")
        fixture.time.advance(seconds: 60)
        let replaced = try await fixture.send("PUT", "/v1/exchanges/adx", "{\"id\":\"adx\",\"qps\":5}")
        #expect(replaced.status == 200)
        #expect(replaced["ETag"] == "\"2\"")
        #expect(replaced.node["created"]?.text == made.node["created"]?.text)
        #expect(replaced.node["updated"]?.text == "2027-01-15T08:01:00.000000Z")
    }

    @Test("PUT of what is there already, even as the service showed it, changes nothing")
    func unchanged() async throws {
        let fixture = try ControlFixture()
        let made = try await fixture.send("PUT", "/v1/exchanges/adx", "{\"id\":\"adx\",\"qps\":5}")
        let again = try await fixture.send("PUT", "/v1/exchanges/adx", made.body)
        #expect(again.status == 200)
        #expect(again["ETag"] == "\"1\"")
        #expect(await fixture.published.all.count == 1)
    }

    @Test("PUT with another id in its body than in its path is refused")
    func otherID() async throws {
        let fixture = try ControlFixture()
        let reply = try await fixture.send("PUT", "/v1/exchanges/adx", "{\"id\":\"ady\"}")
        #expect(reply.status == 422)
        #expect(reply.pointers == ["/id"])
        #expect(try await fixture.send("GET", "/v1/exchanges/ady").status == 404)
    }

    @Test("a change for a version that is past is refused with 412", arguments: ["PUT", "PATCH", "DELETE"])
    func ifMatch(method: String) async throws {
        let fixture = try ControlFixture()
        _ = try await fixture.send("PUT", "/v1/exchanges/adx", "{\"id\":\"adx\"}")
        _ = try await fixture.send("PUT", "/v1/exchanges/adx", "{\"id\":\"adx\",\"qps\":5}")
        let body = method == "DELETE" ? nil : "{\"id\":\"adx\",\"qps\":6}"
        for stale in ["\"1\"", "W/\"2\"", "2"] {
            let reply = try await fixture.send(method, "/v1/exchanges/adx", body, headers: ["If-Match": stale])
            #expect(reply.status == 412, "If-Match: \(stale)")
        }
        let missing = try await fixture.send(method, "/v1/exchanges/ady", body, headers: ["If-Match": "*"])
        #expect(missing.status == (method == "PUT" ? 412 : 404))
        let reply = try await fixture.send(method, "/v1/exchanges/adx", body, headers: ["If-Match": "\"1\", \"2\""])
        #expect(reply.status == (method == "DELETE" ? 204 : 200))
    }

    @Test("PUT with If-None-Match: * never replaces")
    func onlyNew() async throws {
        let fixture = try ControlFixture()
        let headers = ["If-None-Match": "*"]
        #expect(try await fixture.send("PUT", "/v1/exchanges/adx", "{\"id\":\"adx\"}", headers: headers).status == 201)
        #expect(try await fixture.send("PUT", "/v1/exchanges/adx", "{\"id\":\"adx\"}", headers: headers).status == 412)
    }

    @Test("GET of a version that the caller has is 304")
    func notModified() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        let path = "/v1/advertisers/acme"
        let known = try await fixture.send("GET", path, headers: ["If-None-Match": "W/\"1\""])
        #expect(known.status == 304)
        #expect(known["ETag"] == "\"1\"")
        #expect(known.body.isEmpty)
        #expect(try await fixture.send("GET", path, headers: ["If-None-Match": "\"7\""]).status == 200)
    }

    @Test("PATCH merges: null removes, objects merge, all else replaces; then everything is checked")
    func patch() async throws {
        let fixture = try ControlFixture()
        let body =
            "{\"id\":\"acme\",\"name\":\"Acme\",\"budget\":{\"total\":\"10\",\"daily\":\"1\"},\"timezone\":\"UTC\"}"
        _ = try await fixture.send("POST", "/v1/advertisers", body)
        let patched = try await fixture.send(
            "PATCH", "/v1/advertisers/acme", "{\"budget\":{\"daily\":null,\"total\":\"20\"},\"timezone\":null}",
            type: "application/merge-patch+json")
        #expect(patched.status == 200)
        #expect(
            patched.body.hasPrefix("{\"id\":\"acme\",\"name\":\"Acme\",\"budget\":{\"total\":\"20\"},\"version\":2"))

        let bad = try await fixture.send(
            "PATCH", "/v1/advertisers/acme", "{\"id\":\"other\",\"budget\":{\"total\":-1}}")
        #expect(bad.status == 422)
        #expect(Set(bad.pointers) == ["/id", "/budget/total"])
        #expect(bad.faults.allSatisfy { $0.position == nil })
        #expect(try await fixture.send("PATCH", "/v1/advertisers/acme", "[1]").status == 422)
        #expect(try await fixture.send("PATCH", "/v1/advertisers/nobody", "{}").status == 404)
        #expect(try await fixture.send("GET", "/v1/advertisers/acme")["ETag"] == "\"2\"")
    }

    @Test("DELETE removes; the id may be used again, with a version that goes on")
    func delete() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        #expect(try await fixture.send("DELETE", "/v1/advertisers/acme").status == 204)
        #expect(try await fixture.send("GET", "/v1/advertisers/acme").status == 404)
        #expect(try await fixture.send("DELETE", "/v1/advertisers/acme").status == 404)
        #expect(try await fixture.send("GET", "/v1/advertisers").node["items"]?.elements.isEmpty == true)
        let again = try await fixture.send("POST", "/v1/advertisers", "{\"id\":\"acme\"}")
        #expect(again.status == 201)
        #expect(again["ETag"] == "\"3\"")
    }

    @Test("an advertiser with strategies stays")
    func hasStrategies() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        _ = try await fixture.send("POST", "/v1/strategies", ControlFixture.strategy("shoes"))
        #expect(try await fixture.send("DELETE", "/v1/advertisers/acme").status == 409)
        _ = try await fixture.send("DELETE", "/v1/strategies/shoes")
        #expect(try await fixture.send("DELETE", "/v1/advertisers/acme").status == 204)
    }

    @Test("pause and resume set the state, once")
    func pauseAndResume() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        _ = try await fixture.send("POST", "/v1/strategies", ControlFixture.strategy("shoes"))
        for (verb, state, version) in [("pause", "paused", 2), ("pause", "paused", 2), ("resume", "active", 3)] {
            let reply = try await fixture.send("POST", "/v1/strategies/shoes/\(verb)")
            #expect(reply.status == 200)
            #expect(reply.node["state"]?.text == state)
            #expect(reply.node["version"]?.integer == version)
        }
        #expect(await fixture.published.all.last?.strategies.put.first?.state == .active)
        #expect(try await fixture.send("POST", "/v1/strategies/hats/pause").status == 404)
    }

    @Test("what was answered to several callers at once was done one after the other")
    func concurrent() async throws {
        let fixture = try ControlFixture()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 {
                group.addTask { try await fixture.send("POST", "/v1/advertisers", "{\"id\":\"acme\"}").status }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 201 } == 1)
        #expect(statuses.count { $0 == 409 } == 19)
    }
}
