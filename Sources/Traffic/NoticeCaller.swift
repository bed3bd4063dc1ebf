internal import NIOCore
internal import NIOHTTP1
internal import Units

/// Makes the notices that auctions lead to, on connections of their own, and counts what is acknowledged.
///
/// Confined to its event loop.
final class NoticeCaller {
    private let loop: any EventLoop
    private let pool: ConnectionPool
    private let board: ScoreBoard
    private let headers: HTTPHeaders
    /// Called whenever ``isQuiet`` may have become true.
    private let changed: () -> Void
    private var chainsOpen = 0
    private var retriesWaiting = 0
    fileprivate private(set) var isShutDown = false

    /// How often one notice is tried when the service or the connection fails.
    static let attemptsMax = 4

    /// A desk without work; nobody else may use its pool, and `host` is for the `Host` header.
    init(
        loop: any EventLoop, pool: ConnectionPool, board: ScoreBoard, host: String, changed: @escaping () -> Void
    ) {
        self.loop = loop
        self.pool = pool
        self.board = board
        self.changed = changed
        headers = ["host": host, "content-length": "0"]
    }

    /// Whether every notice asked for has been settled.
    var isQuiet: Bool { chainsOpen == 0 }

    /// Makes the notices of a bid, each after the one before it was settled.
    func make(_ steps: [NoticeStep], of bid: String, isTest: Bool, in currency: Currency) {
        if steps.isEmpty { return }
        chainsOpen += 1
        NoticeChain(desk: self, steps: steps, bid: bid, isTest: isTest, currency: currency).advance()
    }

    /// Gives up everything; the future succeeds once every connection is closed.
    func shutDown() -> EventLoopFuture<Void> {
        isShutDown = true
        for _ in 0..<retriesWaiting { board.tally.recordNoticeError("a notice was not acknowledged before the end") }
        retriesWaiting = 0
        return pool.shutDown()
    }

    /// Gives up what has been waited for too long.
    func sweep(at now: NIODeadline) { pool.sweep(at: now) }

    fileprivate func head(of target: NoticeTarget) -> HTTPRequestHead {
        HTTPRequestHead(version: .http1_1, method: .GET, uri: target.text, headers: headers)
    }

    fileprivate func send(_ errand: NoticeErrand) {
        if errand.isRepeat { board.tally.counts.repeats += 1 }
        pool.submit(errand)
    }

    /// Tries again after a while, longer each time.
    ///
    /// - Returns: false where the attempts are used up.
    fileprivate func retry(_ errand: NoticeErrand) -> Bool {
        guard errand.attempt < Self.attemptsMax, !isShutDown else { return false }
        board.tally.counts.retries += 1
        retriesWaiting += 1
        loop.assumeIsolated().scheduleTask(in: .milliseconds(50 << Int64(errand.attempt))) { [self] in
            if isShutDown { return }
            retriesWaiting -= 1
            pool.submit(errand)
        }
        return true
    }

    fileprivate func recordError(_ description: @autoclosure () -> String) {
        board.tally.recordNoticeError(description())
    }

    /// Counts an acknowledged step, once.
    fileprivate func record(_ step: NoticeStep, of chain: NoticeChain) {
        guard !chain.isTest else {
            board.tally.counts.testNotices += 1
            return
        }
        switch step.kind {
        case .win:
            board.tally.counts.wins += 1
            board.tally.record(at: board.second(of: .now())) { $0.wins += 1 }
        case .billing: break
        case .loss: board.tally.counts.losses += 1
        case .impression: board.tally.counts.impressions += 1
        case .click: board.tally.counts.clicks += 1
        case .conversion: board.tally.counts.conversions += 1
        }
        if let bill = step.bill { board.tally.bill(bill, in: chain.currency) }
    }

    fileprivate func ended() {
        chainsOpen -= 1
        changed()
    }
}

/// The notices of one bid in their order, as far as they have come.
private final class NoticeChain {
    let bid: String
    let isTest: Bool
    let currency: Currency
    private let desk: NoticeCaller
    private var remaining: ArraySlice<NoticeStep>
    /// What the click redirect called the click.
    private var click: String?
    /// Of the step under way.
    private var outstanding = 0
    private var isAcknowledged = false

    init(desk: NoticeCaller, steps: [NoticeStep], bid: String, isTest: Bool, currency: Currency) {
        self.desk = desk
        self.bid = bid
        self.isTest = isTest
        self.currency = currency
        remaining = steps[...]
    }

    /// Takes the next step, or ends.
    func advance() {
        guard !desk.isShutDown, let step = remaining.popFirst(), let targets = targets(of: step) else {
            desk.ended()
            return
        }
        outstanding = targets.count * step.copies
        isAcknowledged = false
        for copy in 0..<step.copies {
            for target in targets {
                desk.send(NoticeErrand(chain: self, desk: desk, step: step, target: target, isRepeat: copy > 0))
            }
        }
    }

    /// What a step calls; nil where a conversion has no click to name.
    private func targets(of step: NoticeStep) -> [NoticeTarget]? {
        guard step.kind == .conversion else { return step.targets }
        guard let click else {
            desk.recordError("the click on bid \(bid) led to a URL without vclick")
            return nil
        }
        return step.targets.map { NoticeTarget(path: $0.text + click) }
    }

    /// Called when one copy of a step's notice has been answered, or will not be.
    func settled(_ step: NoticeStep, by answer: HTTPAnswer?) {
        outstanding -= 1
        if let answer {
            isAcknowledged = true
            if step.kind == .click, let location = answer.head.headers.first(name: "location") {
                click = click ?? NoticeTarget.parameter("vclick", of: location)
            }
        }
        guard outstanding == 0 else { return }
        if isAcknowledged {
            desk.record(step, of: self)
        } else if step.kind == .impression || step.kind == .click {
            // What a browser could not show is not clicked, and what could not be clicked does not convert.
            remaining = []
        }
        advance()
    }
}

/// One copy of one notice.
private final class NoticeErrand: HTTPErrand {
    let isRepeat: Bool
    private(set) var attempt = 1
    private let chain: NoticeChain
    private let desk: NoticeCaller
    private let step: NoticeStep
    private let target: NoticeTarget

    init(chain: NoticeChain, desk: NoticeCaller, step: NoticeStep, target: NoticeTarget, isRepeat: Bool) {
        self.chain = chain
        self.desk = desk
        self.step = step
        self.target = target
        self.isRepeat = isRepeat
    }

    func message() -> HTTPMessage { HTTPMessage(head: desk.head(of: target), body: nil) }

    func finish(_ result: Result<HTTPAnswer, HTTPFailure>, _ times: HTTPTimes) {
        switch result {
        case .success(let answer)
        where step.kind.isAcknowledged(
            status: answer.status, contentType: answer.head.headers.first(name: "content-type")):
            chain.settled(step, by: answer)
        case .success(let answer):
            // Only what the service itself calls passing is worth another try.
            if answer.status == 503, retryLater() { return }
            desk.recordError("\(step.kind.rawValue) notice of bid \(chain.bid): HTTP \(answer.status)")
            chain.settled(step, by: nil)
        case .failure(let failure):
            if failure != .abandoned, retryLater() { return }
            desk.recordError("\(step.kind.rawValue) notice of bid \(chain.bid): \(failure)")
            chain.settled(step, by: nil)
        }
    }

    private func retryLater() -> Bool {
        guard desk.retry(self) else { return false }
        attempt += 1
        return true
    }
}
