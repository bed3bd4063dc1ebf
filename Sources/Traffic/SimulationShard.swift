internal import NIOCore
internal import NIOHTTP1
internal import Units

/// One event loop's part in a run: sends its share of the requests when they are due and settles the answers.
///
/// Confined to its event loop.
final class SimulationShard {
    fileprivate let plan: SimulationPlan
    private let share: SimulationShare
    private let loop: any EventLoop
    fileprivate let board: ScoreBoard
    private let pool: ConnectionPool
    private var desk: NoticeCaller?
    /// Of the first shard alone.
    private var events: EventCaller?
    private var schedule: ArrivalSchedule
    /// Made before it is due, so that making it costs its latency nothing.
    private var upcoming: BidErrand?
    private var stopsAt = NIODeadline.distantFuture
    private var end: EventLoopPromise<SimulationTally>?

    /// How often answers that do not come are looked for.
    private static let sweepInterval = TimeAmount.milliseconds(100)
    /// Shops tell in batches, one after the other: two connections never wait for each other.
    private static let eventConnections = 2

    init(_ plan: SimulationPlan, _ share: SimulationShare, _ loop: any EventLoop) {
        let configuration = plan.configuration
        self.plan = plan
        self.share = share
        self.loop = loop
        board = ScoreBoard(tally: SimulationTally(currency: configuration.currency))
        schedule = ArrivalSchedule(
            configuration.arrivals, requestsPerSecond: configuration.requestsPerSecond, seconds: configuration.seconds,
            seed: configuration.seed)
        let timeout = TimeAmount.nanoseconds(Int64(configuration.answerTimeoutSeconds * 1e9))
        pool = ConnectionPool(
            loop: loop, address: plan.address, sizeMax: share.part(of: configuration.connections),
            answerTimeout: timeout)
        let noticePool = ConnectionPool(
            loop: loop, address: plan.address, sizeMax: max(1, share.part(of: configuration.noticeConnections)),
            answerTimeout: timeout)
        desk = NoticeCaller(loop: loop, pool: noticePool, board: board, host: plan.host) { [unowned self] in
            finishIfDone()
        }
        guard share.index == 0, let shopping = configuration.shopping else { return }
        let shopEvents = ShopEvents(
            shoppers: shopping.shoppers, profile: configuration.profile, seed: configuration.seed)
        let eventPool = ConnectionPool(
            loop: loop, address: plan.address, sizeMax: Self.eventConnections, answerTimeout: timeout)
        events = EventCaller(
            loop: loop, pool: eventPool, board: board, host: plan.host, shopEvents, shopping
        ) { [unowned self] in
            finishIfDone()
        }
    }

    /// The figures so far.
    var tally: SimulationTally { board.tally }

    /// Opens the connections for bid requests.
    func connect() -> EventLoopFuture<Void> { pool.connectAll() }

    /// Closes them again, for a run that cannot begin.
    func disconnect() -> EventLoopFuture<Void> { pool.shutDown() }

    /// Tells what visitors did at shops before the run begins; for a while at most.
    func tellBefore() -> EventLoopFuture<Void> {
        let patience = TimeAmount.nanoseconds(Int64(plan.configuration.drainSeconds * 1e9))
        return events?.tellBefore(patience: patience) ?? loop.makeSucceededVoidFuture()
    }

    /// Plays this share of the run.
    ///
    /// - Parameter start: when the first second begins.
    /// - Returns: the figures, once every connection is closed again.
    func run(from start: NIODeadline) -> EventLoopFuture<SimulationTally> {
        let end = loop.makePromise(of: SimulationTally.self)
        self.end = end
        board.start = start
        let seconds = plan.configuration.seconds + plan.configuration.drainSeconds
        stopsAt = start + .nanoseconds(Int64(seconds * 1e9))
        prepareNext(isEager: true)
        events?.start(
            from: start, seconds: plan.configuration.seconds,
            requestsPerSecond: plan.configuration.requestsPerSecond)
        tick()
        sweep()
        return end.futureResult
    }

    /// Ends the run now: what is under way counts as an error.
    func stop() {
        guard let end else { return }
        self.end = nil
        upcoming = nil
        // The bids first: an answer that is abandoned leads to no notices.
        let closings = [pool.shutDown(), desk?.shutDown(), events?.shutDown()].compactMap { $0 }
        let closed = EventLoopFuture.andAllComplete(closings, on: loop)
        closed.assumeIsolated().whenComplete { [self] _ in
            desk = nil
            events = nil
            end.succeed(board.tally)
        }
    }

    /// Sends what is due and comes back when the next request is.
    private func tick() {
        guard end != nil else { return }
        let now = NIODeadline.now()
        while let errand = upcoming, errand.due <= now {
            board.tally.counts.requests += 1
            if !pool.hasIdle { errand.forgetBody() }
            pool.submit(errand)
            prepareNext(isEager: pool.hasIdle)
        }
        if let upcoming {
            loop.assumeIsolated().scheduleTask(deadline: upcoming.due) { self.tick() }
        } else {
            finishIfDone()
        }
    }

    private func prepareNext(isEager: Bool) {
        upcoming = nil
        while let arrival = schedule.next() {
            guard arrival.ordinal % UInt64(share.count) == UInt64(share.index) else { continue }
            upcoming = BidErrand(
                shard: self, ordinal: arrival.ordinal, due: board.start + .nanoseconds(arrival.nanos),
                request: isEager ? plan.request(at: arrival.ordinal) : nil)
            return
        }
    }

    private func sweep() {
        guard end != nil else { return }
        let now = NIODeadline.now()
        if now >= stopsAt { return stop() }
        pool.sweep(at: now)
        desk?.sweep(at: now)
        // A connection that closes behind its last answer tells nobody.
        finishIfDone()
        loop.assumeIsolated().scheduleTask(deadline: min(now + Self.sweepInterval, stopsAt)) { self.sweep() }
    }

    private func finishIfDone() {
        if upcoming == nil, pool.isQuiet, desk?.isQuiet ?? true, events?.isQuiet ?? true { stop() }
    }

    /// Counts what came of a request and makes the notices that follow.
    fileprivate func settle(_ errand: BidErrand, _ result: Result<HTTPAnswer, HTTPFailure>, _ times: HTTPTimes) {
        if let sent = times.sent { board.tally.recordSendLag(nanos: (sent - errand.due).nanoseconds) }
        switch result {
        case .success(let answer):
            board.tally.recordLatency(nanos: (times.ended - errand.due).nanoseconds)
            settle(errand, answer, times)
        case .failure(let failure):
            if failure == .timedOut || failure == .abandoned {
                board.tally.recordLatency(nanos: (times.ended - errand.due).nanoseconds)
            }
            board.tally.recordError("request \(errand.name): \(failure)")
        }
        finishIfDone()
    }

    private func settle(_ errand: BidErrand, _ answer: HTTPAnswer, _ times: HTTPTimes) {
        let facts = errand.facts
        if let sent = times.sent, let tmax = facts.tmaxMillis, times.ended - sent > .milliseconds(Int64(tmax)) {
            board.tally.counts.timeouts += 1
        }
        guard answer.status == 200 || answer.status == 204 else {
            board.tally.recordError("request \(errand.name): HTTP \(answer.status)")
            return
        }
        board.tally.counts.answered += 1
        let second = board.second(of: times.ended)
        board.tally.record(at: second) { $0.answered += 1 }
        guard answer.status == 200, let body = answer.body, body.readableBytes > 0 else {
            board.tally.counts.noBids += 1
            return
        }
        let response: BidAnswer
        do {
            response = try BidAnswer(Array(body.readableBytesView))
        } catch {
            board.tally.recordError("request \(errand.name): \(error)")
            return
        }
        if response.bids.isEmpty { board.tally.counts.noBids += 1 }
        let settlement = plan.auction.settle(
            response, to: facts, ordinal: errand.ordinal, at: plan.configuration.time.instant())
        for fault in settlement.faults { board.tally.recordError("request \(errand.name): \(fault)") }
        if facts.isTest {
            board.tally.counts.testBids += settlement.bids.count
        } else if !settlement.bids.isEmpty {
            board.tally.counts.bids += settlement.bids.count
            board.tally.counts.bidAnswers += 1
            board.tally.record(at: second) { $0.bids += settlement.bids.count }
        }
        for bid in settlement.bids {
            desk?.make(bid.steps, of: bid.id, isTest: facts.isTest, in: response.currency)
        }
    }
}

/// One bid request on its way.
private final class BidErrand: HTTPErrand {
    let ordinal: UInt64
    let due: NIODeadline
    private let shard: SimulationShard
    private var request: GeneratedRequest?

    init(shard: SimulationShard, ordinal: UInt64, due: NIODeadline, request: GeneratedRequest?) {
        self.shard = shard
        self.ordinal = ordinal
        self.due = due
        self.request = request
    }

    /// What the auction must know; made again where the request was never sent.
    var facts: RequestFacts { (request ?? shard.plan.request(at: ordinal)).facts }

    /// The request for a person: its id and its place in the run.
    var name: String { "\(facts.id) (number \(ordinal))" }

    /// A request that waits is made again when its turn comes: a long queue must not fill the memory.
    func forgetBody() { request = nil }

    func message() -> HTTPMessage {
        let request = self.request ?? shard.plan.request(at: ordinal)
        self.request = request
        var headers = shard.plan.bidHeaders
        headers.add(name: "content-length", value: String(request.body.count))
        shard.board.tally.record(at: shard.board.second(of: .now())) { $0.sent += 1 }
        return HTTPMessage(
            head: HTTPRequestHead(version: .http1_1, method: .POST, uri: shard.plan.bidPath, headers: headers),
            body: ByteBuffer(bytes: request.body))
    }

    func finish(_ result: Result<HTTPAnswer, HTTPFailure>, _ times: HTTPTimes) { shard.settle(self, result, times) }
}
