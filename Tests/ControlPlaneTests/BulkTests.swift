import Documents
import Testing

@testable import ControlPlane

@Suite("Many documents")
struct BulkTests {
    private static let type = "application/x-ndjson"

    @Test("good lines are registered, bad ones are answered with their faults, and published once")
    func mixed() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        let body = [
            ControlFixture.strategy("one"), ControlFixture.strategy("two", advertiser: "nobody"), "", "{\"id\":",
            ControlFixture.strategy("one"), "  \r", ControlFixture.strategy("three", cpm: "free") + "\r",
            ControlFixture.strategy("four"),
        ].joined(separator: "\n")
        let reply = try await fixture.send("POST", "/v1/strategies", body, type: Self.type)
        #expect(reply.status == 200)
        #expect(reply["Content-Type"] == Self.type)
        #expect(reply.lines.map { $0["line"]?.integer } == [1, 2, 4, 5, 7, 8])
        #expect(reply.lines.map { $0["status"]?.integer } == [201, 422, 400, 409, 422, 201])
        #expect(reply.lines.map { $0["id"]?.text } == ["one", "two", nil, "one", "three", "four"])
        let faults = reply.lines.map { $0["faults"].map(Reply.faults) ?? [] }
        #expect(faults.map { $0.map(\.pointer) } == [[], ["/advertiser"], [""], ["/id"], ["/terms/cpm"], []])
        #expect(faults[2].first?.position == Fault.Position(line: 4, column: 7))
        #expect(faults[4].first?.position?.line == 7)

        let published = await fixture.published.all
        #expect(published.count == 2)
        #expect(published.last?.strategies.put.map(\.id) == ["four", "one"])
        #expect(try fixture.audit().filter { $0.kind == "strategies" }.map(\.id) == ["one", "four"])
    }

    @Test("a body without one good line publishes nothing")
    func nothingGood() async throws {
        let fixture = try ControlFixture()
        let reply = try await fixture.send("POST", "/v1/exchanges", "{}\n[]\n", type: Self.type)
        #expect(reply.lines.map { $0["status"]?.integer } == [422, 422])
        #expect(await fixture.published.all.isEmpty)
    }

    @Test("a line beyond the limit of one object is refused alone")
    func longLine() async throws {
        let fixture = try ControlFixture()
        let long = "{\"id\":\"a\",\"name\":\"\(String(repeating: "x", count: 1 << 20))\"}"
        let reply = try await fixture.send("POST", "/v1/advertisers", long + "\n{\"id\":\"b\"}", type: Self.type)
        #expect(reply.lines.map { $0["status"]?.integer } == [413, 201])
    }

    @Test("a thousand strategies in one body are all there")
    func thousand() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        let body = (0..<1000).map { ControlFixture.strategy("s\($0)") }.joined(separator: "\n")
        let reply = try await fixture.send("POST", "/v1/strategies", body, type: Self.type)
        #expect(reply.lines.count == 1000)
        #expect(reply.lines.allSatisfy { $0["status"]?.integer == 201 })
        #expect(await fixture.published.all.last?.strategies.put.count == 1000)
    }

    @Test("a registry is filled without the API by the same rules, all or nothing")
    func filling() async throws {
        let fixture = try ControlFixture()
        try await fixture.registry.fill(.advertisers, with: ["{\"id\":\"acme\"}"])
        try await fixture.registry.fill(
            .strategies, with: [ControlFixture.strategy("a"), ControlFixture.strategy("b")])
        let orphan = ControlFixture.strategy("d", advertiser: "nobody")
        let error = await #expect(throws: DocumentError.self) {
            try await fixture.registry.fill(.strategies, with: [ControlFixture.strategy("c"), orphan])
        }
        #expect(error?.faults.map(\.pointer) == ["/advertiser"])
        let contents = try await fixture.registry.contents()
        #expect(contents.strategies.map(\.id) == ["a", "b"])
        #expect(contents.revision == 3)
    }
}
