internal import Events
internal import Ledger
internal import OpenRTB
internal import Units

/// The books as other programs read them: JSON, Prometheus' text, and what `vendue log verify` prints.
struct BookFigures {
    private let accounts: [(id: AccountID, books: Account.Books, standing: Account.Standing)]
    private let exchanges: [(exchange: String, currency: Currency, books: Account.Books)]
    private let tallies: [(key: BudgetLedger.TallyKey, tally: BudgetLedger.Tally)]

    init(_ ledger: BudgetLedger) {
        accounts = ledger.standings().sorted { "\($0.id)" < "\($1.id)" }
        exchanges = ledger.exchangeBooks()
        tallies = ledger.tallies()
    }

    private static func amounts(_ books: Account.Books) -> [(name: String, amount: Spend)] {
        [
            ("reserved", books.reserved), ("settled", books.settled), ("settled_late", books.settledLate),
            ("released", books.released), ("expired", books.expired), ("outstanding", books.outstanding),
        ]
    }

    private static func amounts(_ standing: Account.Standing) -> [(name: String, amount: Spend)] {
        [
            ("unlogged", standing.unlogged), ("held", standing.held), ("late_exposure", standing.lateExposure),
            ("billed_after_loss", standing.billedAfterLoss),
        ]
    }

    // MARK: JSON

    var json: String {
        let accounts = accounts.map(Self.json).joined(separator: ",")
        let exchanges = exchanges.map { exchange, currency, books in
            "{\"exchange\":\(JSONText.quoted(exchange)),\"currency\":\"\(currency)\",\(Self.members(Self.amounts(books))),"
                + "\"balanced\":\(books.balance)}"
        }.joined(separator: ",")
        let delivery = tallies.map { key, tally in
            let counts = EventKind.allCases.map { "\"\($0.plural)\":\(tally[$0])" }.joined(separator: ",")
            return "{\"advertiser\":\(JSONText.quoted(key.advertiser)),\"strategy\":\(JSONText.quoted(key.strategy)),"
                + "\"exchange\":\(JSONText.quoted(key.exchange)),\(counts),"
                + "\"spend\":\"\(DecimalText.string(nanos: tally.spend.nanos))\",\"currency\":\"\(tally.currency)\"}"
        }.joined(separator: ",")
        return "{\"accounts\":[\(accounts)],\"exchanges\":[\(exchanges)],\"delivery\":[\(delivery)]}\n"
    }

    private static func json(_ id: AccountID, _ books: Account.Books, _ standing: Account.Standing) -> String {
        let (kind, name) =
            switch id {
            case .strategy(let name): ("strategy", name)
            case .advertiser(let name): ("advertiser", name)
            }
        let currency = standing.currency.map { "\"\($0)\"" } ?? "null"
        let limits = [("left", standing.left), ("slice", standing.slice)].map { name, amount in
            "\"\(name)\":" + (amount.map { "\"\(DecimalText.string(nanos: $0.nanos))\"" } ?? "null")
        }.joined(separator: ",")
        return "{\"\(kind)\":\(JSONText.quoted(name)),\"currency\":\(currency),\(members(amounts(books))),"
            + "\(members(amounts(standing))),\(limits),\"balanced\":\(books.balance)}"
    }

    private static func members(_ amounts: [(name: String, amount: Spend)]) -> String {
        amounts.map { "\"\($0.name)\":\"\(DecimalText.string(nanos: $0.amount.nanos))\"" }.joined(separator: ",")
    }

    // MARK: Prometheus

    /// Sums over all strategies, by currency, without the last line's end; single accounts stand in ``json``.
    var prometheus: String {
        var books: [UInt32: (currency: Currency, sum: Account.Books)] = [:]
        var others: [UInt32: [String: Spend]] = [:]
        for case (.strategy, let own, let standing) in accounts {
            guard let currency = standing.currency else { continue }
            books[currency.rawValue, default: (currency, Account.Books())].sum += own
            for (name, amount) in Self.amounts(standing) {
                others[currency.rawValue, default: [:]][name, default: .zero] += amount
            }
        }
        var lines = [
            "# HELP vendue_books_amount Money of all strategies together, in units of the currency.",
            "# TYPE vendue_books_amount gauge",
        ]
        for (number, entry) in books.sorted(by: { $0.key < $1.key }) {
            let more = others[number, default: [:]].sorted { $0.key < $1.key }.map { (name: $0.key, amount: $0.value) }
            for (name, amount) in Self.amounts(entry.sum) + more {
                lines.append(
                    "vendue_books_amount{amount=\"\(name)\",currency=\"\(entry.currency)\"} "
                        + DecimalText.string(nanos: amount.nanos))
            }
        }
        lines += [
            "# HELP vendue_books_unbalanced Accounts and exchanges whose books do not balance: there must be none.",
            "# TYPE vendue_books_unbalanced gauge", "vendue_books_unbalanced \(unbalanced)",
        ]
        return lines.joined(separator: "\n")
    }

    private var unbalanced: Int {
        accounts.count { !$0.books.balance } + exchanges.count { !$0.books.balance }
    }
}
