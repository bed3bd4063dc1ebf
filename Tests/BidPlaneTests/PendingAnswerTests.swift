import Audience
import NIOCore
import Testing

@testable import BidPlane

@Suite("Answers that wait for the audience, over HTTP", .timeLimit(.minutes(1)))
struct PendingAnswerTests {
    private static let json = ["Content-Type": "application/json", "Authorization": "Bearer vendue-acme"]

    /// Waits until so many submissions are held back.
    private static func wait(_ intake: RecordingIntake, held: Int) async throws {
        while intake.heldCount < held { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test("an event is answered when its outcome is known, and what came behind it afterwards, in order")
    func order() async throws {
        let intake = RecordingIntake()
        try await ServerKit.run(audience: intake) { kit async throws in
            intake.hold()
            let bytes =
                RawHTTP.request("POST", "/v1/events", Self.json, body: [0x7B], closes: false)
                + RawHTTP.request("GET", "/health/live", closes: false)
                + RawHTTP.request("POST", "/v1/events", Self.json, body: [0x7D])
            let connection = try await RawHTTP.open(bytes, port: kit.port)
            try await Self.wait(intake, held: 1)
            // Another connection is served meanwhile.
            #expect(try await kit.send("GET", "/health/live").status == 200)
            #expect(intake.submissions.count == 1)
            intake.release(.taken(5))
            let text = String(decoding: try await connection.everything.get(), as: UTF8.self)
            let answers = text.split(separator: "HTTP/1.1 ").map(String.init)
            #expect(answers.count == 3)
            #expect(answers.first?.contains("{\"accepted\":5,") == true)
            #expect(answers.dropFirst().first?.hasSuffix("live\n") == true)
            #expect(answers.last?.contains("{\"accepted\":1,") == true)
        }
    }

    @Test("an event that is logged is answered when that is durable, 503 when it cannot be")
    func durability() async throws {
        let intake = RecordingIntake { _ in .taken(1, sequence: 1) }
        try await ServerKit.run(audience: intake) { kit async throws in
            // The conversion's is the record that both wait for.
            async let event = kit.send("POST", "/v1/events", Self.json, body: [0x7B])
            #expect(try await kit.send("GET", "/conversion/acme?order=1").status == 200)
            #expect(try await event.status == 200)
        }
        try await ServerKit.run(storage: FullStorage(), audience: intake) { kit async throws in
            #expect(try await kit.send("GET", "/conversion/acme?order=1").status == 503)
            #expect(try await kit.send("POST", "/v1/events", Self.json, body: [0x7B]).status == 503)
        }
    }

    @Test("a peer that has gone meanwhile is forgotten, and the next one served")
    func gone() async throws {
        let intake = RecordingIntake()
        try await ServerKit.run(audience: intake) { kit async throws in
            intake.hold()
            let bytes = RawHTTP.request("POST", "/v1/events", Self.json, body: [0x7B], closes: false)
            let connection = try await RawHTTP.open(bytes, port: kit.port)
            try await Self.wait(intake, held: 1)
            try await connection.channel.close()
            _ = try await connection.everything.get()
            intake.release()
            #expect(try await kit.send("POST", "/v1/events", Self.json, body: [0x7B]).status == 200)
        }
    }

    @Test("draining waits for an answer that is on its way")
    func draining() async throws {
        let intake = RecordingIntake()
        try await ServerKit.run(audience: intake) { kit async throws in
            intake.hold()
            let bytes = RawHTTP.request("POST", "/v1/events", Self.json, body: [0x7B], closes: false)
            let connection = try await RawHTTP.open(bytes, port: kit.port)
            try await Self.wait(intake, held: 1)
            async let drained: Void = kit.server.drain(seconds: 10)
            try await Task.sleep(for: .milliseconds(500))
            intake.release()
            await drained
            let text = String(decoding: try await connection.everything.get(), as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 200"))
            #expect(text.contains("connection: close"))
        }
    }

    @Test("cookies are fields of the answer, which nobody may store")
    func cookies() async throws {
        try await ServerKit.run(audience: RecordingIntake()) { kit async throws in
            let bytes =
                RawHTTP.request("GET", "/optout", closes: false)
                + RawHTTP.request("GET", "/sync/match?uid=u", closes: false)
                + RawHTTP.request("GET", "/pixel/acme?event=view", closes: false)
                + RawHTTP.request("GET", "/health/live")
            let text = String(decoding: try await RawHTTP.exchange(bytes, port: kit.port), as: UTF8.self)
            let answers = text.split(separator: "HTTP/1.1 ").map(String.init)
            #expect(answers.count == 4)
            #expect(answers.map { $0.ranges(of: "\r\nset-cookie: ").count } == [2, 1, 1, 0])
            #expect(answers.map { $0.ranges(of: "\r\ncache-control: no-store\r\n").count } == [1, 1, 1, 0])
            #expect(answers[1].contains("\r\nlocation: https://match.example/in?id="))
        }
    }
}
