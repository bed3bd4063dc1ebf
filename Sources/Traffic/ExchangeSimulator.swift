package import NIOCore
package import Units

/// One exchange, played against a bid endpoint over HTTP/1.1: requests, auctions, notices, and the visitors' browsers.
///
/// The load is open: when a request is due does not depend on answers, and latency counts from that moment, so that a
/// stalled service cannot hide behind requests that were never sent. Every draw follows from the seed and the request's
/// ordinal, so a run can be repeated. A run ends by itself: at most ``Configuration/drainSeconds`` after the last
/// request was due.
///
/// An impression is sold with one rival, drawn from a landscape; our highest bid wins if it is above it. The exchange
/// then calls `nurl` and `burl`, the browser the impression pixel in the markup, perhaps the click URL, and perhaps a
/// conversion follows; losers are told by `lurl`. Of URLs only path and query matter: all go to the same host and port.
/// Where visitors shop, what they do there is told beforehand and all along.
package struct ExchangeSimulator: Sendable {
    private let configuration: Configuration

    /// - Parameter configuration: checked by ``run(on:progress:)``.
    package init(_ configuration: Configuration) { self.configuration = configuration }

    /// Plays the whole run, then reports.
    ///
    /// Cancelling the task ends it early, with the report as far as it came.
    ///
    /// - Parameters:
    ///   - group: as many of its loops as there are bid connections take part, each with its share of the requests.
    ///   - progress: called once a second, from no particular thread.
    /// - Returns: the exchange's own truth.
    /// - Throws: ``SimulationFault``, before anything was sent.
    package func run(
        on group: any EventLoopGroup, progress: @Sendable @escaping (SimulationProgress) -> Void = { _ in }
    ) async throws -> SimulationReport {
        if let fault = configuration.fault { throw SimulationFault.configuration(fault) }
        let plan = try SimulationPlan(configuration)
        let loops = Array(group.makeIterator().prefix(configuration.connections))
        var shards: [NIOLoopBound<SimulationShard>] = []
        for (index, loop) in loops.enumerated() {
            let share = SimulationShare(index: index, count: loops.count)
            let shard = loop.submit { NIOLoopBound(SimulationShard(plan, share, loop), eventLoop: loop) }
            shards.append(try await shard.get())
        }
        do {
            for shard in shards { try await shard.eventLoop.flatSubmit { shard.value.connect() }.get() }
        } catch {
            for shard in shards { try? await shard.eventLoop.flatSubmit { shard.value.disconnect() }.get() }
            throw SimulationFault.unreachable("\(configuration.host):\(configuration.port): \(error)")
        }
        if let first = shards.first {
            let told = first.eventLoop.flatSubmit { first.value.tellBefore() }
            try await told.get()
        }
        // A moment for every loop to get ready.
        let start = NIODeadline.now() + .milliseconds(20)
        let ends = shards.map { shard in shard.eventLoop.flatSubmit { shard.value.run(from: start) } }
        let started = shards
        return try await withTaskCancellationHandler {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { [configuration] in await Self.tick(started, configuration, progress) }
                var total = SimulationTally(currency: configuration.currency)
                for end in ends { total += try await end.get() }
                tasks.cancelAll()
                return total.report(seed: configuration.seed)
            }
        } onCancel: {
            for shard in started { shard.eventLoop.execute { shard.value.stop() } }
        }
    }

    /// Reports once a second until cancelled.
    private static func tick(
        _ shards: [NIOLoopBound<SimulationShard>], _ configuration: Configuration,
        _ progress: @Sendable (SimulationProgress) -> Void
    ) async {
        let clock = ContinuousClock()
        let start = clock.now
        var elapsed = 0
        while true {
            elapsed += 1
            try? await clock.sleep(until: start + .seconds(elapsed))
            var total = SimulationTally(currency: configuration.currency)
            for shard in shards {
                guard let tally = try? await shard.eventLoop.submit({ shard.value.tally }).get() else { return }
                total += tally
            }
            if Task.isCancelled { return }
            progress(
                SimulationProgress(
                    elapsedSeconds: elapsed, totalSeconds: Int(configuration.seconds.rounded(.up)),
                    report: total.report(seed: configuration.seed)))
        }
    }
}

extension ExchangeSimulator {
    /// Everything that a run depends on.
    package struct Configuration: Sendable {
        /// Where the bid endpoint listens: a name or an address.
        package var host: String
        /// The TCP port of the bid endpoint; notices go there too.
        package var port: Int
        /// Whom we play: requests go to `/bid/{exchange}`.
        package var exchange: String
        /// How many requests fall due in a second; above 0.
        package var requestsPerSecond: Double
        /// How long requests fall due; above 0.
        package var seconds: Double
        /// Of requests, arrivals, rivals and visitors.
        package var seed: UInt64
        /// How requests are spread over time.
        package var arrivals = Arrivals.poisson
        /// Connections for bid requests, one request at a time on each; above 0.
        package var connections = 64
        /// Connections for notices; above 0, and plenty, for a notice is answered when it is durable.
        package var noticeConnections = 64
        /// What generated requests are like.
        package var profile = RequestGenerator.Profile()
        /// Requests to send instead of generated ones: the lines of an ndjson file, or none to generate.
        ///
        /// When they are used up the first follows again.
        package var replay: [[UInt8]] = []
        /// How exchange and visitors behave after an auction.
        package var habits = NoticeHabits()
        /// What visitors do at shops; nil where nobody tells the service.
        package var shopping: ShoppingHabits?
        /// What others bid.
        package var landscape = PriceLandscape()
        /// In which currency ``SimulationCounts/spend`` is summed.
        package var currency = Currency.usd
        /// How long an answer may take before its connection is given up; above 0.
        package var answerTimeoutSeconds = 5.0
        /// How long answers and notices may take after the last request was due; 0 to 10.
        package var drainSeconds = 10.0
        /// What `${AUCTION_IMP_TS}` is taken from; nothing else asks for the time of day.
        package var time: any TimeSource = SystemTime()

        /// Poisson arrivals of generated requests on 64 connections, and as many for notices.
        package init(
            host: String, port: Int, exchange: String, requestsPerSecond: Double, seconds: Double, seed: UInt64
        ) {
            self.host = host
            self.port = port
            self.exchange = exchange
            self.requestsPerSecond = requestsPerSecond
            self.seconds = seconds
            self.seed = seed
        }

        /// The first thing that makes a run impossible, in words.
        var fault: String? {
            if !(requestsPerSecond > 0 && requestsPerSecond <= 1e7) { return "requests per second must be above 0" }
            if !(seconds > 0 && seconds <= 1e6) { return "seconds must be above 0" }
            if connections < 1 || noticeConnections < 1 { return "there must be connections" }
            if !(answerTimeoutSeconds > 0) { return "the time for an answer must be above 0" }
            if !(0...10).contains(drainSeconds) { return "the drain must take 0 to 10 seconds" }
            if profile.visitors < 1 { return "there must be visitors" }
            if let shopping, shopping.shoppers < 1 || shopping.batch < 1 || !(0...1).contains(shopping.share) {
                return "there must be shoppers and events in a batch, and no more events than requests"
            }
            return nil
        }
    }
}

/// Why a run did not begin.
package enum SimulationFault: Error, Equatable, CustomStringConvertible {
    /// The operator asked for something impossible; in words.
    case configuration(String)
    /// No connection to the bid endpoint, and why.
    case unreachable(String)

    /// A sentence for the operator.
    package var description: String {
        switch self {
        case .configuration(let fault): fault
        case .unreachable(let reason): "cannot connect to \(reason)"
        }
    }
}
