import EventLog
import Events
import Meters
import NIOCore
import OpenRTB
import Testing
import Units

@testable import BidPlane

@Suite("Answering bid requests")
struct BidLoopTests {
    @Test("a request that a strategy reaches gets a bid, which is recorded and counted")
    func bid() throws {
        let kit = try LoopKit()
        let answer = kit.post(World.request())
        #expect(answer.status == 200)
        #expect(answer.sequence == nil)
        #expect(answer.body.hasPrefix(#"{"id":"r-1","#))
        _ = try HeldBid(answer.body)
        let events = try kit.events()
        #expect(events.map(\.kind) == [.bid])
        #expect(events.first?.facts.auction == "r-1")
        #expect(events.first?.instant == kit.time.instant())
        #expect(kit.loop.sheet.value(kit.loop.meters.requests) == 1)
        #expect(kit.loop.sheet.value(kit.loop.meters.responses) == 1)
        #expect(kit.loop.sheet.value(kit.loop.meters.bids) == 1)
    }

    @Test("every request has its own seed, so no bid id comes twice")
    func seeds() throws {
        let kit = try LoopKit()
        let bodies = Set((0..<100).map { _ in kit.post(World.request()).body })
        #expect(bodies.count == 100)
        #expect(Set(try kit.events().map(\.facts.bidID)).count == 100)
    }

    @Test(
        "a request without a bid gets 204 and is counted by its reason",
        arguments: [
            ("adx", World.request(country: "DEU"), .noMatch),
            ("adx", World.request(size: #""w":300,"h":250,"api":[],"btype":[2]"#), .noOffer),
            ("idle", World.request(), .exchangePaused),
            ("adx", #"{"id":"r","imp":[{"id":"1"}]}"#, .invalidRequest),
        ] as [(String, String, NoBidReason)])
    func noBid(exchange: String, body: String, reason: NoBidReason) throws {
        let kit = try LoopKit()
        #expect(kit.post(body, to: exchange) == Answer(status: 204))
        #expect(kit.count(reason) == 1)
        #expect(NoBidReason.allCases.reduce(0) { $0 + kit.count($1) } == 1)
        #expect(try kit.events().isEmpty)
    }

    @Test("what the strategies passed on is counted")
    func passes() throws {
        let kit = try LoopKit()
        _ = kit.post(World.request(country: "DEU"))
        _ = kit.post(World.request(country: "DEU"))
        #expect(kit.loop.sheet.value(kit.loop.meters.passes, Int(PassReason.targeting.rawValue)) == 2)
    }

    @Test("a request that has no time left gets 204", arguments: [(81, false), (79, true)] as [(Int64, Bool)])
    func tmax(millis: Int64, isBid: Bool) throws {
        let kit = try LoopKit()
        // Of 100 ms 20 are kept for the way back.
        let answer = kit.ask(
            "POST",
            "/bid/adx",
            Array(World.request().dropLast().utf8) + Array(",\"tmax\":100}".utf8),
            age: millis
        )
        #expect(answer.status == (isBid ? 200 : 204))
        // The exchange is registered with the same time, so it is not even read.
        #expect(kit.count(.overload) == (isBid ? 0 : 1))
    }

    @Test("a request's own, shorter time holds as well", arguments: [(41, false), (39, true)] as [(Int64, Bool)])
    func shorterTmax(millis: Int64, isBid: Bool) throws {
        let kit = try LoopKit()
        let body = Array(World.request().dropLast().utf8) + Array(",\"tmax\":50}".utf8)
        #expect(kit.ask("POST", "/bid/adx", body, age: millis).status == (isBid ? 200 : 204))
        #expect(kit.count(.insufficientTime) == (isBid ? 0 : 1))
    }

    @Test("a notice is taken however long it waited")
    func lateNotice() throws {
        let kit = try LoopKit()
        #expect(kit.ask("GET", "/conversion/acme?order=1", age: 60_000).sequence != nil)
    }

    @Test("without a log that takes records nothing is bought", .timeLimit(.minutes(1)))
    func notServing() async throws {
        let kit = try LoopKit(storage: FullStorage())
        _ = kit.post(World.request())
        while kit.log.failure == nil { try await Task.sleep(for: .milliseconds(1)) }
        #expect(kit.post(World.request()) == Answer(status: 204))
        #expect(kit.count(.notServing) == 1)
    }

    @Test("on a disk that is nearly full nothing is bought, and notices are taken")
    func nearlyFull() throws {
        // More than any disk has free.
        let kit = try LoopKit(room: .init(freeBytesMin: 1 << 60, reserveBytes: 0))
        #expect(kit.post(World.request()) == Answer(status: 204))
        #expect(kit.count(.disk) == 1)
        #expect(kit.ask("GET", "/conversion/acme?order=1").sequence != nil)
    }

    @Test("an unknown exchange is answered 404", arguments: ["ghost", "", "ADX", "adx%20"])
    func unknownExchange(id: String) throws {
        let kit = try LoopKit()
        #expect(kit.post(World.request(), to: id).status == 404)
    }

    @Test(
        "what is no bid request is answered 400",
        arguments: [
            "", "{", "[]", "null", "5", "{}", #"{"id":"r"}"#, #"{"id":"r","imp":[]}"#, #"{"id":"r","imp":{}}"#,
            #"{"imp":[{"id":"1","banner":{}}]}"#, #"{"id":"r","imp":[{"id":"1","banner":{}}],"site":{},"app":{}}"#,
        ])
    func malformed(body: String) throws {
        let kit = try LoopKit()
        let answer = kit.post(body)
        #expect(answer.status == 400)
        #expect(answer.body.hasPrefix(#"{"status":400,"#))
        #expect(try kit.events().isEmpty)
    }

    @Test(
        "the body is JSON by its type, or has none",
        arguments: [
            (nil, 200), ("application/json", 200), ("Application/JSON", 200), ("application/json; charset=utf-8", 200),
            ("application/json ;charset=utf-8", 200), ("text/plain", 415), ("application/x-protobuf", 415), ("", 200),
            ("application/jsonp", 415),
        ] as [(String?, Int)])
    func contentType(type: String?, status: Int) throws {
        let kit = try LoopKit()
        #expect(kit.post(World.request(), headers: ["Content-Type": type]).status == status)
    }

    @Test(
        "the body is plain or gzip",
        arguments: [(nil, 200), ("", 200), ("identity", 200), ("br", 415), ("deflate", 415), ("gzip, gzip", 415)]
            as [(String?, Int)])
    func contentEncoding(encoding: String?, status: Int) throws {
        let kit = try LoopKit()
        #expect(kit.post(World.request(), headers: ["Content-Encoding": encoding]).status == status)
    }

    private static func padded(_ count: Int) -> [UInt8] {
        Array(World.request().utf8) + [UInt8](repeating: 0x20, count: count - World.request().utf8.count)
    }

    @Test("a compressed body is inflated, up to 1 MiB", arguments: ["gzip", "GZIP"])
    func gzip(encoding: String) throws {
        let kit = try LoopKit()
        let ask = { (body: [UInt8]) in kit.ask("POST", "/bid/adx", body, headers: ["Content-Encoding": encoding]).status
        }
        let gzip = Gzip()
        #expect(ask(try #require(gzip.deflate(Self.padded(4000)))) == 200)
        #expect(ask(try #require(gzip.deflate(Self.padded(Limits.bodyBytesMax)))) == 200)
        #expect(ask(try #require(gzip.deflate(Self.padded(Limits.bodyBytesMax + 1)))) == 413)
        #expect(ask(Array(World.request().utf8)) == 400)
        #expect(ask(try #require(gzip.deflate(Self.padded(4000))) + [0]) == 400)
    }

    @Test("a body of 1 MiB is read, one byte more is too large")
    func size() throws {
        let kit = try LoopKit()
        #expect(kit.ask("POST", "/bid/adx", Self.padded(Limits.bodyBytesMax)).status == 200)
        #expect(kit.ask("POST", "/bid/adx", Self.padded(Limits.bodyBytesMax + 1)).status == 413)
    }

    @Test(
        "an exchange with a secret is served to who knows it",
        arguments: [
            ("Bearer 0123456789abcdef", 200), (nil, 401), ("", 401), ("Bearer 0123456789abcdeF", 401),
            ("0123456789abcdef", 401),
            ("Bearer 0123456789abcdefg", 401), ("Basic 0123456789abcdef", 401),
        ] as [(String?, Int)])
    func bearer(authorization: String?, status: Int) throws {
        let kit = try LoopKit()
        #expect(kit.post(World.request(), to: "locked", headers: ["Authorization": authorization]).status == status)
        #expect(kit.post(World.request(), headers: ["Authorization": authorization]).status == 200)
    }

    @Test(
        "an exchange with addresses is served to them alone",
        arguments: [("192.0.2.1", 200), ("192.0.2.2", 401), (nil, 401)] as [(String?, Int)])
    func addresses(address: String?, status: Int) throws {
        let kit = try LoopKit()
        #expect(kit.post(World.request(), to: "near", address: address).status == status)
    }

    @Test(
        "behind a trusted proxy the exchange's own address counts, and nobody else's word for it",
        arguments: [
            ("10.0.0.1", "192.0.2.1", 200), ("10.0.0.1", "192.0.2.1, 10.0.0.2", 200),
            ("::ffff:10.0.0.1", "192.0.2.1", 200), ("10.0.0.1", "192.0.2.1, 203.0.113.7", 401),
            ("10.0.0.1", "unknown", 401), ("10.0.0.1", nil, 401), ("203.0.113.7", "192.0.2.1", 401),
            ("192.0.2.1", "203.0.113.7", 200),
        ] as [(String, String?, Int)])
    func forwarded(peer: String, forwardedFor: String?, status: Int) throws {
        let kit = try LoopKit(trustedProxies: ["10.0.0.0/8"])
        let headers = ["X-Forwarded-For": forwardedFor]
        #expect(kit.post(World.request(), to: "near", headers: headers, address: peer).status == status)
    }

    @Test("bids are sent with POST")
    func method() throws {
        let kit = try LoopKit()
        #expect(kit.ask("GET", "/bid/adx").status == 405)
        #expect(kit.ask("GET", "/bid/ghost").status == 405)
    }

    @Test(
        "what is not there is answered 404",
        arguments: [
            "/", "//", "/bid", "/bid/adx/x", "/win", "/health", "/health/", "/health/lively", "/v1/strategies", "*",
        ])
    func unknownPaths(target: String) throws {
        let kit = try LoopKit()
        #expect(kit.ask("GET", target).status == 404)
    }

    @Test("a query behind the path does not matter")
    func query() throws {
        let kit = try LoopKit()
        #expect(kit.post(World.request(), to: "adx?debug=1").status == 200)
        #expect(kit.ask("GET", "/health/live?x").status == 200)
    }

    @Test("health and status say how it is")
    func health() throws {
        let kit = try LoopKit()
        #expect(kit.ask("GET", "/health/live") == Answer(status: 200, body: "live\n"))
        #expect(kit.ask("GET", "/health/ready") == Answer(status: 200, body: "ready\n"))
        #expect(kit.ask("GET", "/status") == Answer(status: 200, body: "{\"up\":true}\n"))
        kit.readiness.isReady = false
        #expect(kit.ask("GET", "/health/ready").status == 503)
        #expect(kit.ask("GET", "/health/live").status == 200)
        kit.readiness.isReady = true
        kit.loop.isDraining = true
        #expect(kit.ask("GET", "/health/ready").status == 503)
    }

    @Test("a response is compressed where that is worth it")
    func compress() throws {
        let kit = try LoopKit()
        let answer = kit.post(World.request())
        #expect(answer.body.utf8.count > 1024)
        #expect(kit.loop.compressResponse())
        #expect(try Gzip().inflate(kit.loop.compressed.array(), cap: 1 << 16).get() == Array(answer.body.utf8))
    }
}
