internal import Analytics
internal import BidPlane
internal import EventLog
internal import Events
internal import Ledger
internal import Meters
internal import OpenRTB
internal import Traffic
internal import Units

/// What the exchange says happened, held against what the log and the ledger say.
struct DemoTruth {
    let report: SimulationReport
    let late: UInt64
    /// Of the log on disk, test traffic left out.
    private(set) var logged: [EventKind: UInt64] = [:]
    /// Clearing prices of all billings in the log, by currency.
    private(set) var loggedSpend: [Currency: Spend] = [:]
    let delivery: [(key: BudgetLedger.TallyKey, tally: BudgetLedger.Tally)]
    let books: [(id: AccountID, books: Account.Books)]
    /// What does not agree, in words.
    private(set) var faults: [String] = []

    init(_ service: RunningService, data: String, _ report: SimulationReport) throws {
        self.report = report
        let meters = service.bidServer.meters
        late = service.bidServer.sheets.reduce(0) { $0 + $1.value(meters.late) }
        delivery = service.ledger.tallies()
        books = service.ledger.books()
        var audit = LogAudit()
        var counts: [EventKind: UInt64] = [:]
        var spend: [Currency: Spend] = [:]
        _ = try LogReader(try DirectoryStorage(path: DataDirectory(path: data).log)).walkRecords {
            (sequence, record: LogRecord) throws(LogError) in
            audit.add(record, sequence: sequence)
            guard case .event(let event) = record, !event.facts.isTest else { return }
            counts[event.kind, default: 0] += 1
            if event.kind == .billing, event.settled != nil, let price = event.price {
                spend[event.facts.currency, default: .zero] += Spend(at: price, quantity: event.facts.quantity)
            }
        }
        audit.finish()
        logged = counts
        loggedSpend = spend
        faults = audit.faults
        compare()
    }

    private mutating func compare() {
        let counts = report.counts
        let pairs: [(EventKind, Int)] = [
            (.win, counts.wins), (.billing, counts.billed), (.loss, counts.losses), (.impression, counts.impressions),
            (.click, counts.clicks), (.conversion, counts.conversions),
        ]
        for (kind, simulated) in pairs where logged[kind] ?? 0 != UInt64(simulated) {
            faults.append("\(kind.plural): the exchange counts \(simulated), the log \(logged[kind] ?? 0)")
        }
        let simulated = counts.otherSpend.merging([report.currency: counts.spend]) { $0 + $1 }.filter {
            $0.value != .zero
        }
        if simulated != loggedSpend.filter({ $0.value != .zero }) {
            faults.append("money: the exchange counts \(simulated), the log \(loggedSpend)")
        }
        for (id, books) in books where !books.balance { faults.append("\(id): the books do not balance: \(books)") }
        for kind in EventKind.allCases where kind != .bid {
            let folded = delivery.reduce(UInt64(0)) { $0 + $1.tally[kind] }
            if folded != logged[kind] ?? 0 {
                faults.append("\(kind.plural): the ledger counts \(folded), the log \(logged[kind] ?? 0)")
            }
        }
    }

    var isBalanced: Bool { faults.isEmpty }

    /// The demo's last line.
    var json: String {
        let counts = report.counts
        let spend = DecimalText.fixed(micros: counts.spend.micros.rawValue)
        return """
            {"requests":\(counts.requests),"bids":\(counts.bids),"no_bids":\(counts.noBids),"late":\(late),\
            "errors":\(counts.errors + counts.noticeErrors + counts.eventErrors),"wins":\(counts.wins),"billed":\(counts.billed),\
            "losses":\(counts.losses),"impressions":\(counts.impressions),"clicks":\(counts.clicks),\
            "conversions":\(counts.conversions),"spend":"\(spend)","currency":"\(report.currency)",\
            "p50_us":\(report.latency.p50),"p99_us":\(report.latency.p99),"p999_us":\(report.latency.p999),\
            "seed":\(report.seed),"balanced":\(isBalanced)}
            """
    }
}
