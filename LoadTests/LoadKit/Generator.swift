internal import NIOCore

/// Sends the requests of one plan and counts what becomes of them.
///
/// An open loop measures from the moment at which a request was *due*: when the server, or this client, falls behind,
/// the wait is part of the latency, and nothing is left out because an earlier answer was slow. Confined to its loop.
final class Generator {
    let loop: any EventLoop
    private let plan: LoadPlan
    private let source: any RequestSource
    /// Sees the whole answer to every request; the frame says where its body begins.
    private let observer: ((HTTPFrame, ByteBuffer) -> Void)?

    private var clock: ArrivalClock?
    private let pool: ConnectionSet
    private var waiting = CircularBuffer<Waiting>()
    private var tally = LoadTally()
    private var underWay = 0

    private var start: UInt64 = 0
    private var windowEnd: UInt64 = 0
    private var startCPU: UInt64 = 0
    private var next: Alarm?
    private var chores: Alarm?
    private let ended: EventLoopPromise<LoadResult>
    private var isOver = false

    /// A request that is due and has no connection yet.
    private struct Waiting {
        let due: UInt64
        let request: PreparedRequest
    }

    /// Two wake-ups are so far apart at least: below this the timer costs more than it gains.
    private static let wakeNanosMin: UInt64 = 20_000
    private static let choreNanos: UInt64 = 20_000_000

    /// A generator that has not begun.
    init(
        _ plan: LoadPlan, source: any RequestSource, on loop: any EventLoop,
        observer: ((HTTPFrame, ByteBuffer) -> Void)? = nil
    ) throws {
        loop.preconditionInEventLoop()
        self.loop = loop
        self.plan = plan
        self.source = source
        self.observer = observer
        pool = try ConnectionSet(plan.target, count: plan.connections, on: loop)
        ended = loop.makePromise()
        if case .open(let arrivals, let rate) = plan.pace {
            clock = ArrivalClock(arrivals, requestsPerSecond: rate, seconds: plan.seconds, seed: plan.seed)
        }
    }

    static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    /// Opens the connections and runs the plan to its end.
    ///
    /// - Returns: fails only where no connection can be opened at the start.
    func run() -> EventLoopFuture<LoadResult> {
        pool.openAll(for: self).assumeIsolated().whenComplete { result in
            switch result {
            case .success: self.begin()
            case .failure(let error): self.abandon(error)
            }
        }
        return ended.futureResult
    }

    private func begin() {
        // The alarms keep the generator while it runs, and are let go at its end.
        let next = Alarm { self.pump() }
        let chores = Alarm { self.doChores() }
        self.next = next
        self.chores = chores
        startCPU = ThreadClock.cpuNanos
        start = Self.now + leadNanos
        windowEnd = start + UInt64(plan.seconds * 1e9)
        chores.set(loop, at: start)
        next.set(loop, at: start)
    }

    /// From the last connection to the first request: TLS handshakes go on after a connection is open, and no
    /// request should pay for one.
    private var leadNanos: UInt64 {
        plan.target.authority == nil ? 1_000_000 : 200_000_000 + UInt64(plan.connections) * 3_000_000
    }

    // MARK: Sending

    /// Takes what is due, sends what can be sent, and sets the alarm for what is next.
    private func pump() {
        if isOver { return }
        if clock == nil { return startClosedLoop() }
        let now = Self.now
        takeDue(at: now)
        sendWaiting()
        guard let due = clock?.dueNanos, let next, !next.isSet else { return }
        next.set(loop, at: max(start + due, now + Self.wakeNanosMin))
    }

    private func startClosedLoop() {
        // At most once each: a connection that fails at once must not be taken again and again.
        for _ in 0..<plan.connections {
            guard let connection = pool.takeIdle() else { return }
            sendNext(on: connection)
        }
    }

    private func takeDue(at now: UInt64) {
        while let nanos = clock?.dueNanos, start + nanos <= now {
            let due = start + nanos
            clock?.advance()
            guard let request = source.next() else { continue }
            tally.counts.due += 1
            if waiting.isEmpty, let connection = pool.takeIdle() {
                send(request, due: due, on: connection)
            } else {
                waiting.append(Waiting(due: due, request: request))
            }
        }
    }

    private func sendWaiting() {
        while let first = waiting.first {
            let now = Self.now
            // Behind a closed door a queue is bounded by the time that its entries may wait.
            if now - first.due > patience(first.request) {
                waiting.removeFirst()
                tally.counts.unsent += 1
            } else if let connection = pool.takeIdle() {
                waiting.removeFirst()
                send(first.request, due: first.due, on: connection)
            } else {
                return
            }
        }
    }

    private func patience(_ request: PreparedRequest) -> UInt64 {
        plan.timeoutMillis.map { UInt64($0) * 1_000_000 } ?? request.allowanceNanos
    }

    private func send(_ request: PreparedRequest, due: UInt64, on connection: LoadConnection) {
        tally.counts.sent += 1
        underWay += 1
        connection.send(request, due: due, at: Self.now)
    }

    /// Closed loop: due is when it is sent.
    private func sendNext(on connection: LoadConnection) {
        let now = Self.now
        guard !isOver, now < windowEnd, let request = source.next() else { return pool.putIdle(connection) }
        tally.counts.due += 1
        tally.counts.sent += 1
        underWay += 1
        connection.send(request, due: now, at: now)
    }

    // MARK: What connections tell

    func answered(
        _ connection: LoadConnection, _ errand: LoadConnection.Errand, _ frame: HTTPFrame, _ bytes: ByteBuffer
    ) {
        // What still comes at the end has been counted as lost.
        if isOver { return }
        underWay -= 1
        let times = LoadTally.Times(
            due: errand.due, sent: errand.sent, answered: Self.now, allowance: errand.allowance)
        tally.record(frame, times, windowEnd: windowEnd)
        observer?(frame, bytes)
        guard connection.isOpen, !frame.closes else { return }
        if clock == nil {
            sendNext(on: connection)
        } else {
            pool.putIdle(connection)
            pump()
        }
    }

    /// A connection is gone, with what was under way on it.
    func closed(_ connection: LoadConnection, _ errand: LoadConnection.Errand?) {
        pool.remove(connection)
        if isOver { return }
        if errand == nil {
            tally.counts.closedIdle += 1
        } else {
            underWay -= 1
            tally.counts.failed += 1
        }
    }

    /// A connection that replaces a lost one.
    private func opened(_ connection: LoadConnection) {
        if clock == nil { return sendNext(on: connection) }
        pool.putIdle(connection)
        pump()
    }

    // MARK: Chores

    private func doChores() {
        if isOver { return }
        let now = Self.now
        pool.closeStuck(sentBefore: now - UInt64(plan.giveUpMillis) * 1_000_000)
        if now < windowEnd {
            tally.counts.connectsFailed += pool.takeFailures()
            pool.refill(for: self) { self.opened($0) }
        }
        // Answers may all have stopped, and what waits must not wait for one.
        if clock != nil { sendWaiting() }
        let isDone = now >= windowEnd && underWay == 0 && waiting.isEmpty && clock?.dueNanos == nil
        if isDone || now > windowEnd + UInt64(plan.giveUpMillis) * 1_000_000 { return finish() }
        chores?.set(loop, at: now + Self.choreNanos)
    }

    private func finish() {
        let cpu = ThreadClock.cpuNanos - startCPU
        let elapsed = Self.now - start
        isOver = true
        next = nil
        chores = nil
        tally.counts.failed += underWay
        tally.counts.unsent += waiting.count
        let answered = max(1, tally.counts.answered)
        let result = LoadResult(
            offeredRps: plan.offeredRps, seconds: plan.seconds, connections: plan.connections, counts: tally.counts,
            answeredRps: Double(tally.counts.answeredInWindow) / plan.seconds,
            fromDue: tally.fromDue.percentiles, fromSent: tally.fromSent.percentiles,
            clientMicros: Double(cpu) / 1_000 / Double(answered), clientBusy: Double(cpu) / Double(elapsed),
            bidBytesMean: tally.counts.bids == 0 ? 0 : tally.counts.bidBytes / tally.counts.bids)
        pool.closeAll().assumeIsolated().whenComplete { _ in self.ended.succeed(result) }
    }

    private func abandon(_ error: any Error) {
        isOver = true
        pool.closeAll().assumeIsolated().whenComplete { _ in self.ended.fail(error) }
    }
}
