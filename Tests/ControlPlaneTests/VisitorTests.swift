import Audience
import Documents
import Logging
import Synchronization
import Testing

@testable import ControlPlane

@Suite("Visitors")
struct VisitorTests {
    private static let sha = String(repeating: "0a", count: 32)

    @Test(
        "a person is named by any identifier, or as the log does",
        arguments: [
            ("own:acme:customer:17", .identifier(.own(advertiser: "acme", id: "customer:17"))),
            ("own:acme:a%2Fb%20c", .identifier(.own(advertiser: "acme", id: "a/b c"))),
            ("cookie:Zm9v", .identifier(.cookie("Zm9v"))), ("ifa:6d92-01", .identifier(.ifa("6d92-01"))),
            ("email:\(sha)", .identifier(.email(sha256: sha))),
            ("eid:id.example:x:y", .identifier(.eid(source: "id.example", id: "x:y"))),
            ("user:adx:u1", .identifier(.exchangeUser(exchange: "adx", id: "u1"))),
            ("v0000000000000001ABCDEF0000000002", .pseudonym(high: 1, low: 0xABCD_EF00_0000_0002)),
            ("0000000000000001abcdef0000000002", .pseudonym(high: 1, low: 0xABCD_EF00_0000_0002)),
        ] as [(String, VisitorQuery)])
    func known(path: String, query: VisitorQuery) async throws {
        let fixture = try ControlFixture()
        #expect(try await fixture.send("GET", "/v1/visitors/\(path)").status == 404)
        #expect(try await fixture.send("DELETE", "/v1/visitors/\(path)").status == 404)
        fixture.people.add(query)
        let export = try await fixture.send("GET", "/v1/visitors/\(path)")
        #expect(export.status == 200)
        #expect(export.body == "{\"known\":true}")
        #expect(export["Cache-Control"] == "no-store")
        #expect(try await fixture.send("DELETE", "/v1/visitors/\(path)").status == 204)
        #expect(try await fixture.send("GET", "/v1/visitors/\(path)").status == 404)
    }

    @Test(
        "what names nobody is refused with the forms that there are, and not quoted",
        arguments: [
            "canary", "canary:x", "own:canary", "own::canary", "own:acme:", "email:canary@acme.example", "cookie:",
            "ifa:00000000-0000", "own:acme:null", "user:adx:0", "eid:canary", "user:canary",
            "v0000000000000001ABCDEF000000000g", "eid:id.example:",
        ])
    func malformed(path: String) async throws {
        let fixture = try ControlFixture()
        for method in ["GET", "DELETE"] {
            let reply = try await fixture.send(method, "/v1/visitors/\(path)")
            #expect(reply.status == 400)
            #expect(!reply.body.contains("canary"))
            #expect(reply.faults.first?.hint.contains("own:ADVERTISER:ID") == true)
        }
    }

    @Test("an advertiser may ask by its own ids, and erase nobody; an analyst may do neither")
    func roles() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        let advertiser = try await fixture.token("advertiser", id: "shop", advertiser: "acme")
        let analyst = try await fixture.token("analyst", id: "reader")
        let others: [(path: String, query: VisitorQuery)] = [
            ("own:rival:1", .identifier(.own(advertiser: "rival", id: "1"))), ("cookie:x", .identifier(.cookie("x"))),
            ("v" + String(repeating: "1", count: 32), try VisitorQuery(String(repeating: "1", count: 32))),
        ]
        let own = VisitorQuery.identifier(.own(advertiser: "acme", id: "1"))
        for query in others.map(\.query) + [own] { fixture.people.add(query) }
        for path in others.map(\.path) + ["own:acme:1"] {
            for method in ["GET", "DELETE"] {
                #expect(try await fixture.send(method, "/v1/visitors/\(path)", secret: analyst).status == 403)
            }
        }
        for (path, _) in others {
            #expect(try await fixture.send("GET", "/v1/visitors/\(path)", secret: advertiser).status == 404)
        }
        for path in others.map(\.path) + ["own:acme:1"] {
            let refused = try await fixture.send("DELETE", "/v1/visitors/\(path)", secret: advertiser)
            #expect(refused.status == 403)
            #expect(refused.body.contains("ask the operator"))
        }
        #expect(fixture.people.count == others.count + 1)
    }

    @Test("an advertiser is told what is its own, an operator everything")
    func scope() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        let advertiser = try await fixture.token("advertiser", id: "shop", advertiser: "acme")
        fixture.people.add(.identifier(.own(advertiser: "acme", id: "1")))
        let own = try await fixture.send("GET", "/v1/visitors/own:acme:1", secret: advertiser)
        #expect(own.body == "{\"known\":true,\"scope\":\"acme\"}")
        #expect(try await fixture.send("GET", "/v1/visitors/own:acme:1").body == "{\"known\":true}")
    }

    @Test("one export at a time: who comes meanwhile is told when to come again")
    func oneAtATime() async throws {
        let fixture = try ControlFixture()
        fixture.people.add(.identifier(.cookie("x")))
        let second = Mutex<Reply?>(nil)
        fixture.people.whileExporting {
            fixture.people.whileExporting(nil)
            let reply = try? await fixture.send("GET", "/v1/visitors/cookie:x")
            second.withLock { $0 = reply }
        }
        #expect(try await fixture.send("GET", "/v1/visitors/cookie:x").status == 200)
        let meanwhile = try #require(second.withLock { $0 })
        #expect(meanwhile.status == 503)
        #expect(meanwhile["Retry-After"] == "2")
        #expect(try await fixture.send("GET", "/v1/visitors/cookie:x").status == 200)
    }

    @Test("a log that cannot be read is said, not left out, and the next may ask")
    func damaged() async throws {
        let fixture = try ControlFixture()
        fixture.people.add(.identifier(.cookie("x")))
        fixture.people.damage("the log's segment 7.vlog is damaged")
        for _ in 0..<2 {
            let reply = try await fixture.send("GET", "/v1/visitors/cookie:x")
            #expect(reply.status == 500)
            #expect(reply.body.contains("segment 7.vlog"))
        }
    }

    @Test("an erasure is in the audit, who was erased is not; one that failed can be asked for again")
    func audited() async throws {
        let fixture = try ControlFixture()
        let path = "/v1/visitors/own:acme:canary"
        fixture.people.add(.identifier(.own(advertiser: "acme", id: "canary")))
        #expect(try await fixture.send("DELETE", path).status == 204)
        #expect(try await fixture.send("DELETE", path).status == 404)
        let lines = try fixture.audit().filter { $0.kind == "visitors" }
        #expect(lines.map(\.action) == ["erase"])
        #expect(lines.map(\.id) == ["own:acme"])
        #expect(lines.allSatisfy { $0.json == nil })
        fixture.people.fail()
        let failed = try await fixture.send("DELETE", path)
        #expect(failed.status == 503)
        #expect(failed["Retry-After"] == "5")
    }

    @Test("a service that keeps no visitors says so")
    func without() async throws {
        let fixture = try ControlFixture()
        let bare = ControlAPI(
            registry: fixture.registry, publish: { _ in }, hooks: .test,
            address: ControlAddress(host: "127.0.0.1", port: 0), logger: Logger(label: "test"))
        #expect(try await fixture.send("GET", "/v1/visitors/cookie:x", to: bare).status == 503)
    }
}
