import Documents
import Logging
import Testing

@testable import ControlPlane

@Suite("Access")
struct AccessTests {
    private static let closed = [
        "/v1/advertisers", "/v1/strategies", "/v1/exchanges", "/v1/advertisers/acme", "/v1/tokens", "/v1/books",
    ]

    @Test("without a token that holds: 401, saying how", arguments: closed)
    func unauthorized(path: String) async throws {
        let fixture = try ControlFixture()
        for (secret, challenge) in [
            ("", "Bearer realm=\"vendue\""), ("wrong", "Bearer realm=\"vendue\", error=\"invalid_token\""),
        ] {
            let reply = try await fixture.send("GET", path, secret: secret)
            #expect(reply.status == 401)
            #expect(reply["WWW-Authenticate"] == challenge)
        }
        let basic = try await fixture.send("GET", path, headers: ["Authorization": "Basic eDp5"], secret: "")
        #expect(basic.status == 401)
    }

    @Test("the scheme's case does not matter")
    func scheme() async throws {
        let fixture = try ControlFixture()
        let headers = ["Authorization": "bearer \(fixture.operatorSecret)"]
        #expect(try await fixture.send("GET", "/v1/tokens", headers: headers, secret: "").status == 200)
    }

    @Test("an analyst reads everything and changes nothing")
    func analyst() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        let secret = try await fixture.token("analyst", id: "reader")
        for path in Self.closed { #expect(try await fixture.send("GET", path, secret: secret).status == 200) }
        let changes = [
            ("POST", "/v1/advertisers"), ("PUT", "/v1/advertisers/acme"), ("PATCH", "/v1/advertisers/acme"),
            ("DELETE", "/v1/advertisers/acme"), ("POST", "/v1/strategies/shoes/pause"), ("POST", "/v1/tokens"),
            ("DELETE", "/v1/tokens/operator"),
        ]
        for (method, path) in changes {
            #expect(try await fixture.send(method, path, "{}", secret: secret).status == 403, "\(method) \(path)")
        }
    }

    @Test("an advertiser reaches its own audiences; there are no others for it, and nothing else is its to see")
    func advertiser() async throws {
        let fixture = try ControlFixture()
        for id in ["acme", "rival"] { try await fixture.addAdvertiser(id) }
        let secret = try await fixture.token("advertiser", id: "shop", advertiser: "acme")
        let audience = { (id: String, whose: String) in
            "{\"id\":\"\(id)\",\"advertiser\":\"\(whose)\",\"members\":[]}"
        }
        _ = try await fixture.send("POST", "/v1/audiences", audience("theirs", "rival"))
        _ = try await fixture.send("POST", "/v1/audiences", "{\"id\":\"shared\",\"members\":[]}")
        let made = try await fixture.send("POST", "/v1/audiences", audience("own", "acme"), secret: secret)
        #expect(made.status == 201)
        let list = try await fixture.send("GET", "/v1/audiences", secret: secret)
        #expect(list.node["items"]?.elements.map { $0["id"]?.text } == ["own"])
        let asked = try await fixture.send("GET", "/v1/audiences?advertiser=rival", secret: secret)
        #expect(asked.status == 404)
        for id in ["theirs", "shared"] {
            for (method, body) in [("GET", nil), ("PUT", audience(id, "acme")), ("PATCH", "{}"), ("DELETE", nil)] {
                let reply = try await fixture.send(method, "/v1/audiences/\(id)", body, secret: secret)
                #expect(reply.status == 404, "\(method) \(id)")
            }
        }
        let foreign = try await fixture.send("POST", "/v1/audiences", audience("x", "rival"), secret: secret)
        #expect(foreign.pointers == ["/advertiser"])
        let lines = audience("a", "rival") + "\n{\"id\":\"b\",\"members\":[]}\n" + audience("c", "acme")
        let many = try await fixture.send(
            "POST", "/v1/audiences", lines, type: "application/x-ndjson", secret: secret)
        #expect(many.lines.map { $0["status"]?.integer } == [422, 422, 201])
        let given = try await fixture.send(
            "PATCH", "/v1/audiences/own", "{\"advertiser\":\"rival\"}", secret: secret)
        #expect(given.pointers == ["/advertiser"])
        for path in Self.closed {
            #expect(try await fixture.send("GET", path, secret: secret).status == 403, "\(path)")
        }
        #expect(try await fixture.send("DELETE", "/v1/audiences/own", secret: secret).status == 204)
        #expect(try await fixture.send("GET", "/v1/audiences/theirs").node["advertiser"]?.text == "rival")
    }

    @Test("an exchange's credentials are the operator's to see, and nobody else's")
    func credentials() async throws {
        let fixture = try ControlFixture()
        let key = String(repeating: "A", count: 43)
        let body = """
            {"id":"adx","credentials":{"bearer":"0123456789abcdef","addresses":["192.0.2.1"]},
             "price_encoding":{"google":{"encryption_key":"\(key)","integrity_key":"\(key)"}}}
            """
        #expect(try await fixture.send("POST", "/v1/exchanges", body).status == 201)
        let secret = try await fixture.token("analyst", id: "reader")
        for path in ["/v1/exchanges", "/v1/exchanges/adx"] {
            let seen = try await fixture.send("GET", path, secret: secret)
            #expect(seen.status == 200)
            #expect(!seen.body.contains(key) && !seen.body.contains("0123456789abcdef"))
            #expect(seen.body.contains("192.0.2.1"))
            let whole = try await fixture.send("GET", path)
            #expect(whole.body.contains(key) && whole.body.contains("0123456789abcdef"))
        }
    }

    @Test("a token's secret is shown once; then only its hash is kept")
    func secretOnce() async throws {
        let fixture = try ControlFixture()
        let made = try await fixture.send("POST", "/v1/tokens", "{\"role\":\"operator\",\"name\":\"Nightly job\"}")
        #expect(made.status == 201)
        let id = try #require(made.node["id"]?.text)
        #expect(made["Location"] == "/v1/tokens/\(id)")
        #expect(Identifier.fault(in: id) == nil)
        let secret = try #require(made.node["secret"]?.text)
        #expect(secret.wholeMatch(of: /vendue_[A-Za-z0-9_-]{43}/) != nil)
        for path in ["/v1/tokens", "/v1/tokens/\(id)"] {
            let reply = try await fixture.send("GET", path, secret: secret)
            #expect(reply.status == 200)
            #expect(reply.body.contains("Nightly job"))
            #expect(!reply.body.contains(secret))
        }
    }

    @Test("a revoked token opens nothing, and its id is not used again")
    func revoked() async throws {
        let fixture = try ControlFixture()
        let secret = try await fixture.token("analyst", id: "reader")
        #expect(try await fixture.send("DELETE", "/v1/tokens/reader").status == 204)
        #expect(try await fixture.send("GET", "/v1/advertisers", secret: secret).status == 401)
        #expect(try await fixture.send("GET", "/v1/tokens/reader").status == 404)
        #expect(try await fixture.send("DELETE", "/v1/tokens/reader").status == 404)
        let again = try await fixture.send("POST", "/v1/tokens", "{\"id\":\"reader\",\"role\":\"analyst\"}")
        #expect(again.status == 409)
    }

    @Test("the last operator's token cannot be revoked")
    func lastOperator() async throws {
        let fixture = try ControlFixture()
        #expect(try await fixture.send("DELETE", "/v1/tokens/operator").status == 409)
        let second = try await fixture.token("operator", id: "second")
        #expect(try await fixture.send("DELETE", "/v1/tokens/operator").status == 204)
        #expect(try await fixture.send("GET", "/v1/tokens", secret: second).status == 200)
    }

    @Test("an advertiser's token says whose it is, no other does, and unknown roles are refused by name")
    func roles() async throws {
        let fixture = try ControlFixture()
        let nobody = try await fixture.send("POST", "/v1/tokens", "{\"role\":\"advertiser\",\"nam\":\"x\"}")
        #expect(nobody.status == 422)
        #expect(Set(nobody.pointers) == ["/advertiser", "/nam"])
        let body = "{\"id\":\"t\",\"role\":\"advertiser\",\"advertiser\":\"acme\"}"
        let missing = try await fixture.send("POST", "/v1/tokens", body)
        #expect(missing.faults.map(\.message) == ["there is no advertiser “acme”"])
        try await fixture.addAdvertiser()
        let made = try await fixture.send("POST", "/v1/tokens", body)
        #expect(made.status == 201)
        #expect(try await fixture.send("GET", "/v1/tokens/t").node["advertiser"]?.text == "acme")
        let analyst = "{\"role\":\"analyst\",\"advertiser\":\"acme\"}"
        #expect(try await fixture.send("POST", "/v1/tokens", analyst).pointers == ["/advertiser"])
        let refused = try await fixture.send("DELETE", "/v1/advertisers/acme")
        #expect(refused.node["detail"]?.text == "advertiser “acme” has a token: revoke it first")
        _ = try await fixture.send("DELETE", "/v1/tokens/t")
        #expect(try await fixture.send("DELETE", "/v1/advertisers/acme").status == 204)
        #expect(try await fixture.send("POST", "/v1/tokens", "{\"role\":\"king\"}").pointers == ["/role"])
        #expect(try await fixture.send("POST", "/v1/tokens", "{}").pointers == ["/role"])
    }

    @Test("health and the description are open; metrics and status to this machine")
    func open() async throws {
        let fixture = try ControlFixture()
        let abroad = ControlAPI(
            registry: fixture.registry, publish: { _ in }, hooks: .test,
            address: ControlAddress(host: "0.0.0.0", port: 0), logger: Logger(label: "test"))
        for path in ["/", "/openapi.json", "/health/live", "/health/ready"] {
            #expect(try await fixture.send("GET", path, secret: "").status == 200)
            #expect(try await fixture.send("GET", path, secret: "", to: abroad).status == 200)
        }
        for path in ["/metrics", "/status"] {
            #expect(try await fixture.send("GET", path, secret: "").status == 200)
            #expect(try await fixture.send("GET", path, secret: "", to: abroad).status == 401)
            #expect(try await fixture.send("GET", path, to: abroad).status == 200)
        }
    }
}
