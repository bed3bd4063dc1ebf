import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing
import Units

@testable import Traffic

@Suite("A run over the network", .serialized)
struct ExchangeSimulatorTests {
    @Test("what the simulator holds for true is what the service saw", arguments: [FakeService.Mood.well, .moody])
    func books(mood: FakeService.Mood) async throws {
        let service = try await FakeService(mood)
        var configuration = service.configuration(requestsPerSecond: 400, seconds: 1)
        configuration.habits.repeatShare = 0.2
        configuration.habits.clickRate = 0.3
        configuration.habits.conversionRate = 0.5
        configuration.habits.advertiser = { _ in "acme" }
        let report = try await ExchangeSimulator(configuration).run(on: service.group)
        let seen = service.seen
        #expect(report.counts.requests == seen.requests)
        #expect(report.counts.answered == report.counts.requests)
        #expect(report.counts.bidAnswers + report.counts.noBids == report.counts.answered)
        #expect(report.counts.wins == seen.notices["win"]?.count)
        #expect(report.counts.billed == seen.notices["bill"]?.count)
        #expect(report.counts.losses == seen.notices["loss"]?.count)
        #expect(report.counts.impressions == seen.notices["imp"]?.count)
        #expect(report.counts.clicks == seen.notices["click"]?.count)
        #expect(report.counts.conversions == seen.notices["conversion"]?.count)
        #expect(report.counts.spend.nanos == seen.spendNanos)
        #expect(report.counts.wins > 20 && report.counts.losses > 20 && report.counts.repeats > 20)
        #expect(report.counts.errors == 0, "\(report.firstErrors)")
        if mood == .well { #expect(report.counts.noticeErrors == 0, "\(report.firstErrors)") }
        #expect(report.latency.count == UInt64(report.counts.requests))
        #expect(report.seconds.map(\.sent).reduce(0, +) == report.counts.requests)
        #expect((report.counts.retries > 0) == (mood == .moody))
        try await service.close()
    }

    @Test("the same seed brings the same truth, on one loop or on two")
    func repeatability() async throws {
        let service = try await FakeService(.well)
        let configuration = service.configuration(requestsPerSecond: 300, seconds: 1)
        let single = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var first = try await ExchangeSimulator(configuration).run(on: single).counts
        var second = try await ExchangeSimulator(configuration).run(on: service.group).counts
        // How fast the machine was is no part of it.
        first.timeouts = 0
        second.timeouts = 0
        #expect(first == second)
        try await single.shutdownGracefully()
        try await service.close()
    }

    @Test("a service that refuses or says nothing is an error each time, and the run still ends")
    func failures() async throws {
        let service = try await FakeService(.broken)
        var configuration = service.configuration(requestsPerSecond: 100, seconds: 0.5)
        configuration.answerTimeoutSeconds = 0.3
        configuration.drainSeconds = 1
        let report = try await ExchangeSimulator(configuration).run(on: service.group)
        #expect(report.counts.answered == 0)
        #expect(report.counts.errors == report.counts.requests)
        #expect(report.counts.requests > 20)
        #expect(report.firstErrors.count == 10)
        #expect(report.latency.max >= 300_000)
        try await service.close()
    }

    @Test(
        "what shoppers did is told before the first request and all along, once each",
        arguments: [
            FakeService.Mood.well, .moody,
        ])
    func shopping(mood: FakeService.Mood) async throws {
        let service = try await FakeService(mood)
        var configuration = service.configuration(requestsPerSecond: 400, seconds: 1)
        var habits = ShoppingHabits(token: "secret")
        habits.shoppers = 50
        habits.eventsBefore = 4
        habits.share = 0.25
        habits.batch = 10
        configuration.shopping = habits
        let report = try await ExchangeSimulator(configuration).run(on: service.group)
        let seen = service.seen
        #expect(seen.eventsBeforeRequests >= 200 && seen.eventsBeforeRequests <= 210)
        // A batch each tenth of a second, the first after one, none at the end.
        #expect(seen.events.count == 200 + 9 * 10)
        #expect(seen.hasToken)
        #expect(report.counts.events == seen.events.count)
        #expect(report.counts.eventErrors == 0 && report.counts.eventsRefused == 0, "\(report.firstErrors)")
        #expect(report.counts.requests == seen.requests)
        try await service.close()
    }

    @Test("a service that takes no events gets its requests all the same, and the run says so")
    func noEvents() async throws {
        let service = try await FakeService(.broken)
        var configuration = service.configuration(requestsPerSecond: 100, seconds: 0.3)
        configuration.answerTimeoutSeconds = 0.3
        configuration.drainSeconds = 1
        configuration.shopping = ShoppingHabits(token: "secret")
        let report = try await ExchangeSimulator(configuration).run(on: service.group)
        #expect(report.counts.requests > 10)
        #expect(report.counts.events == 0)
        #expect(report.counts.eventErrors == 60)
        try await service.close()
    }

    @Test("a run that cannot begin says so")
    func cannotBegin() async throws {
        let service = try await FakeService(.well)
        let configuration = service.configuration(requestsPerSecond: 1, seconds: 1)
        var impossible = configuration
        impossible.connections = 0
        await #expect(throws: SimulationFault.configuration("there must be connections")) {
            try await ExchangeSimulator(impossible).run(on: service.group)
        }
        try await service.stopListening()
        await #expect(throws: SimulationFault.self) {
            try await ExchangeSimulator(configuration).run(on: service.group)
        }
        try await service.group.shutdownGracefully()
    }
}

/// A bidder that bids on every other request, and remembers each notice once.
final class FakeService: Sendable {
    enum Mood: Sendable {
        /// Answers everything.
        case well
        /// Refuses one notice in ten with 503, and hangs up on one in thirty.
        case moody
        /// Refuses every other request, and never answers the rest.
        case broken
    }

    struct Seen {
        var requests = 0
        var calls = 0
        /// By the first part of the path.
        var notices: [String: Set<String>] = [:]
        var spendNanos: Int64 = 0
        /// Lines of events, without those that came before.
        var events: Set<String> = []
        var eventsBeforeRequests = 0
        /// Whether every batch proved who sends it.
        var hasToken = true
    }

    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    private let channel: any Channel
    private let state: StateBox

    private final class StateBox: Sendable { let seen = Mutex(Seen()) }

    init(_ mood: Mood) async throws {
        let state = StateBox()
        self.state = state
        channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(mood, state))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var seen: Seen { state.seen.withLock { $0 } }

    func configuration(requestsPerSecond: Double, seconds: Double) -> ExchangeSimulator.Configuration {
        var configuration = ExchangeSimulator.Configuration(
            host: "127.0.0.1", port: channel.localAddress?.port ?? 0, exchange: "demo",
            requestsPerSecond: requestsPerSecond, seconds: seconds, seed: 21)
        configuration.profile.testShare = 0
        configuration.connections = 8
        configuration.noticeConnections = 8
        return configuration
    }

    func stopListening() async throws { try await channel.close() }

    func close() async throws {
        try await channel.close()
        try await group.shutdownGracefully()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let mood: Mood
        private let state: StateBox
        private var uri = ""
        private var authorization: String?
        private var body = ByteBuffer()

        init(_ mood: Mood, _ state: StateBox) {
            self.mood = mood
            self.state = state
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                uri = head.uri
                authorization = head.headers.first(name: "authorization")
                body.clear()
            case .body(var part): body.writeBuffer(&part)
            case .end:
                switch uri {
                case "/bid/demo": bid(context)
                case "/v1/events": events(context)
                default: notice(context)
                }
            }
        }

        private func bid(_ context: ChannelHandlerContext) {
            let number = state.seen.withLock {
                $0.requests += 1
                return $0.requests
            }
            if mood == .broken {
                if number % 2 == 0 { reply(context, .badRequest, ["connection": "close"]) }
                return
            }
            let facts = GeneratedRequest(replaying: Array(body.readableBytesView)).facts
            // What is bid follows from the request alone, so that a run can be repeated.
            let draw = facts.id.utf8.reduce(UInt64(7)) { Mix.scramble($0 ^ UInt64($1)) }
            let bids = facts.imps.filter { !$0.isPrivate && $0.floorCurrency == .usd }.map { imp in
                let price = max(imp.floor.micros, 400_000 + Int64(draw % 1_600_000))
                return FakeService.bid(facts.id + "-" + imp.id, imp.id, DecimalText.string(micros: price))
            }
            if draw % 2 == 0 || bids.isEmpty || facts.currencies == [.eur] { return reply(context, .noContent) }
            reply(
                context, .ok, ["content-type": "application/json"],
                #"{"id":"\#(facts.id)","seatbid":[{"bid":[\#(bids.joined(separator: ","))]}]}"#)
        }

        private func events(_ context: ChannelHandlerContext) {
            if mood == .broken { return reply(context, .notFound) }
            let lines = body.readableBytesView.split(separator: UInt8(ascii: "\n")).map {
                String(decoding: $0, as: UTF8.self)
            }
            let (calls, fresh) = state.seen.withLock {
                $0.calls += 1
                $0.hasToken = $0.hasToken && authorization == "Bearer secret"
                let before = $0.events.count
                $0.events.formUnion(lines)
                if $0.requests == 0 { $0.eventsBeforeRequests = $0.events.count }
                return ($0.calls, $0.events.count - before)
            }
            // Taken, but the sender never hears of it: it must send the same again, and is heard then, whatever came between.
            if mood == .moody, fresh > 0, calls % 5 == 0 { return context.close(promise: nil) }
            if mood == .moody, fresh > 0, calls % 7 == 0 { return reply(context, .serviceUnavailable) }
            reply(
                context, .ok, ["content-type": "application/json"],
                #"{"accepted":\#(fresh),"duplicates":\#(lines.count - fresh),"refused":[]}"#)
        }

        private func notice(_ context: ChannelHandlerContext) {
            let kind = String(uri.dropFirst().prefix { $0 != "/" })
            let calls = state.seen.withLock {
                $0.calls += 1
                return $0.calls
            }
            if mood == .moody {
                if calls % 10 == 0 { return reply(context, .serviceUnavailable) }
                if calls % 30 == 1 { return context.close(promise: nil) }
            }
            state.seen.withLock {
                let isFirst = $0.notices[kind, default: []].insert(uri).inserted
                if isFirst, kind == "bill", let price = NoticeTarget.parameter("p", of: uri) {
                    $0.spendNanos += (try? DecimalText.micros(price.utf8)) ?? -1_000_000
                }
            }
            switch kind {
            case "imp": reply(context, .ok, ["content-type": "image/gif"], "GIF89a")
            case "click": reply(context, .found, ["location": "https://acme.example/?vclick=k\(uri.count)"])
            default: reply(context, .noContent)
            }
        }

        private func reply(
            _ context: ChannelHandlerContext, _ status: HTTPResponseStatus, _ headers: HTTPHeaders = [:],
            _ text: String = ""
        ) {
            var headers = headers
            if status != .noContent { headers.add(name: "content-length", value: "\(text.utf8.count)") }
            let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            if !text.isEmpty {
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
            }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    private static func bid(_ id: String, _ imp: String, _ price: String) -> String {
        let url = { (kind: String) in "https://dsp.example/\(kind)/\(id)?p=${AUCTION_PRICE}" }
        return #"{"id":"\#(id)","impid":"\#(imp)","price":\#(price),"cid":"shoes","nurl":"\#(url("win"))","#
            + #""burl":"\#(url("bill"))","lurl":"\#(url("loss"))","#
            + #""adm":"<a href='\#(url("click"))'><img src='\#(url("imp"))'></a>"}"#
    }
}
