internal import NIOCore
internal import NIOHTTP1

/// Tells the service what shoppers do, in batches, on connections of its own, and counts what is taken.
///
/// Confined to its event loop. When a batch is due does not depend on answers.
final class EventCaller {
    private let loop: any EventLoop
    private let pool: ConnectionPool
    private let board: ScoreBoard
    private let events: ShopEvents
    private let habits: ShoppingHabits
    private let headers: HTTPHeaders
    /// Called whenever ``isQuiet`` may have become true.
    private let changed: () -> Void
    /// The first event that was not told yet.
    private var ordinal: UInt64 = 0
    private var open = 0
    private var retriesWaiting = 0
    private var isSweeping = false
    private var isShutDown = false
    private var upcoming: NIODeadline?
    private var interval = TimeAmount.zero
    private var end = NIODeadline.distantPast
    private var toldBefore: EventLoopPromise<Void>?

    /// How often one batch is tried when the service or the connection fails; its events' ids make that harmless.
    static let attemptsMax = 4
    private static let sweepInterval = TimeAmount.milliseconds(100)

    /// Nobody else may use the pool; `host` is for the `Host` header.
    init(
        loop: any EventLoop, pool: ConnectionPool, board: ScoreBoard, host: String, _ events: ShopEvents,
        _ habits: ShoppingHabits, changed: @escaping () -> Void
    ) {
        self.loop = loop
        self.pool = pool
        self.board = board
        self.events = events
        self.habits = habits
        self.changed = changed
        headers = [
            "host": host, "content-type": "application/x-ndjson", "authorization": "Bearer \(habits.token)",
        ]
    }

    /// Whether every batch has been settled, and none will follow.
    var isQuiet: Bool { open == 0 && upcoming == nil }

    /// Tells what shoppers did before the run.
    ///
    /// - Parameter patience: when not all was answered by then the run begins all the same.
    func tellBefore(patience: TimeAmount) -> EventLoopFuture<Void> {
        let promise = loop.makePromise(of: Void.self)
        var left = events.shopperCount * habits.eventsBefore
        while left > 0 {
            tell(min(left, habits.batch))
            left -= habits.batch
        }
        guard open > 0 else {
            promise.succeed()
            return promise.futureResult
        }
        toldBefore = promise
        loop.assumeIsolated().scheduleTask(in: patience) { self.endBefore() }
        return promise.futureResult
    }

    private func endBefore() {
        toldBefore?.succeed()
        toldBefore = nil
    }

    /// Tells the rest, evenly while requests fall due.
    func start(from start: NIODeadline, seconds: Double, requestsPerSecond: Double) {
        let perSecond = requestsPerSecond * habits.share
        guard perSecond > 0, events.shopperCount > 0 else { return }
        interval = .nanoseconds(Int64(min(1e18, 1e9 * Double(habits.batch) / perSecond)))
        end = start + .nanoseconds(Int64(seconds * 1e9))
        schedule(start + interval)
    }

    private func schedule(_ due: NIODeadline) {
        upcoming = due < end ? due : nil
        guard let upcoming else { return changed() }
        loop.assumeIsolated().scheduleTask(deadline: upcoming) {
            if self.isShutDown { return }
            self.tell(self.habits.batch)
            self.schedule(due + self.interval)
        }
    }

    private func tell(_ count: Int) {
        let ordinals = ordinal..<(ordinal + UInt64(count))
        ordinal = ordinals.upperBound
        open += 1
        pool.submit(EventErrand(caller: self, ordinals: ordinals))
        sweep()
    }

    /// Gives up what has been waited for too long, as long as there is anything to wait for.
    private func sweep() {
        guard !isSweeping, open > 0, !isShutDown else { return }
        isSweeping = true
        loop.assumeIsolated().scheduleTask(in: Self.sweepInterval) {
            self.isSweeping = false
            if self.isShutDown { return }
            self.pool.sweep(at: .now())
            self.sweep()
        }
    }

    /// Gives up everything; the future succeeds once every connection is closed.
    func shutDown() -> EventLoopFuture<Void> {
        isShutDown = true
        upcoming = nil
        for _ in 0..<retriesWaiting { board.tally.recordEventError("events were not taken before the end") }
        retriesWaiting = 0
        endBefore()
        return pool.shutDown()
    }

    fileprivate func message(_ ordinals: Range<UInt64>) -> HTTPMessage {
        let body = events.batch(ordinals)
        var headers = headers
        headers.add(name: "content-length", value: String(body.count))
        return HTTPMessage(
            head: HTTPRequestHead(version: .http1_1, method: .POST, uri: "/v1/events", headers: headers),
            body: ByteBuffer(bytes: body))
    }

    fileprivate func settle(_ errand: EventErrand, _ result: Result<HTTPAnswer, HTTPFailure>) {
        switch result {
        case .success(let answer) where answer.status == 200: count(answer)
        case .success(let answer):
            // Only what the service itself calls passing is worth another try.
            if answer.status == 503, retry(errand) { return }
            board.tally.recordEventError("events: HTTP \(answer.status)")
        case .failure(let failure):
            if failure != .abandoned, retry(errand) { return }
            board.tally.recordEventError("events: \(failure)")
        }
        open -= 1
        if open == 0 { endBefore() }
        changed()
    }

    private func count(_ answer: HTTPAnswer) {
        let bytes = answer.body.map { Array($0.readableBytesView) } ?? []
        guard let document = try? JSONReader.read(bytes), let accepted = document["accepted"]?.integer,
            let duplicates = document["duplicates"]?.integer
        else {
            board.tally.recordEventError("events: the answer does not say how many were accepted")
            return
        }
        // Known already: taken by an attempt whose answer was lost.
        board.tally.counts.events += accepted + duplicates
        board.tally.counts.eventsRefused += document["refused"]?.elements.count ?? 0
    }

    /// Tries again after a while, longer each time; false where the attempts are used up.
    private func retry(_ errand: EventErrand) -> Bool {
        guard errand.attempt < Self.attemptsMax, !isShutDown else { return false }
        errand.attempt += 1
        retriesWaiting += 1
        loop.assumeIsolated().scheduleTask(in: .milliseconds(50 << Int64(errand.attempt))) { [self] in
            if isShutDown { return }
            retriesWaiting -= 1
            pool.submit(errand)
        }
        return true
    }
}

/// One batch of events on its way.
private final class EventErrand: HTTPErrand {
    var attempt = 1
    private let caller: EventCaller
    private let ordinals: Range<UInt64>

    init(caller: EventCaller, ordinals: Range<UInt64>) {
        self.caller = caller
        self.ordinals = ordinals
    }

    func message() -> HTTPMessage { caller.message(ordinals) }

    func finish(_ result: Result<HTTPAnswer, HTTPFailure>, _ times: HTTPTimes) { caller.settle(self, result) }
}
