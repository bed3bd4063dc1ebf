internal import Auction
internal import CSimdJSON
internal import Consent
internal import EventLog
internal import OpenRTB
internal import Sealing
internal import Units

/// What one event loop bids with, run over a workload: the only place that calls what is measured.
@safe
final class BidPath {
    // Invariant: `bare` is a parser made in `init`, used by one call at a time, destroyed in `deinit`.
    private let bare: OpaquePointer
    private let workload: Workload
    private let reader = BidRequestReader()
    private let auction: Auction
    private let sealer: Sealer
    private let policy: ConsentPolicy
    private let snapshots: [Run: Snapshot]
    private let plain = [UInt8](repeating: 9, count: 240)
    private var record = ByteWriter()

    /// - Parameters:
    ///   - runs: those that will be asked for; the others have no strategies.
    ///   - strategies: how many.
    init(_ workload: Workload, for runs: [Run], strategies: Int) throws {
        guard let bare = unsafe vendue_json_create(Workload.bytesMax, 32, 0) else {
            preconditionFailure("no memory for a parser")
        }
        unsafe self.bare = unsafe bare
        self.workload = workload
        var policy = ConsentPolicy()
        policy.vendorID = 755
        self.policy = policy
        let key = SealingKey(id: 1, created: Instant(micros: 0), bytes: [UInt8](repeating: 7, count: 64))
        sealer = Sealer(ring: KeyRing(keys: [key]))
        auction = Auction(
            ring: KeyRing(keys: [key]), visitorKey: [UInt8](repeating: 3, count: 32), time: SystemTime())
        auction.use(Origin("https://bid.example"))
        var snapshots: [Run: Snapshot] = [:]
        for run in runs { snapshots[run] = try run.cast?.snapshot(strategies: strategies) }
        self.snapshots = snapshots
        record.append([UInt8](repeating: 1, count: 300))
    }

    deinit { unsafe vendue_json_destroy(bare) }

    /// What a round writes into; a new one each round, so that every round does the same.
    struct Tray: ~Copyable {
        fileprivate var response = ByteWriter(capacity: 1 << 16)
        fileprivate var token = [UInt8](repeating: 0, count: Sealer.tokenCount(240))
        fileprivate var seeds = SeedGenerator(root: Seed(high: 1, low: 2), stream: 0)
        fileprivate let ring = DecisionRing(capacity: 1 << 20)
        fileprivate var bytesSeen = 0
        /// Requests with a consent string that agrees to everything.
        fileprivate var agreed = 0
        /// Requests that got a bid.
        fileprivate(set) var bids = 0

        /// Records that found no room: there must be none, as refusing one costs less.
        var refused: UInt64 { ring.refused }
    }

    /// Runs `run` once for every request.
    @inline(never)
    func round(_ run: Run, _ tray: inout Tray) {
        switch run {
        case .empty: for index in 0..<workload.count { tray.bytesSeen += unsafe workload.body(index).count }
        case .parse: for index in 0..<workload.count { parse(index) }
        case .read: for index in 0..<workload.count { read(index) }
        case .consent: decideConsent(&tray)
        case .seal: for _ in 0..<workload.count { seal(&tray) }
        case .record: for _ in 0..<workload.count { tray.ring.push(record) }
        case .paused, .unmatched, .unfit, .silent, .unpaid, .bidding: holdAuctions(run, &tray)
        }
    }

    private func parse(_ index: Int) {
        let body = unsafe workload.body(index)
        guard let start = body.baseAddress else { return }
        let result = unsafe vendue_json_parse(bare, start, body.count)
        precondition(result == VENDUE_JSON_OK, "a generated request is no JSON")
    }

    private func read(_ index: Int) {
        do throws(ReadError) {
            try unsafe reader.read(workload.body(index))
        } catch {
            preconditionFailure("a generated request cannot be read: \(error)")
        }
    }

    /// In November 2026, when consent of the generated requests is five months old.
    private func decideConsent(_ tray: inout Tray) {
        let instant = Instant(seconds: 1_793_500_000)
        for index in 0..<workload.count {
            read(index)
            let decision = policy.decide(ConsentSignals(of: reader.request), at: instant)
            if decision.because == .tcfConsent { tray.agreed += 1 }
        }
    }

    private func holdAuctions(_ run: Run, _ tray: inout Tray) {
        guard let snapshot = snapshots[run] else { preconditionFailure("no strategies for \(run)") }
        let instant = Instant(seconds: 1_800_000_000)
        let ring = tray.ring
        for index in 0..<workload.count {
            read(index)
            tray.response.clear()
            let context = AuctionContext(
                snapshot: snapshot, exchange: 0, instant: instant, seed: tray.seeds.next(), deadline: .none)
            let outcome = auction.hold(reader.request, context, into: &tray.response, record: { ring.push($0) })
            if case .bid = outcome { tray.bids += 1 }
        }
    }

    private func seal(_ tray: inout Tray) {
        unsafe plain.withUnsafeBufferPointer { plain in
            unsafe tray.token.withUnsafeMutableBufferPointer { token in
                guard let start = token.baseAddress else { return }
                _ = unsafe sealer.seal(plain, into: start)
            }
        }
    }
}

extension BidPath {
    /// Runs each auction once and says where one does not end at the step that it is there for, because then the
    /// differences would mean something else.
    ///
    /// - Returns: faults, none when all is well.
    func faults(of runs: [Run]) -> [String] {
        runs.flatMap { run in
            auction.forgetPasses()
            var tray = Tray()
            round(run, &tray)
            var faults = tray.refused > 0 ? ["\(run): \(tray.refused) records found no room"] : []
            // Else no string would have been decoded.
            if run == .consent, tray.agreed == 0 { faults.append("\(run): nobody agreed") }
            guard run.cast != nil else { return faults }
            if (tray.bids > 0) != (run == .bidding) { faults.append("\(run): \(tray.bids) bids") }
            if let reason = run.ending, auction.passes[Int(reason.rawValue)] == 0 {
                faults.append("\(run): no strategy stopped at \(reason)")
            }
            for reason in run.tooLate where auction.passes[Int(reason.rawValue)] > 0 {
                faults.append("\(run): a strategy got as far as \(reason)")
            }
            return faults
        }
    }

    /// Requests that get a bid.
    func bidCount() -> Int {
        var tray = Tray()
        round(.bidding, &tray)
        return tray.bids
    }
}

extension Run {
    /// Why strategies make no bid in it; nil where that may go uncounted, or there is a bid.
    fileprivate var ending: PassReason? {
        switch self {
        case .unfit: .format
        case .silent: .strategyPassed
        case .unpaid: .budget
        default: nil
        }
    }

    /// Reasons that nobody may get as far as.
    fileprivate var tooLate: [PassReason] {
        switch self {
        case .paused: [.format, .floor, .strategyPassed, .budget, .outbid]
        case .unmatched: [.format, .floor, .strategyPassed, .budget, .outbid]
        case .unfit: [.floor, .strategyPassed, .budget, .outbid]
        case .silent: [.budget, .outbid]
        case .unpaid: [.outbid]
        default: []
        }
    }
}
