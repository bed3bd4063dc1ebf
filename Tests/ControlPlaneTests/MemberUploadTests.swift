import Audience
import Documents
import Testing

@testable import ControlPlane

@Suite("Uploads of members")
struct MemberUploadTests {
    private static let path = "/v1/audiences/runners/members"

    private static func fixture() async throws -> ControlFixture {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        let body = "{\"id\":\"runners\",\"advertiser\":\"acme\",\"members\":[]}"
        try #require(try await fixture.send("POST", "/v1/audiences", body).status == 201)
        return fixture
    }

    private static func own(_ ids: String...) -> [Audience.Identifier] { ids.map { .own(advertiser: "acme", id: $0) } }

    @Test("a list takes the place of the one before; refused lines are told and do no harm")
    func replaced() async throws {
        let fixture = try await Self.fixture()
        let first = try await fixture.send("PUT", Self.path, "a\nb\n{}\nb\n", type: nil)
        #expect(first.status == 200)
        #expect(
            first.body == """
                {"state":"ready","lines":4,"members":2,"refused":1,\
                "reasons":[{"line":3,"reason":"holds no identifier"}]}
                """)
        let second = try await fixture.send("PUT", Self.path, "{\"id\":\"c\"}", type: "application/x-ndjson")
        #expect(second.status == 200)
        #expect(fixture.intake.list(of: "runners") == Self.own("c"))
        #expect(try await fixture.send("GET", Self.path).body == second.body)
        #expect(try await fixture.send("GET", "/v1/audiences/runners").node["size"]?.integer == 1)
        let audit = try #require(try fixture.audit().last)
        #expect((audit.action, audit.kind, audit.id) == ("upload", "audiences", "runners"))
        #expect(audit.json == "{\"lines\":1,\"members\":1,\"refused\":0}")
    }

    @Test("before any upload there is one that is ready")
    func none() async throws {
        let fixture = try await Self.fixture()
        let reply = try await fixture.send("GET", Self.path)
        #expect(reply.body == "{\"state\":\"ready\",\"lines\":0,\"members\":0,\"refused\":0,\"reasons\":[]}")
    }

    @Test("a large body goes through in batches, gzip or plain, cut anywhere", arguments: [true, false])
    func large(isGzip: Bool) async throws {
        let fixture = try await Self.fixture()
        let text = Array((0..<50_000).map { "customer-\($0)\n" }.joined().utf8)
        let bytes = isGzip ? GzipReaderTests.gzip(text) : text
        let pieces = stride(from: 0, to: bytes.count, by: 977).map { Array(bytes[$0..<min($0 + 977, bytes.count)]) }
        let headers = isGzip ? ["Content-Encoding": "gzip"] : [:]
        let reply = try await fixture.put(Self.path, pieces: pieces, headers: headers)
        #expect(reply.status == 200)
        #expect(reply.node["members"]?.integer == 50_000)
        #expect(fixture.intake.list(of: "runners")?.last == .own(advertiser: "acme", id: "customer-49999"))
        #expect(fixture.intake.batches.count > 5)
        #expect(fixture.intake.batches.allSatisfy { $0 < 3 * ControlLimits.memberBatchMin })
    }

    @Test("a body that breaks off, is damaged, or cannot be taken changes nothing, and the next is welcome")
    func interrupted() async throws {
        struct HungUp: Error {}
        let fixture = try await Self.fixture()
        _ = try await fixture.send("PUT", Self.path, "a", type: nil)
        let line = Array("b\n".utf8)
        let gzip = GzipReaderTests.gzip(line)
        let cases: [(pieces: [[UInt8]], headers: [String: String], failing: (any Error)?, status: Int)] = [
            ([line], ["Content-Length": "100"], nil, 400), ([line], [:], HungUp(), 503),
            ([Array(gzip.dropLast())], ["Content-Encoding": "gzip"], nil, 400),
            ([gzip, [1, 2, 3]], ["Content-Encoding": "gzip"], nil, 400),
            ([line], ["Content-Encoding": "gzip"], nil, 400),
            ([gzip], [:], nil, 415), ([[], gzip], [:], nil, 415), ([line], ["Content-Encoding": "br"], nil, 415),
        ]
        for (pieces, headers, failing, status) in cases {
            let reply = try await fixture.put(Self.path, pieces: pieces, headers: headers, failing: failing)
            #expect(reply.status == status, "\(headers)")
        }
        fixture.intake.fail(after: 0)
        #expect(try await fixture.send("PUT", Self.path, "b", type: nil).status == 503)
        #expect(fixture.intake.cancelled == 8)
        #expect(fixture.intake.list(of: "runners") == Self.own("a"))
        let told = try await fixture.send("GET", Self.path).node
        #expect(told["state"]?.text == "ready")
        #expect(told["interrupted"]?.text == "see the service's log")
        fixture.intake.fail(after: nil)
        let next = try await fixture.send("PUT", Self.path, "c", type: nil)
        #expect(next.status == 200 && next.node["interrupted"] == nil)
        #expect(fixture.intake.list(of: "runners") == Self.own("c"))
    }

    @Test("only an audience of members has a list, and only one that is there")
    func noList() async throws {
        let fixture = try await Self.fixture()
        _ = try await fixture.send("PUT", "/v1/audiences/office", "{\"id\":\"office\",\"cidr\":[\"192.0.2.0/24\"]}")
        for (path, status) in [("office", 409), ("ghost", 404)] {
            for method in ["GET", "PUT"] {
                let reply = try await fixture.send(method, "/v1/audiences/\(path)/members", type: nil)
                #expect(reply.status == status, "\(method) \(path)")
            }
        }
        let type = try await fixture.send("PUT", Self.path, "a", type: "application/x-www-form-urlencoded")
        #expect(type.status == 415)
    }

    @Test("an advertiser uploads to its own audiences, an analyst to none")
    func roles() async throws {
        let fixture = try await Self.fixture()
        try await fixture.addAdvertiser("rival")
        let secrets = [
            try await fixture.token("advertiser", id: "own", advertiser: "acme"),
            try await fixture.token("advertiser", id: "other", advertiser: "rival"),
            try await fixture.token("analyst", id: "reader"),
        ]
        for (secret, statuses) in zip(secrets, [[200, 200], [404, 404], [403, 200]]) {
            #expect(try await fixture.send("PUT", Self.path, "a", type: nil, secret: secret).status == statuses[0])
            #expect(try await fixture.send("GET", Self.path, secret: secret).status == statuses[1])
        }
    }

    @Test("one upload at a time; its progress is seen meanwhile, and what changes hands is not applied")
    func meanwhile() async throws {
        let fixture = try await Self.fixture()
        try await fixture.addAdvertiser("rival")
        let (pieces, more) = AsyncStream.makeStream(of: [UInt8].self)
        let upload = Task { try await fixture.put(Self.path, stream: pieces) }
        more.yield(Array((0..<5000).map { "c\($0)\n" }.joined().utf8))
        var progress = Node(.null)
        repeat {
            progress = try await fixture.send("GET", Self.path).node
            try await Task.sleep(for: .milliseconds(1))
        } while progress["lines"]?.integer != 5000
        #expect(progress["state"]?.text == "receiving")
        #expect(progress["members"]?.integer == 5000)
        #expect(try await fixture.send("PUT", Self.path, "x", type: nil).status == 409)
        _ = try await fixture.send("PATCH", "/v1/audiences/runners", "{\"advertiser\":\"rival\"}")
        more.finish()
        #expect(try await upload.value.status == 409)
        #expect(fixture.intake.list(of: "runners") == nil)
        #expect(fixture.intake.cancelled == 1)
    }
}
