import Documents
import Testing

@testable import ControlPlane

@Suite("Lists")
struct PagingTests {
    private static func filled() async throws -> ControlFixture {
        let fixture = try ControlFixture()
        let advertisers = "{\"id\":\"acme\"}\n{\"id\":\"bolt\"}"
        _ = try await fixture.send("POST", "/v1/advertisers", advertisers, type: "application/x-ndjson")
        let body = (0..<250).map { index in
            ControlFixture.strategy("s\(index)", advertiser: index.isMultiple(of: 5) ? "bolt" : "acme")
        }.joined(separator: "\n")
        _ = try await fixture.send("POST", "/v1/strategies", body, type: "application/x-ndjson")
        return fixture
    }

    /// Follows `next` from the first page to the last.
    private static func pages(of fixture: ControlFixture, _ query: String) async throws -> [[String]] {
        var pages: [[String]] = []
        var cursor = ""
        repeat {
            let reply = try await fixture.send("GET", "/v1/strategies?\(query)\(cursor)")
            try #require(reply.status == 200)
            pages.append(reply.node["items"]?.elements.compactMap { $0["id"]?.text } ?? [])
            guard let next = reply.node["next"]?.text else { break }
            cursor = "&cursor=\(next)"
        } while pages.count < 1000
        return pages
    }

    @Test("pages hold every item once, in the order of ids", arguments: ["", "limit=1000", "limit=7", "limit=250"])
    func everyItemOnce(query: String) async throws {
        let pages = try await Self.pages(of: try await Self.filled(), query)
        #expect(pages.flatMap { $0 } == (0..<250).map { "s\($0)" }.sorted())
        let limit = Int(query.drop { $0 != "=" }.dropFirst()) ?? 100
        #expect(pages.dropLast().allSatisfy { $0.count == limit })
        #expect(pages.count == (250 + limit - 1) / limit)
    }

    @Test("strategies of one advertiser, in pages too")
    func filter() async throws {
        let fixture = try await Self.filled()
        let pages = try await Self.pages(of: fixture, "advertiser=bolt&limit=20")
        #expect(pages.map(\.count) == [20, 20, 10])
        #expect(try await Self.pages(of: fixture, "advertiser=nobody") == [[]])
    }

    @Test("what was added or removed meanwhile neither repeats nor hides others")
    func changesMeanwhile() async throws {
        let fixture = try await Self.filled()
        let first = try await fixture.send("GET", "/v1/strategies?limit=100")
        let seen = try #require(first.node["items"]).elements.compactMap { $0["id"]?.text }
        let cursor = try #require(first.node["next"]?.text)
        _ = try await fixture.send("DELETE", "/v1/strategies/\(try #require(seen.last))")
        _ = try await fixture.send("POST", "/v1/strategies", ControlFixture.strategy("a-new"))
        let rest = try await fixture.send("GET", "/v1/strategies?limit=1000&cursor=\(cursor)")
        #expect(rest.node["items"]?.elements.count == 150)
    }

    @Test(
        "wrong parameters are named",
        arguments: ["limit=0", "limit=1001", "limit=ten", "cursor=%C3%A4", "cursor=AAA=", "advertizer=acme"])
    func wrong(query: String) async throws {
        let reply = try await ControlFixture().send("GET", "/v1/strategies?\(query)")
        #expect(reply.status == 400)
        #expect(reply.faults.count == 1)
    }

    @Test("a mistyped parameter is told the right one")
    func nearest() async throws {
        let reply = try await ControlFixture().send("GET", "/v1/strategies?advertizer=acme&limits=5")
        #expect(reply.faults.map(\.hint) == ["did you mean “advertiser”?", "did you mean “limit”?"])
    }
}
