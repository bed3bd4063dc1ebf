/// What can be fuzzed: readers of bytes that strangers send, and what is done with what they read.
package enum FuzzSubject: String, CaseIterable, Sendable {
    /// A bid request, from bytes to the response and its records.
    case openrtb
    /// Notice tokens: opening, sealing, and what they carry.
    case token
    /// The value in place of a price macro.
    case price
    /// Records of the log, and segments of them.
    case logRecord = "log-record"
    /// The targeting language.
    case targeting
    /// Strategies, advertisers, exchanges, audiences and creatives.
    case strategy
    /// HTTP requests, in whatever pieces they come.
    case http
    /// Events of visitors, as advertisers send them.
    case events
    /// TCF, GPP and US privacy strings.
    case consent

    /// A check with a state of its own: to be used by one thread.
    package func makeCheck() -> any InputCheck {
        switch self {
        case .openrtb: OpenRTBSubject()
        case .token: TokenSubject()
        case .price: PriceSubject()
        case .logRecord: LogRecordSubject()
        case .targeting: TargetingSubject()
        case .strategy: StrategySubject()
        case .http: HTTPSubject()
        case .events: EventSubject()
        case .consent: ConsentSubject()
        }
    }

    /// Inputs to start from: sound ones, made by the code that writes them in service. The same at every call.
    package var seeds: [[UInt8]] {
        switch self {
        case .openrtb: OpenRTBSubject.seeds
        case .token: TokenSubject.seeds
        case .price: PriceSubject.seeds
        case .logRecord: LogRecordSubject.seeds
        case .targeting: TargetingSubject.seeds
        case .strategy: StrategySubject.seeds
        case .http: HTTPSubject.seeds
        case .events: EventSubject.seeds
        case .consent: ConsentSubject.seeds
        }
    }

    /// Puts one input through a fresh check.
    ///
    /// - Complexity: makes the subject's whole world; a loop takes ``makeCheck()`` once.
    package func run(_ input: [UInt8]) { makeCheck().check(input) }
}

/// The properties of one subject, whatever the input.
package protocol InputCheck {
    /// Returns when every property holds for the input, and ends the process when one does not.
    ///
    /// What it does depends on the input alone, never on inputs before it: else a finding could not be replayed.
    func check(_ input: [UInt8])
}

/// Ends the process where a property does not hold, saying which.
package enum Property {
    /// - Parameter claim: what should have been true.
    package static func holds(_ condition: Bool, _ claim: @autoclosure () -> String) {
        if condition { return }
        broken(claim())
    }

    /// Not `preconditionFailure`, which says nothing in a release build.
    package static func broken(_ claim: String) -> Never { fatalError("property broken: \(claim)") }
}
