import Auction
import Consent
import EventLog
import Events
import Ledger
import Meters
import NIOCore
import OpenRTB
import Testing
import Units

@testable import BidPlane

/// A bid side that listens on a free port of loopback.
struct ServerKit {
    let server: BidServer
    let log: EventLog
    let directory: ScratchDirectory
    let readiness: LoopKit.Readiness
    let port: Int

    /// Starts one, hands it over, and stops it.
    static func run(
        storage: (any LogStorage)? = nil, loops: Int = 1, audience: RecordingIntake? = nil,
        _ body: (ServerKit) async throws -> Void
    ) async throws {
        let directory = try ScratchDirectory()
        let readiness = LoopKit.Readiness()
        let log = try EventLog(
            storage: try storage ?? DirectoryStorage(path: directory.path),
            durability: .processCrash,
            replay: { _, _ in }
        )
        let server = try await BidServer(
            BidServices(
                log: log,
                desk: NoticeDesk(log: log, register: NoticeRegister()),
                keys: World.ring,
                visitorKey: [UInt8](repeating: 1, count: 32),
                time: SystemTime(),
                seed: Seed(high: 1, low: 2),
                meters: BidMeters(),
                audience: audience,
                decideConsent: { _ in .full },
                isReady: { readiness.isReady },
                status: { "{}" }
            ),
            loops: loops
        )
        log.start()
        await server.publish(try World.snapshot(BudgetLedger()))
        await server.publish(World.sources)
        let address = try await server.listen(host: "127.0.0.1", port: 0) { Origin("http://127.0.0.1:\($0)") }
        let kit = ServerKit(
            server: server,
            log: log,
            directory: directory,
            readiness: readiness,
            port: try #require(address.port)
        )
        let result: Result<Void, any Error>
        do {
            try await body(kit)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await server.drain(seconds: 1)
        log.stop()
        await server.stop()
        try result.get()
    }

    func send(
        _ method: String,
        _ target: String,
        _ headers: [String: String] = [:],
        body: [UInt8] = []
    ) async throws -> WireAnswer {
        try await RawHTTP.send(method, target, headers, body: body, port: port)
    }

    /// A request that is bid on, with a deadline far away: a test machine may be slow.
    static func request(_ id: String = "r-1") -> [UInt8] {
        Array(World.request(id).dropLast().utf8) + Array(",\"tmax\":30000}".utf8)
    }
}

private let json = ["Content-Type": "application/json"]

@Suite("The bid side over HTTP", .timeLimit(.minutes(1)))
struct BidServerTests {
    @Test("a bid is answered 200 with JSON and our version, no bid 204 with our version")
    func bids() async throws {
        try await ServerKit.run { kit async throws in
            let bid = try await kit.send("POST", "/bid/adx", json, body: ServerKit.request())
            #expect(bid.status == 200)
            #expect(bid.headers["content-type"] == "application/json")
            #expect(bid.headers["x-openrtb-version"] == "2.6")
            #expect(bid.headers["content-encoding"] == nil)
            #expect(bid.text.contains("http://127.0.0.1:\(kit.port)/win/"))
            let none = try await kit.send("POST", "/bid/adx", json, body: Array(World.request(country: "DEU").utf8))
            #expect(none.status == 204)
            #expect(none.headers["x-openrtb-version"] == "2.6")
            #expect(none.body.isEmpty)
        }
    }

    @Test("each fault has its status")
    func statuses() async throws {
        try await ServerKit.run { kit async throws in
            let request = ServerKit.request()
            let rows: [(String, String, [String: String], [UInt8], Int)] = [
                ("POST", "/bid/adx", json, Array("{".utf8), 400), ("POST", "/bid/adx", json, [], 400),
                ("POST", "/bid/ghost", json, request, 404), ("GET", "/nowhere", [:], [], 404),
                ("GET", "/bid/adx", [:], [], 405),
                ("PUT", "/bid/adx", json, request, 405), ("DELETE", "/health/live", [:], [], 405),
                ("POST", "/bid/locked", json, request, 401),
                ("POST", "/bid/adx", ["Content-Type": "text/html"], request, 415),
                ("POST", "/bid/adx", json.merging(["Content-Encoding": "br"]) { $1 }, request, 415),
                ("POST", "/bid/adx", json.merging(["Content-Encoding": "gzip"]) { $1 }, request, 400),
                ("POST", "/bid/adx", [:], request, 200), ("GET", "/win/forged", [:], [], 400),
                (
                    "POST", "/bid/locked", json.merging(["Authorization": "Bearer 0123456789abcdef"]) { $1 }, request,
                    200
                ),
            ]
            for (method, target, headers, body, status) in rows {
                let answer = try await kit.send(method, target, headers, body: body)
                #expect(answer.status == status, "\(method) \(target) \(headers)")
                if status >= 400 { #expect(answer.headers["content-type"] == "application/problem+json") }
                if status == 405 { #expect(answer.headers["allow"]?.contains("POST") == true) }
            }
        }
    }

    @Test("a body above 1 MiB is answered 413 and the connection closed, whether its length is told or not")
    func tooLarge() async throws {
        try await ServerKit.run { kit async throws in
            let big = [UInt8](repeating: 0x20, count: Limits.bodyBytesMax + 1)
            let told = try await kit.send("POST", "/bid/adx", json, body: big)
            #expect(told.status == 413)
            let chunk = Array("\(String(big.count, radix: 16))\r\n".utf8) + big + Array("\r\n0\r\n\r\n".utf8)
            let chunked = RawHTTP.request(
                "POST",
                "/bid/adx",
                json.merging(["Transfer-Encoding": "chunked"]) { $1 },
                body: chunk,
                closes: false
            )
            let answers = try await RawHTTP.send(chunked, port: kit.port)
            #expect(answers.map(\.status) == [413])
            #expect(answers.first?.headers["connection"] == "close")
        }
    }

    @Test("a body in chunks is read as a whole")
    func chunked() async throws {
        try await ServerKit.run { kit async throws in
            var body: [UInt8] = []
            for byte in ServerKit.request() { body += Array("1\r\n".utf8) + [byte] + Array("\r\n".utf8) }
            body += Array("0\r\n\r\n".utf8)
            let headers = json.merging(["Transfer-Encoding": "chunked"]) { $1 }
            #expect(try await kit.send("POST", "/bid/adx", headers, body: body).status == 200)
        }
    }

    @Test("a compressed request is read, and the response compressed where that is asked for")
    func gzip() async throws {
        try await ServerKit.run { kit async throws in
            let padded = ServerKit.request() + [UInt8](repeating: 0x20, count: 2000)
            let packed = try #require(Gzip().deflate(padded))
            let both = json.merging(["Content-Encoding": "gzip", "Accept-Encoding": "br, gzip"]) { $1 }
            let answer = try await kit.send("POST", "/bid/adx", both, body: packed)
            #expect(answer.status == 200)
            #expect(answer.headers["content-encoding"] == "gzip")
            let plain = try Gzip().inflate(answer.body, cap: 1 << 16).get()
            #expect(String(decoding: plain, as: UTF8.self).hasPrefix(#"{"id":"r-1","#))
            for accepted in ["identity", "gzip;q=0", "br", "x-gzip2"] {
                let headers = json.merging(["Accept-Encoding": accepted]) { $1 }
                let answer = try await kit.send("POST", "/bid/adx", headers, body: ServerKit.request())
                #expect(answer.headers["content-encoding"] == nil, "\(accepted)")
            }
        }
    }

    @Test("who waits for leave to send its body gets it")
    func expectContinue() async throws {
        try await ServerKit.run { kit async throws in
            let headers = json.merging(["Expect": "100-continue"]) { $1 }
            let bytes = RawHTTP.request("POST", "/bid/adx", headers, body: ServerKit.request())
            // Sent at once, the body needs no leave.
            #expect(try await RawHTTP.send(bytes, port: kit.port).map(\.status) == [200])
            let head = bytes.count - ServerKit.request().count
            let answers = try await RawHTTP.send(Array(bytes[..<head]), then: Array(bytes[head...]), port: kit.port)
            #expect(answers.map(\.status) == [100, 200])
        }
    }

    @Test("health says live, and ready while the service wants traffic")
    func health() async throws {
        try await ServerKit.run { kit async throws in
            #expect(try await kit.send("GET", "/health/live").text == "live\n")
            #expect(try await kit.send("GET", "/health/ready").status == 200)
            kit.readiness.isReady = false
            #expect(try await kit.send("GET", "/health/ready").status == 503)
            #expect(try await kit.send("GET", "/health/live").status == 200)
            #expect(try await kit.send("GET", "/status").headers["content-type"] == "application/json")
        }
    }

    @Test("an answer to HEAD has no body, so that the next answer is read where it begins")
    func head() async throws {
        try await ServerKit.run { kit async throws in
            let bytes =
                RawHTTP.request("HEAD", "/health/live", closes: false) + RawHTTP.request("GET", "/health/live")
            let raw = String(decoding: try await RawHTTP.exchange(bytes, port: kit.port), as: UTF8.self)
            #expect(raw.ranges(of: "HTTP/1.1 ").count == 2)
            // Behind the head of the first answer the second begins.
            #expect(raw.contains("\r\n\r\nHTTP/1.1 200"))
        }
    }

    @Test("a notice is answered once it is durable, and a record of it is in the log")
    func notices() async throws {
        try await ServerKit.run { kit async throws in
            let bid = try await kit.send("POST", "/bid/adx", json, body: ServerKit.request()).text
            for (path, status) in [("win", 204), ("bill", 204), ("imp", 200), ("click", 302)] {
                let start = try #require(bid.firstRange(of: "/\(path)/")?.lowerBound)
                let target = String(bid[start...].prefix { $0 != "\"" && $0 != "\\" }).replacing(
                    "${AUCTION_PRICE}", with: "1.5")
                let answer = try await kit.send(path == "bill" ? "POST" : "GET", target)
                #expect(answer.status == status)
                #expect(kit.log.durableSequence > 0)
                if path == "imp" {
                    #expect(answer.headers["content-type"] == "image/gif")
                    #expect(answer.headers["cache-control"] == "no-store")
                    #expect(answer.body.starts(with: Array("GIF89a".utf8)))
                }
                if path == "click" {
                    #expect(answer.headers["location"]?.hasPrefix("https://acme.example/shoes?a=1&vclick=") == true)
                }
            }
            let kinds = try kit.log.events(in: kit.directory).map(\.kind)
            #expect(Set(kinds) == [.bid, .win, .billing, .impression, .click])
        }
    }

    @Test("notices sent behind one another on one connection are all answered, in order")
    func pipelined() async throws {
        try await ServerKit.run { kit async throws in
            let bytes = (0..<20).flatMap { number in
                RawHTTP.request("GET", "/conversion/acme?order=\(number)", closes: number == 19)
            }
            let answers = try await RawHTTP.send(bytes, port: kit.port)
            #expect(answers.map(\.status) == Array(repeating: 200, count: 20))
            #expect(try kit.log.events(in: kit.directory).map(\.order) == (0..<20).map { "\($0)" })
        }
    }

    @Test("what cannot be made durable is answered 503")
    func fullLog() async throws {
        try await ServerKit.run(storage: FullStorage()) { kit async throws in
            #expect(try await kit.send("GET", "/conversion/acme?order=1").status == 503)
            #expect(try await kit.send("GET", "/conversion/acme?order=2").status == 503)
            #expect(try await kit.send("POST", "/bid/adx", json, body: ServerKit.request()).status == 204)
        }
    }

    @Test("several loops serve the same snapshot, and a new one is served when publishing returns")
    func publish() async throws {
        try await ServerKit.run(loops: 3) { kit async throws in
            for _ in 0..<9 {
                #expect(try await kit.send("POST", "/bid/adx", json, body: ServerKit.request()).status == 200)
            }
            let nobody = SnapshotBuilder(kinds: [], ledger: BudgetLedger())
            for _ in 0..<10 { await kit.server.publish(nobody.snapshot(revision: 4)) }
            for _ in 0..<9 {
                #expect(try await kit.send("POST", "/bid/adx", json, body: ServerKit.request()).status == 404)
            }
            let requests = kit.server.sheets.reduce(UInt64(0)) { $0 + $1.value(kit.server.meters.requests) }
            #expect(requests == 18)
        }
    }

    @Test("once drained it takes no connection, and idle ones are closed")
    func drain() async throws {
        try await ServerKit.run { kit async throws in
            let bytes = RawHTTP.request("GET", "/health/live", closes: false)
            let idle = try await RawHTTP.open(bytes, port: kit.port)
            try await idle.answered.get()
            await kit.server.drain(seconds: 1)
            let answer = String(decoding: try await idle.everything.get(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            await #expect(throws: (any Error).self) { _ = try await kit.send("GET", "/health/live") }
        }
    }
}
