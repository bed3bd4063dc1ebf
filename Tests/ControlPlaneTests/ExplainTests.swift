import Documents
import Testing

@testable import ControlPlane

@Suite("Explaining, and the report of passes")
struct ExplainTests {
    @Test("the request is handed over as it came, whom it concerns beside it; an analyst may ask")
    func asked() async throws {
        let fixture = try ControlFixture()
        let secret = try await fixture.token("analyst", id: "reader")
        let body = #"{"strategy":"shoes","exchange":"adx","request":{"id":"r","version":2,"imp":[]}}"#
        let reply = try await fixture.send("POST", "/v1/explain", body, secret: secret)
        #expect(reply.status == 200)
        #expect(reply.node["strategy"]?.text == "shoes")
        // What a stored document is shown with is the request's own here.
        #expect(reply.node["asked"]?.json == #"{"id":"r","version":2,"imp":[]}"#)
    }

    @Test(
        "what cannot be explained is refused, the place named",
        arguments: [
            ("{}", 422, "/request"), (#"{"request":{},"exchnge":"a"}"#, 422, "/exchnge"),
            (#"{"request":{},"exchange":"nowhere"}"#, 422, "/exchange"), ("{", 400, ""),
        ])
    func refused(body: String, status: Int, pointer: String) async throws {
        let reply = try await ControlFixture().send("POST", "/v1/explain", body)
        #expect(reply.status == status)
        guard case .list(let faults)? = reply.node["faults"]?.content else {
            Issue.record("no faults")
            return
        }
        #expect(faults.contains { $0["pointer"]?.text == pointer })
    }

    @Test("passes are reported of one strategy or of all; another report, parameter or strategy there is not")
    func passes() async throws {
        let fixture = try ControlFixture()
        #expect(try await fixture.send("GET", "/v1/reports/passes").node["of"]?.text == "all")
        #expect(try await fixture.send("GET", "/v1/reports/passes?strategy=shoes").node["of"]?.text == "shoes")
        #expect(try await fixture.send("GET", "/v1/reports/passes?strategy=ghost").status == 404)
        #expect(try await fixture.send("GET", "/v1/reports/passes?stratgy=shoes").status == 400)
        #expect(try await fixture.send("GET", "/v1/reports/moods").status == 404)
        #expect(try await fixture.send("GET", "/v1/explain").status == 405)
        #expect(try await fixture.send("GET", "/v1/reports/passes", secret: "").status == 401)
    }
}
