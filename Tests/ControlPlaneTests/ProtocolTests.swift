import Documents
import Logging
import Testing

@testable import ControlPlane

@Suite("HTTP")
struct ProtocolTests {
    @Test(
        "an unknown path is 404, with or without a token",
        arguments: [
            "/v1", "/v2/advertisers", "/v1/moods", "/v1/advertisers/a/b", "/v1/strategies/a/stop", "/v1/books/1",
            "/health", "/metrics/x", "/v1/advertisers/%zz", "/v1/advertisers/%ff",
        ])
    func unknownPath(path: String) async throws {
        let fixture = try ControlFixture()
        for secret in ["", fixture.operatorSecret] {
            let reply = try await fixture.send("GET", path, secret: secret)
            #expect(reply.status == 404)
            #expect(reply["Content-Type"] == "application/problem+json")
            #expect(reply.node.keys == ["type", "title", "status", "detail", "faults"])
        }
    }

    @Test(
        "a wrong method is 405, naming the right ones",
        arguments: [
            ("PUT", "/v1/advertisers", "GET, HEAD, POST"),
            ("POST", "/v1/advertisers/a", "GET, HEAD, PUT, PATCH, DELETE"),
            ("GET", "/v1/strategies/a/pause", "POST"), ("PUT", "/v1/tokens/a", "GET, HEAD, DELETE"),
            ("POST", "/metrics", "GET, HEAD"), ("OPTIONS", "/", "GET, HEAD"), ("BREW", "/status", "GET, HEAD"),
        ])
    func wrongMethod(method: String, path: String, allow: String) async throws {
        let reply = try await ControlFixture().send(method, path)
        #expect(reply.status == 405)
        #expect(reply["Allow"] == allow)
    }

    @Test(
        "a wrong media type is 415, naming the right ones",
        arguments: [
            ("POST", "/v1/advertisers", "application/x-www-form-urlencoded"), ("POST", "/v1/advertisers", "text/yaml"),
            ("PUT", "/v1/advertisers/a", "application/x-ndjson"),
            ("PATCH", "/v1/advertisers/a", "application/json-patch+json"),
            ("POST", "/v1/tokens", "application/x-ndjson"),
        ])
    func wrongMediaType(method: String, path: String, type: String) async throws {
        let reply = try await ControlFixture().send(method, path, "{\"id\":\"a\"}", type: type)
        #expect(reply.status == 415)
        #expect(reply.node["detail"]?.text?.contains("application/json") == true)
    }

    @Test("a compressed body is 415")
    func compressed() async throws {
        let headers = ["Content-Encoding": "gzip"]
        let reply = try await ControlFixture().send("POST", "/v1/advertisers", "{\"id\":\"a\"}", headers: headers)
        #expect(reply.status == 415)
    }

    @Test(
        "parameters of a media type do no harm, nor does its absence",
        arguments: ["Application/JSON; charset=utf-8", nil])
    func mediaTypeParameters(type: String?) async throws {
        let reply = try await ControlFixture().send("POST", "/v1/advertisers", "{\"id\":\"acme\"}", type: type)
        #expect(reply.status == 201)
    }

    @Test("an object beyond a mebibyte is 413")
    func tooLarge() async throws {
        let fixture = try ControlFixture()
        let body = "{\"id\":\"acme\",\"name\":\"\(String(repeating: "x", count: 1 << 20))\"}"
        #expect(try await fixture.send("POST", "/v1/advertisers", body).status == 413)
        let declared = try await fixture.send("POST", "/v1/advertisers", "{}", headers: ["Content-Length": "1048577"])
        #expect(declared.status == 413)
    }

    @Test("what is no JSON is 400, saying where")
    func noJSON() async throws {
        let fixture = try ControlFixture()
        let reply = try await fixture.send("POST", "/v1/advertisers", "{\"id\":\"acme\",\n \"name\" \"Acme\"}")
        #expect(reply.status == 400)
        #expect(reply.faults.map(\.message) == ["is no JSON: a colon is expected here"])
        #expect(reply.faults.first?.position == Fault.Position(line: 2, column: 9))
        for body in [
            "", "id: acme", "{\"id\":\"acme\"} {}", "null", "{\"id\":\"a\",\"id\":\"b\"}", "{\"id\":\"\\ud800\"}",
        ] {
            #expect(try await fixture.send("POST", "/v1/advertisers", body).status == 400, "\(body)")
        }
    }

    @Test("HEAD is GET without its body")
    func head() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        let whole = try await fixture.send("GET", "/v1/advertisers/acme")
        let head = try await fixture.send("HEAD", "/v1/advertisers/acme")
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head["ETag"] == "\"1\"")
        #expect(head["Content-Length"] == "\(whole.body.utf8.count)")
    }

    @Test("an escaped path is the path, and a slash at its end does no harm")
    func escapedPath() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        #expect(try await fixture.send("GET", "/v1/advertisers/%61c%6De/").status == 200)
    }

    @Test("the hooks are shown as they are")
    func hooks() async throws {
        let fixture = try ControlFixture()
        let metrics = try await fixture.send("GET", "/metrics")
        #expect(metrics.body == "vendue_up 1\n")
        #expect(metrics["Content-Type"] == "text/plain; version=0.0.4")
        #expect(try await fixture.send("GET", "/status").body == "{\"state\":\"running\"}")
        #expect(try await fixture.send("GET", "/v1/books").body == "{\"balanced\":true}")
    }

    @Test("not ready is 503, alive is alive")
    func notReady() async throws {
        let fixture = try ControlFixture()
        let starting = ControlAPI(
            registry: fixture.registry, publish: { _ in },
            hooks: ControlHooks(
                metrics: { "" }, status: { "{}" }, isReady: { false }, books: { "{}" },
                explain: { (_) throws(ExplainFault) in "{}" }, passes: { _ in "{}" }),
            address: ControlAddress(host: "127.0.0.1", port: 0), logger: Logger(label: "test"))
        #expect(try await fixture.send("GET", "/health/ready", to: starting).status == 503)
        #expect(try await fixture.send("GET", "/health/live", to: starting).status == 200)
    }
}
