internal import Units

/// What a connection may take its time with, each limit with its reason.
enum ConnectionTimes {
    /// From a request's first byte to the end of its header. A real sender's header comes in one packet.
    static let headerSeconds: Int64 = 5
    /// The same for a TLS handshake, from the connection's start.
    static let handshakeSeconds: Int64 = 10
    /// A body may pause for this long in all, and comes faster than this otherwise.
    static let bodyGraceSeconds: Int64 = 5
    static let bodyBytesPerSecondMin: Int64 = 16_384
    /// In which the peer takes what was written.
    static let writeSeconds: Int64 = 10
    /// Between requests; exchanges ask for 150 at least.
    static let idleSeconds: Int64 = 300
    /// After a refusal, in which the peer may read it before the connection is reset under its unread bytes.
    static let lingerSeconds: Int64 = 2
}

/// What one connection is waiting for, and since when: a value that tells when waiting has lasted too long.
struct ConnectionWatch: Equatable {
    enum Stage: Equatable {
        case handshake
        /// Between requests.
        case idle
        case header
        case body
        /// Ours to answer: the peer is not to blame.
        case answering
        /// Refused, and only waiting for the peer to see it.
        case lingering
    }

    enum Verdict: Equatable {
        case wait
        /// To be told 408, then closed.
        case tooSlow
        /// To be closed without a word.
        case close
    }

    private(set) var stage: Stage
    private var since: Moment
    /// When something written first did not fit into the socket; nil when all has gone.
    private var blockedSince: Moment?

    init(_ stage: Stage, at now: Moment) {
        self.stage = stage
        since = now
    }

    /// Enters a stage; staying in one does not make it younger.
    mutating func enter(_ stage: Stage, at now: Moment) {
        guard self.stage != stage else { return }
        self.stage = stage
        since = now
    }

    mutating func wroteAll() { blockedSince = nil }

    /// Whether something written has not gone.
    var isBlocked: Bool { blockedSince != nil }

    mutating func block(at now: Moment) { blockedSince = blockedSince ?? now }

    /// - Parameter received: bytes of the request at hand so far.
    func verdict(at now: Moment, received: Int) -> Verdict {
        if let blockedSince, Self.seconds(from: blockedSince, to: now) >= ConnectionTimes.writeSeconds { return .close }
        let seconds = Self.seconds(from: since, to: now)
        switch stage {
        case .handshake: return seconds >= ConnectionTimes.handshakeSeconds ? .close : .wait
        case .idle: return seconds >= ConnectionTimes.idleSeconds ? .close : .wait
        case .header: return seconds >= ConnectionTimes.headerSeconds ? .tooSlow : .wait
        case .body:
            let due = (seconds - ConnectionTimes.bodyGraceSeconds) * ConnectionTimes.bodyBytesPerSecondMin
            return due >= 0 && Int64(received) <= due ? .tooSlow : .wait
        case .answering: return .wait
        case .lingering: return seconds >= ConnectionTimes.lingerSeconds ? .close : .wait
        }
    }

    private static func seconds(from start: Moment, to now: Moment) -> Int64 {
        (now.nanos - start.nanos) / 1_000_000_000
    }
}
