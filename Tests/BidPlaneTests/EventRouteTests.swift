import Audience
import Foundation
import HTTP1
import Meters
import Testing

@testable import BidPlane

@Suite("POST /v1/events")
struct EventRouteTests {
    private static let event = #"{"type":"view","visitor":{"id":"c"}}"#

    private static func send(
        _ kit: LoopKit, _ body: [UInt8] = Array(event.utf8), token: String? = "Bearer vendue-acme",
        type: String? = "application/json", encoding: String? = nil, method: String = "POST"
    ) -> Answer {
        kit.ask(
            method, "/v1/events", body,
            headers: ["Authorization": token, "Content-Type": type, "Content-Encoding": encoding])
    }

    @Test("a body is handed on as it came, with whose token it was")
    func handedOn() throws {
        let intake = RecordingIntake()
        let kit = try LoopKit(audience: intake)
        #expect(Self.send(kit).status == 200)
        #expect(
            Self.send(kit, token: "bearer  vendue-operator", type: "application/x-ndjson; charset=utf-8").status == 200)
        #expect(Self.send(kit, type: nil).status == 200)
        let packed = try #require(Gzip().deflate(Array(String(repeating: Self.event + "\n", count: 100).utf8)))
        #expect(Self.send(kit, packed, encoding: "gzip").status == 200)
        #expect(
            intake.bodies.map(\.body) == [
                Self.event, Self.event, Self.event, String(repeating: Self.event + "\n", count: 100),
            ])
        #expect(intake.bodies.map(\.source.advertiser) == ["acme", nil, "acme", "acme"])
    }

    @Test("what is not an advertiser's JSON is refused, and not handed on")
    func refused() throws {
        let intake = RecordingIntake()
        let kit = try LoopKit(audience: intake)
        for token in [
            nil, "", "vendue-acme", "Basic vendue-acme", "Bearer", "Bearer ", "Bearer vendue-acm",
            "Bearer vendue-acme ",
        ] {
            // The blank behind the last is no part of the field.
            let status = token == "Bearer vendue-acme " ? 200 : 401
            #expect(Self.send(kit, token: token).status == status, "\(token ?? "none")")
        }
        #expect(Self.send(kit, type: "text/html").status == 415)
        #expect(Self.send(kit, type: "application/jsonp").status == 415)
        #expect(Self.send(kit, encoding: "br").status == 415)
        #expect(Self.send(kit, encoding: "gzip").status == 400)
        let bomb = try #require(Gzip().deflate([UInt8](repeating: 0x20, count: (1 << 20) + 1)))
        #expect(Self.send(kit, bomb, encoding: "gzip").status == 413)
        #expect(Self.send(kit, method: "GET").status == 405)
        #expect(kit.ask("POST", "/v1/events/x", []).status == 404)
        #expect(kit.ask("POST", "/v1/visitors", []).status == 404)
        #expect(intake.bodies.count == 1)
    }

    @Test("the answer counts what was taken, and says of each line that was not why")
    func answer() throws {
        let intake = RecordingIntake { _ in
            var outcome = IntakeOutcome.taken(2, sequence: 7)
            outcome.duplicates = 1
            outcome.refused = [
                RefusedEvent(line: 3, reason: "/type: must be a string"), RefusedEvent(line: 5, reason: "“\"\\\u{1}”"),
            ]
            return outcome
        }
        let kit = try LoopKit(audience: intake)
        let answer = Self.send(kit)
        #expect(answer.status == 200)
        #expect(answer.sequence == 7)
        let json = try #require(try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any])
        #expect(json["accepted"] as? Int == 2)
        #expect(json["duplicates"] as? Int == 1)
        let refused = try #require(json["refused"] as? [[String: Any]])
        #expect(refused.map { $0["line"] as? Int } == [3, 5])
        #expect(refused.map { $0["reason"] as? String } == ["/type: must be a string", "“\"\\\u{1}”"])
        for (outcome, count) in [(.accepted, 2), (.duplicate, 1), (.refused, 2)] as [(BidMeters.EventOutcome, UInt64)] {
            #expect(kit.loop.sheet.value(kit.loop.meters.events, BidMeters.index(outcome)) == count)
        }
    }

    @Test("where nothing is taken the answer is 503")
    func unavailable() throws {
        #expect(Self.send(try LoopKit(audience: RecordingIntake { _ in .unavailable })).status == 503)
        #expect(Self.send(try LoopKit()).status == 503)
    }
}
