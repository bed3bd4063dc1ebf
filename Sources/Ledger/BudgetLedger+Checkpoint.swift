package import Events
internal import Synchronization
internal import Units

/// Why the tables of a checkpoint are not those of a ledger.
package struct CheckpointFault: Error, CustomStringConvertible {
    package let description: String
}

/// The ledger in the middle of the log, as tables: folding what stands behind onto it comes to the same as folding all.
extension BudgetLedger {
    /// Folds a record of an earlier run, whatever it is about.
    package func replay(_ record: LogRecord) {
        switch record {
        case .event(let event): replay(event)
        case .traffic(let traffic): learn(traffic)
        case .run(let run): replay(run)
        case .visitor: break
        }
    }

    /// Whose money an account of a checkpoint is.
    private enum Sort: Int64 {
        case strategy, advertiser, lane
    }

    /// Which sums of an account an amount by quarter belongs to.
    private enum Sums: Int64, CaseIterable {
        case settled, exposure

        var path: ReferenceWritableKeyPath<Account, QuarterSums> {
            switch self {
            case .settled: \.settledByQuarter
            case .exposure: \.exposure
            }
        }
    }

    // MARK: Writing

    /// The state of a ledger that has only replayed: no limits, no plans, no reservations of its own.
    ///
    /// - Complexity: O(accounts and recent bids), in time and memory.
    package func checkpoint() -> [StateTable] {
        state.withLock { state in
            let sums = StateTable(
                "ledger",
                [
                    "now": state.now.micros, "testEvents": Int64(bitPattern: state.testEvents),
                    "run": Int64(state.run.rawValue), "began": state.began?.micros ?? .min,
                    "hasEnded": state.hasEnded ? 1 : 0,
                ])
            var crashes = StateTable("crashed", columns: ["instant"])
            for crash in state.crashes { crashes.append([crash.micros]) }
            var billed = StateTable("billedFirst", columns: ["high", "low"])
            for id in state.billedFirst.sorted(by: { ($0.high, $0.low) < ($1.high, $1.low) }) {
                billed.append([Int64(bitPattern: id.high), Int64(bitPattern: id.low)])
            }
            return [sums, crashes, billed, state.pacers.profile.table] + state.recent.tables("recent")
                + state.ownRecent.tables("ownRecent") + Self.accountTables(state) + [Self.laneTable(state)]
        }
    }

    private static func accountTables(_ state: State) -> [StateTable] {
        var accounts = StateTable("accounts", columns: ["sort"] + Account.fields.map(\.name))
        var minutes = StateTable("minutes", columns: ["account", "minute", "amount"])
        var quarters = StateTable("quarters", columns: ["account", "sums", "quarter", "amount"])
        var carried = StateTable("carried", columns: ["account", "run", "minute", "amount"])
        var crashes = StateTable("atCrash", columns: ["account", "instant", "committed", "committedToday"])
        for (sort, name, account) in sorted(state) {
            let number = Int64(accounts.rows)
            accounts.append([sort.rawValue] + Account.fields.map { $0.read(account) }, text: name)
            for (minute, amount) in account.buckets.places { minutes.append([number, minute, amount]) }
            for (run, minute, amount) in account.carried.amounts {
                carried.append([number, Int64(run.rawValue), minute, amount])
            }
            for crash in account.crashes {
                crashes.append([number, crash.instant.micros, crash.committed, crash.committedToday])
            }
            for sums in Sums.allCases {
                for (quarter, amount) in account[keyPath: sums.path].entries {
                    quarters.append([number, sums.rawValue, quarter, amount])
                }
            }
        }
        return [accounts, minutes, quarters, carried, crashes]
    }

    /// Strategies and advertisers by their ids, then the accounts of lanes in the order of these.
    private static func sorted(_ state: State) -> [(Sort, ArraySlice<UInt8>, Account)] {
        let named = state.accounts.map { id, account -> (Sort, ArraySlice<UInt8>, Account) in
            switch id {
            case .strategy(let name): (.strategy, Array(name.utf8)[...], account)
            case .advertiser(let name): (.advertiser, Array(name.utf8)[...], account)
            }
        }
        let lanes = state.lanes.enumerated().compactMap { number, lane in
            lane.accounts.map { (Sort.lane, state.table.names(of: number), $0.lane) }
        }
        return named.sorted {
            $0.0 == $1.0 ? $0.1.lexicographicallyPrecedes($1.1) : $0.0.rawValue < $1.0.rawValue
        } + lanes
    }

    private static func laneTable(_ state: State) -> StateTable {
        var lanes = StateTable("lanes", columns: ["spend", "currency"] + EventKind.allCases.map(\.label))
        for (number, lane) in state.lanes.enumerated() {
            let tally = lane.tally
            let counts = EventKind.allCases.map { Int64(bitPattern: tally[$0]) }
            lanes.append(
                [tally.spend.nanos, Currency.number(tally.currency)] + counts, text: state.table.names(of: number))
        }
        return lanes
    }

    // MARK: Reading

    /// Fills a fresh ledger with what ``checkpoint()`` wrote, before anything is replayed into it.
    ///
    /// - Throws: where the tables are not those of a ledger, or of a version that has more in them.
    package func restore(_ tables: [StateTable]) throws(CheckpointFault) {
        let tables = CheckpointTables(tables)
        let result: Result<Void, CheckpointFault> = state.withLock { state in
            do throws(CheckpointFault) {
                try Self.restore(tables, &state)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private static func restore(_ tables: CheckpointTables, _ state: inout State) throws(CheckpointFault) {
        let sums = try tables.named("ledger", known: ["now", "testEvents", "run", "began", "hasEnded"])
        guard sums.rows == 1 else { throw CheckpointFault(description: "table ledger has \(sums.rows) rows") }
        state.now = Instant(micros: sums[0, "now"] ?? 0)
        state.testEvents = UInt64(bitPattern: sums[0, "testEvents"] ?? 0)
        state.run = RunMark(run: UInt32(truncatingIfNeeded: sums[0, "run"] ?? 0))
        state.began = sums[0, "began"].flatMap { $0 == .min ? nil : Instant(micros: $0) }
        state.hasEnded = sums[0, "hasEnded"] != 0
        let crashes = try tables.named("crashed", known: ["instant"])
        state.crashes = (0..<crashes.rows).map { Instant(micros: crashes[$0, "instant"] ?? 0) }
        let billed = try tables.named("billedFirst", known: ["high", "low"])
        for row in 0..<billed.rows {
            state.billedFirst.insert(
                BidID(
                    high: UInt64(bitPattern: billed[row, "high"] ?? 0), low: UInt64(bitPattern: billed[row, "low"] ?? 0)
                ))
        }
        let traffic = try tables.named("traffic", known: ["hour", "isWeekly", "requests"])
        guard let profile = TrafficProfile(traffic) else {
            throw CheckpointFault(description: "table traffic says what cannot be")
        }
        state.pacers.profile = profile
        state.recent = try recent(tables, "recent")
        state.ownRecent = try recent(tables, "ownRecent")
        try restoreLanes(
            try tables.named("lanes", known: ["spend", "currency"] + EventKind.allCases.map(\.label)), &state)
        try restoreAccounts(tables, &state)
    }

    private static func recent(_ tables: CheckpointTables, _ name: String) throws(CheckpointFault) -> RecentBids {
        let minutes = try tables.named(name + "Minutes", known: ["minute", "turn", "isLast"])
        let bids = try tables.named(name + "Bids", known: ["place", "key"])
        guard let recent = RecentBids(minutes, bids) else {
            throw CheckpointFault(description: "tables \(minutes.name) and \(bids.name) say what cannot be")
        }
        return recent
    }

    private static func restoreLanes(_ lanes: StateTable, _ state: inout State) throws(CheckpointFault) {
        let sums = try lanes.places("spend", "currency")
        let counts = EventKind.allCases.map { lanes.column($0.label) }
        for row in 0..<lanes.rows {
            var reader = ByteReader(lanes.text(row))
            guard let exchange = reader.string(), let advertiser = reader.string(), let strategy = reader.string(),
                state.table.number(of: lanes.text(row)) == row
            else { throw CheckpointFault(description: "table lanes, row \(row): no names of a lane of its own") }
            var lane = Lane(
                key: TallyKey(advertiser: advertiser, strategy: strategy, exchange: exchange),
                accounts: strategy.isEmpty
                    ? nil
                    : Accounts(
                        strategy: account(.strategy(strategy), &state),
                        advertiser: account(.advertiser(advertiser), &state),
                        lane: fresh(state)))
            lane.tally.spend = Spend(nanos: lanes[row, sums[0]])
            lane.tally.currency = Currency(number: lanes[row, sums[1]]) ?? lane.tally.currency
            for (kind, column) in zip(EventKind.allCases, counts) {
                if let column { lane.tally.counts[Int(kind.rawValue) - 1] = UInt64(bitPattern: lanes[row, column]) }
            }
            state.lanes.append(lane)
        }
    }

    private static func restoreAccounts(
        _ tables: CheckpointTables, _ state: inout State
    ) throws(CheckpointFault) {
        let table = try tables.named("accounts", known: ["sort"] + Account.fields.map(\.name))
        let columns = Account.fields.map { table.column($0.name) }
        let sort = try table.places("sort")[0]
        var accounts: [Account] = []
        for row in 0..<table.rows {
            guard let account = find(table[row, sort], table.text(row), &state) else {
                throw CheckpointFault(description: "table accounts, row \(row): of a lane that is not there")
            }
            accounts.append(account)
            for (field, column) in zip(Account.fields, columns) {
                if let column { field.write(account, table[row, column]) }
            }
        }
        let minutes = try tables.named("minutes", known: ["account", "minute", "amount"])
        let minute = try minutes.places("account", "minute", "amount")
        for row in 0..<minutes.rows {
            try accounts.at(minutes[row, minute[0]], "minutes")
                .buckets.restore(minutes[row, minute[1]], minutes[row, minute[2]])
        }
        try restoreRuns(tables, accounts)
        let quarters = try tables.named("quarters", known: ["account", "sums", "quarter", "amount"])
        let quarter = try quarters.places("account", "sums", "quarter", "amount")
        for row in 0..<quarters.rows {
            guard let sums = Sums(rawValue: quarters[row, quarter[1]]) else {
                throw CheckpointFault(description: "table quarters, row \(row): no sums of an account")
            }
            try accounts.at(quarters[row, quarter[0]], "quarters")[keyPath: sums.path]
                .restore(quarters[row, quarter[2]], quarters[row, quarter[3]])
        }
    }

    /// What accounts know of earlier runs.
    private static func restoreRuns(
        _ tables: CheckpointTables, _ accounts: [Account]
    ) throws(CheckpointFault) {
        let carried = try tables.named("carried", known: ["account", "run", "minute", "amount"])
        let place = try carried.places("account", "run", "minute", "amount")
        for row in 0..<carried.rows {
            let run = RunMark(run: UInt32(truncatingIfNeeded: carried[row, place[1]]))
            try accounts.at(carried[row, place[0]], "carried")
                .carried.add(carried[row, place[3]], of: run, at: carried[row, place[2]])
        }
        for account in accounts { account.crashes = [] }
        let crashes = try tables.named("atCrash", known: ["account", "instant", "committed", "committedToday"])
        let crash = try crashes.places("account", "instant", "committed", "committedToday")
        for row in 0..<crashes.rows {
            try accounts.at(crashes[row, crash[0]], "atCrash").crashes.append(
                (Instant(micros: crashes[row, crash[1]]), crashes[row, crash[2]], crashes[row, crash[3]]))
        }
    }

    private static func find(_ sort: Int64, _ name: ArraySlice<UInt8>, _ state: inout State) -> Account? {
        switch Sort(rawValue: sort) {
        case .strategy: return account(.strategy(String(decoding: name, as: UTF8.self)), &state)
        case .advertiser: return account(.advertiser(String(decoding: name, as: UTF8.self)), &state)
        case .lane:
            let number = state.table.number(of: name)
            return number < state.lanes.count ? state.lanes[number].accounts?.lane : nil
        case nil: return nil
        }
    }
}

/// The tables of a checkpoint by their names.
private struct CheckpointTables {
    private let tables: [StateTable]

    init(_ tables: [StateTable]) { self.tables = tables }

    /// - Parameter known: columns; a table with others is of a newer version, and what they say must not be lost.
    func named(_ name: String, known: [String]) throws(CheckpointFault) -> StateTable {
        guard let table = tables.first(where: { $0.name == name }) else {
            throw CheckpointFault(description: "table \(name) is missing")
        }
        if let unknown = table.columns.first(where: { !known.contains($0) }) {
            throw CheckpointFault(description: "table \(name) has a column “\(unknown)”, which a newer version wrote")
        }
        return table
    }
}

extension StateTable {
    /// Where some columns are, looked up once for all rows.
    fileprivate func places(_ names: String...) throws(CheckpointFault) -> [Int] {
        var places: [Int] = []
        for name in names {
            guard let place = column(name) else {
                throw CheckpointFault(description: "table \(self.name) has no column “\(name)”")
            }
            places.append(place)
        }
        return places
    }
}

extension [Account] {
    fileprivate func at(_ number: Int64, _ table: String) throws(CheckpointFault) -> Account {
        guard let index = Int(exactly: number), indices.contains(index) else {
            throw CheckpointFault(description: "table \(table): of an account that is not there")
        }
        return self[index]
    }
}
