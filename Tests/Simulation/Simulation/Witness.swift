internal import Documents
internal import EventLog
internal import Events
internal import Ledger
internal import Units

/// Whoever counts along: what the exchanges and browsers know, what is on the disk, and nothing of what the service
/// keeps in memory.
///
/// Its figures are kept bid by bid, where the service's are sums, so that the two can hardly be wrong together.
struct Witness {
    /// A bid and what the disk says of it.
    struct Bid {
        let received: ReceivedBid
        /// Indices of its strategy's and its advertiser's account.
        let accounts: [Int]
        /// Of which start of the service.
        let epoch: Int
        /// A bit for each kind of event that the log has, by its raw value.
        var logged: UInt8 = 0
        var isRecorded = false
        /// Budgets of its accounts when it was sent.
        let limits: [Limits]
        /// Sent, and gone with a crash before its record was durable.
        var isLost = false
        /// Whether its reservation has expired by some clock: it does not come back with another.
        var isOver = false
        var isSettled = false
        /// Whether a record has ended its reservation.
        var isEnded = false
        /// Whether that was while it lived: then the record counts it, where the log does not have the bid.
        var isEndedInTime = false
        /// Prices that notices told, by kind of event.
        var told: [EventKind: Set<Int64>] = [:]

        func has(_ kind: EventKind) -> Bool { logged & 1 << kind.rawValue != 0 }
    }

    /// What may be spent in all and in a day; nil without a limit.
    struct Limits {
        var total: Micros?
        var daily: Micros?

        /// Whether more may be spent by these than by others, of either.
        func exceeds(_ other: Limits) -> Bool {
            Self.nanos(total) > Self.nanos(other.total) || Self.nanos(daily) > Self.nanos(other.daily)
        }

        private static func nanos(_ limit: Micros?) -> Int64 { limit?.rawValue ?? .max }
    }

    /// The money of a strategy or an advertiser.
    struct Account {
        let id: AccountID
        var limits = Limits()
        var clock: LocalClock
        /// Since the run began.
        var highestTotal: Spend?
        var settled = Spend.zero
        /// Part of it that no living reservation covered: billed late, or lost with a crash.
        var uncovered = Spend.zero
        /// Of the bids that are recorded, and those of this epoch that were sent.
        var reserved = Spend.zero
        /// Bids whose reservation no record has ended, expired ones among them: a clock that is set back may revive them.
        var living: [Int] = []
        var settlements: [(instant: Instant, amount: Spend)] = []
    }

    private(set) var bids: [Bid] = []
    var accounts: [Account] = []
    private var numbers: [BidID: Int] = [:]
    private var places: [AccountID: Int] = [:]
    private(set) var epoch = 0
    /// When it began.
    private var began: Instant
    /// The latest time that the service's ledger can have been told.
    var latest: Instant
    private(set) var lastSequence: UInt64 = 0
    private(set) var events = 0
    /// How far each segment has been seen.
    private var seen: [String: Int] = [:]

    init(at instant: Instant) {
        latest = instant
        began = instant
    }

    /// Takes note that the ledger is told the time.
    mutating func hear(_ instant: Instant) {
        latest = max(latest, instant)
    }

    // MARK: What is agreed

    /// Takes the budgets that are in force from now on.
    mutating func learn(_ registry: SimulatedRegistry) {
        for document in registry.advertisers {
            learn(.advertiser(document.id), document.budget.total, document.budget.daily, document.clock)
        }
        for document in registry.strategies {
            learn(.strategy(document.id), document.budget.total, document.budget.daily, document.clock)
        }
    }

    private mutating func learn(_ id: AccountID, _ total: Micros?, _ daily: Micros?, _ clock: LocalClock) {
        let isNew = places[id] == nil
        let place = places[id] ?? accounts.count
        if isNew {
            places[id] = place
            accounts.append(Account(id: id, clock: clock))
        }
        let limit = total.map { Spend(nanos: $0.rawValue * 1000) }
        let before = accounts[place].highestTotal
        accounts[place].highestTotal = isNew ? limit : before.flatMap { before in limit.map { max(before, $0) } }
        accounts[place].limits = Limits(total: total, daily: daily)
    }

    // MARK: What is sent

    /// Takes the bids of one answer, and holds them to the budgets.
    mutating func receive(_ received: [ReceivedBid], _ registry: SimulatedRegistry) throws(Violation) {
        for bid in received {
            guard let owner = registry.strategies.first(where: { $0.id == bid.strategy })?.advertiser,
                let strategy = places[.strategy(bid.strategy)], let advertiser = places[.advertiser(owner)]
            else { throw Violation(invariant: .nothingIsInvented, detail: "a bid of unknown \(bid.strategy)") }
            guard numbers.updateValue(bids.count, forKey: bid.id) == nil else {
                throw Violation(invariant: .countedOnce, detail: "two bids have the id \(bid.id)")
            }
            for place in [strategy, advertiser] where !bid.isTest {
                accounts[place].reserved += bid.reserved
                accounts[place].living.append(bids.count)
            }
            let limits = [strategy, advertiser].map { accounts[$0].limits }
            bids.append(Bid(received: bid, accounts: [strategy, advertiser], epoch: epoch, limits: limits))
        }
        for bid in bids.suffix(received.count) where !bid.received.isTest {
            for place in bid.accounts { try holdToBudget(place) }
        }
    }

    /// Remembers what a notice is about to tell.
    mutating func tell(_ notice: Notice) {
        guard notice.deserts == .record, let price = notice.price else { return }
        bids[notice.bid].told[notice.kind, default: []].insert(price.micros)
    }

    /// Holds an acknowledgement to what the disk has.
    func acknowledge(_ notice: Notice) throws(Violation) {
        guard bids[notice.bid].has(notice.kind) else {
            throw Violation(
                invariant: .nothingIsLost,
                detail: "\(notice.kind) of \(bids[notice.bid].received.id) is acknowledged, and not in the log")
        }
    }

    // MARK: What is on the disk

    /// Reads what has become durable since the last look.
    mutating func look(at disk: SimulatedDisk) throws(Violation) {
        for (name, count) in disk.synced() where count > seen[name] ?? 0 {
            seen[name] = count
            let bytes = disk.syncedBytes(name)
            do {
                _ = try Segment.walk(bytes, file: name) { (sequence, payload) throws(LogError) in
                    guard sequence > lastSequence else { return }
                    try note(sequence, payload)
                }
            } catch {
                if let fault { throw fault }
                throw Violation(invariant: .opens, detail: "\(error)")
            }
        }
    }

    /// What is wrong with a record, while a walk is under way.
    private var fault: Violation?

    private mutating func note(_ sequence: UInt64, _ payload: ArraySlice<UInt8>) throws(LogError) {
        do throws(Violation) {
            guard sequence == lastSequence + 1 else {
                throw Violation(
                    invariant: .nothingIsLost, detail: "record \(sequence) comes after record \(lastSequence)")
            }
            lastSequence = sequence
            guard let event = EventCoder.read(payload) else { return }
            events += 1
            try note(event)
        } catch {
            fault = error
            throw .unprepared
        }
    }

    private mutating func note(_ event: Event) throws(Violation) {
        guard let number = numbers[event.facts.bidID] else {
            throw Violation(invariant: .nothingIsInvented, detail: "\(event.id) is of a bid that nobody received")
        }
        guard !bids[number].has(event.kind) else {
            throw Violation(invariant: .countedOnce, detail: "\(event.id) is in the log twice")
        }
        bids[number].logged |= 1 << event.kind.rawValue
        let bid = bids[number]
        guard event.facts.price == bid.received.price, event.facts.isTest == bid.received.isTest,
            event.facts.exchange == bid.received.exchange, event.facts.strategy == bid.received.strategy
        else { throw Violation(invariant: .nothingIsInvented, detail: "\(event.id) says what was not sent") }
        if let price = event.price, !(bid.told[event.kind]?.contains(price.micros) ?? false) {
            throw Violation(invariant: .nothingIsInvented, detail: "\(event.id) has a price that nobody told")
        }
        if event.kind == .bid { bids[number].isRecorded = true }
        try settle(number, event)
    }

    /// Reckons what an event spends and ends, and holds it to what it says itself.
    private mutating func settle(_ number: Int, _ event: Event) throws(Violation) {
        let bid = bids[number]
        var spent: Spend?
        if event.kind == bid.received.billableKind, !bid.received.isTest, let price = event.price {
            spent = Spend(at: price, quantity: bid.received.quantity)
        }
        guard event.settled == spent else {
            throw Violation(
                invariant: .countedOnce,
                detail: "\(event.id) spends \(event.settled?.nanos ?? 0), not \(spent?.nanos ?? 0)")
        }
        let ends = (spent != nil || event.kind == .loss) && !bid.isEnded && !bid.received.isTest
        guard event.released == (ends ? bid.received.reserved : nil) else {
            throw Violation(invariant: .countedOnce, detail: "\(event.id) ends \(event.released?.nanos ?? 0)")
        }
        let isOwn = bid.epoch == epoch
        let isInTime =
            Ledger.Account.lives(bid.received.instant, at: event.instant)
            && (isOwn || Ledger.Account.lives(bid.received.instant, at: began))
        for place in bid.accounts {
            if ends, isInTime, bid.isLost { accounts[place].reserved += bid.received.reserved }
            let isCovered = !bid.isLost && accounts[place].living.contains(number) && lives(bid)
            if let spent {
                accounts[place].settled += spent
                accounts[place].settlements.append((event.instant, spent))
                if !isCovered { accounts[place].uncovered += spent }
                try holdToBound(place)
            }
            if ends { accounts[place].living.removeAll { $0 == number } }
        }
        if spent != nil { bids[number].isSettled = true }
        if ends {
            bids[number].isEnded = true
            bids[number].isEndedInTime = isInTime
        }
    }

    // MARK: Crashes

    /// Takes note of a start: what the old process knew and the disk does not have is lost.
    ///
    /// - Returns: bids that are.
    mutating func restart(at instant: Instant) -> Int {
        var lost = 0
        begin(at: instant)
        latest = instant
        began = instant
        for number in bids.indices where bids[number].epoch == epoch {
            let bid = bids[number]
            if bid.isRecorded || bid.received.isTest { continue }
            bids[number].isLost = true
            lost += 1
            for place in bid.accounts {
                if !bid.isEndedInTime { accounts[place].reserved -= bid.received.reserved }
            }
        }
        epoch += 1
        return lost
    }

    /// Takes note that a process looks at the log, and may write that it did: what has expired by its clock is over.
    mutating func begin(at instant: Instant) {
        for number in Set(accounts.flatMap(\.living)) where hasExpired(bids[number].received.instant, at: instant) {
            bids[number].isOver = true
        }
    }

    /// Whether a reservation has expired when the service starts: by the clock of before, or by that of now.
    private func hasExpired(_ bidInstant: Instant, at start: Instant) -> Bool {
        Self.minute(latest) > Self.minute(bidInstant) + Ledger.Account.lifetimeMinutes
            || !Ledger.Account.lives(bidInstant, at: start)
    }
}
