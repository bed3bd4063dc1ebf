package import Events
package import Units

/// Checks the books against the log: every event once, nothing spent above its bid, every reservation accounted for.
package struct LogAudit {
    package private(set) var faults: [String] = []
    package private(set) var counts: [EventKind: UInt64] = [:]
    package private(set) var events: UInt64 = 0
    private let ledger = BudgetLedger()
    private var seen: Set<String> = []

    /// Faults are named up to this many; more are counted only.
    private static let faultsMax = 20
    package private(set) var faultCount = 0

    package init() {}

    /// Begins where a checkpoint ends.
    ///
    /// - Parameter checkpoint: of the ledger.
    package init(behind checkpoint: [StateTable]) throws(CheckpointFault) { try ledger.restore(checkpoint) }

    /// Takes in the log's records, in order; those about visitors and traffic concern no money.
    package mutating func add(_ record: LogRecord, sequence: UInt64) {
        switch record {
        case .event(let event): add(event, sequence)
        case .run(let run): ledger.replay(run)
        case .visitor, .traffic: break
        }
    }

    private mutating func add(_ event: Event, _ sequence: UInt64) {
        events += 1
        counts[event.kind, default: 0] += 1
        if !seen.insert(event.id).inserted { fault("record \(sequence): \(event.id) is in the log twice") }
        if let price = event.price, event.kind != .loss, price > event.facts.price {
            fault("record \(sequence): \(event.id) has a price above its bid")
        }
        if let settled = event.settled, settled > event.facts.reserved {
            fault("record \(sequence): \(event.id) spends more than its bid reserved")
        }
        if event.isUnlogged, event.released != event.facts.reserved {
            fault("record \(sequence): \(event.id) stands for a lost bid and does not end its reservation")
        }
        if event.facts.isTest, event.settled != nil { fault("record \(sequence): \(event.id) books test traffic") }
        ledger.replay(event)
    }

    private mutating func fault(_ text: String) {
        faultCount += 1
        if faults.count < Self.faultsMax { faults.append(text) }
    }

    /// Checks the accounts once all events have been added.
    package mutating func finish() {
        for (id, books) in ledger.books() { check("\(id)", books) }
        for (exchange, currency, books) in ledger.exchangeBooks() { check("exchange \(exchange), \(currency)", books) }
    }

    private mutating func check(_ name: String, _ books: Account.Books) {
        if !books.balance {
            fault("\(name): reserved \(books.reserved.nanos) is not settled + released + expired + outstanding")
        }
        if books.outstanding < .zero { fault("\(name): less than nothing is outstanding") }
    }

    package var books: [(id: AccountID, books: Account.Books)] { ledger.books() }

    /// Books with what late notices can still add to them.
    package var standings: [(id: AccountID, books: Account.Books, standing: Account.Standing)] { ledger.standings() }

    package var exchanges: [(exchange: String, currency: Currency, books: Account.Books)] { ledger.exchangeBooks() }

    package var tallies: [(key: BudgetLedger.TallyKey, tally: BudgetLedger.Tally)] { ledger.tallies() }
}
