internal import Analytics
internal import ArgumentParser
internal import Documents
internal import EventLog
internal import Events
internal import Foundation
internal import Ledger
internal import Units

struct Log: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads the log: beside a running service, and after it.",
        discussion: """
            Examples:
              vendue log wins --format ndjson | head
              vendue log billings --since 1h --strategy acme-shoes
              vendue log --follow
              vendue log verify
              vendue log quarantine
              vendue log trim --older-than 400d
            `vendue log show --help` names the options.
            """,
        subcommands: [Show.self, Verify.self, Quarantine.self, Trim.self],
        defaultSubcommand: Show.self
    )

    struct Place: ParsableArguments {
        @Option(help: "The data directory.")
        var data = "./vendue-data"

        func reader() throws -> LogReader {
            let directory = DataDirectory(path: data)
            guard FileManager.default.fileExists(atPath: directory.log) else {
                throw Failure.input("\(data): there is no log here; name the service's directory with --data")
            }
            return LogReader(try DirectoryStorage(path: directory.log))
        }
    }

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, ndjson, csv, parquet
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Prints events: what `vendue log wins` does without being named.",
            discussion: "Example: vendue log wins --format csv --since 1h"
        )

        @OptionGroup var place: Place

        @Argument(help: "bids, wins, billings, losses, impressions, clicks or conversions; all without it.")
        var kind: String?

        @Option(help: "From this time on: RFC 3339, or a span back from now such as 30m, 2h, 7d.")
        var since: String?

        @Option(help: "Up to this time.")
        var until: String?

        @Option(help: "Only events of this strategy.")
        var strategy: String?

        @Option(help: "table, ndjson or csv.")
        var format = Format.table

        @Flag(help: "Goes on with new events until interrupted.")
        var follow = false

        func run() async throws {
            guard format != .parquet else {
                throw Failure.input("parquet is not written by this version; use --format ndjson, which DuckDB reads")
            }
            let filter = try Filter(kind: kind, since: since, until: until, strategy: strategy)
            let reader = try place.reader()
            var printer = RowPrinter(format)
            var next = try Self.pass(reader, from: 0, filter, &printer)
            printer.finish()
            while follow {
                try await Task.sleep(for: .milliseconds(500))
                next = try Self.pass(reader, from: next, filter, &printer)
                printer.finish()
            }
        }

        /// - Returns: the sequence behind the last event.
        private static func pass(
            _ reader: LogReader,
            from sequence: UInt64,
            _ filter: Filter,
            _ printer: inout RowPrinter
        ) throws -> UInt64 {
            var printed = printer
            let summary = try reader.walk(from: sequence) { (number, event) throws(LogError) in
                if filter.accepts(event) { printed.add(EventRow(event, sequence: number)) }
            }
            printer = printed
            return summary.next
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks every record's checksum, the sequence, the seals, and the books.",
            discussion: """
                Example: vendue log verify --data ./vendue-data

                Records that were damaged and put aside are named each time; they are no fault any more. Of a log whose
                beginning was dropped, the books begin with the checkpoint that stands for it.
                Exit status: 0 sound, 1 not.
                """
        )

        @OptionGroup var place: Place

        func run() throws {
            let reader = try place.reader()
            var audit: LogAudit
            var visitors = VisitorRecordCount(keysFile: DataDirectory(path: place.data).visitorKeys)
            do throws(LogError) {
                let checkpoint = try reader.checkpoint()
                var adding = try Self.audit(behind: checkpoint)
                let summary = try reader.walkRecords(behind: checkpoint) {
                    (sequence, record: LogRecord) throws(LogError) in
                    adding.add(record, sequence: sequence)
                    if case .visitor(let head, _) = record { visitors.add(head) }
                }
                audit = adding
                audit.finish()
                if let checkpoint { try Self.tell(checkpoint, summary) }
                Console.line(
                    "\(summary.records) records in \(summary.segments) segments, \(summary.sealed) of them sealed, "
                        + "every checksum right")
                for gap in summary.gaps { Console.line("\(LogGap.text(gap)): damaged, and put aside") }
                if summary.tornBytes > 0 {
                    Console.line(
                        "\(summary.tornBytes) bytes behind the last record: a write that is under way or was cut off"
                    )
                }
            } catch {
                throw Failure.work("\(error)")
            }
            for line in visitors.lines { Console.line(line) }
            Console.line(Self.table(audit))
            for fault in audit.faults { Console.line("fault: \(fault)") }
            guard audit.faultCount == 0 else { throw Failure.work("\(audit.faultCount) faults") }
            Console.line(
                "the books balance; late notices can spend at most what stands under “late exposure” beyond a limit")
        }

        private static func audit(behind checkpoint: LogCheckpoint?) throws(LogError) -> LogAudit {
            guard let checkpoint else { return LogAudit() }
            do throws(CheckpointFault) {
                return try LogAudit(behind: checkpoint.ledger)
            } catch {
                throw .damagedCheckpoint(file: LogCheckpoint.name(next: checkpoint.next), why: error.description)
            }
        }

        private static func tell(_ checkpoint: LogCheckpoint, _ summary: LogReader.Summary) throws(LogError) {
            let first = summary.first ?? checkpoint.next
            guard first <= checkpoint.next else {
                throw .damaged(
                    file: Segment.name(first: first), offset: 0,
                    why: "the log was trimmed while it was read, up to here; verify it again")
            }
            Console.line(
                "books from record \(checkpoint.next) on a checkpoint of records 1 to \(checkpoint.next - 1), of "
                    + checkpoint.created.rfc3339)
        }

        private static func table(_ audit: LogAudit) -> String {
            var table = TextTable([
                "account", "reserved#", "settled#", "of it late#", "released#", "expired#", "outstanding#",
                "late exposure#",
            ])
            for (id, books, standing) in audit.standings.sorted(by: { "\($0.id)" < "\($1.id)" }) {
                let name =
                    switch id {
                    case .strategy(let name): "strategy \(name)"
                    case .advertiser(let name): "advertiser \(name)"
                    }
                table.add(row(name, books, standing.lateExposure))
            }
            for (exchange, currency, books) in audit.exchanges {
                table.add(row("exchange \(exchange), \(currency)", books, nil))
            }
            let counts = EventKind.allCases.map { "\($0.plural) \(audit.counts[$0] ?? 0)" }.joined(separator: ", ")
            return table.text + "\n" + counts
        }

        private static func row(_ name: String, _ books: Account.Books, _ exposure: Spend?) -> [String] {
            let amounts = [
                books.reserved, books.settled, books.settledLate, books.released, books.expired, books.outstanding,
            ]
            let exposure = exposure.map { DecimalText.fixed(micros: $0.micros.rawValue) } ?? ""
            return [name] + amounts.map { DecimalText.fixed(micros: $0.micros.rawValue) } + [exposure]
        }
    }
}

/// Which events a reader of the log wants.
struct Filter {
    private let kind: EventKind?
    private let since: Instant?
    private let until: Instant?
    private let strategy: String?

    init(kind: String?, since: String?, until: String?, strategy: String?) throws {
        self.kind = try kind.map { name in
            guard let kind = EventKind.allCases.first(where: { $0.plural == name || $0.label == name }) else {
                let names = EventKind.allCases.map(\.plural).joined(separator: ", ")
                throw Failure.input("no kind of event: “\(name)”; one of \(names)")
            }
            return kind
        }
        self.since = try since.map { try Self.instant($0) }
        self.until = try until.map { try Self.instant($0) }
        self.strategy = strategy
    }

    func accepts(_ event: Event) -> Bool {
        (kind.map { $0 == event.kind } ?? true) && (since.map { $0 <= event.instant } ?? true)
            && (until.map { event.instant < $0 } ?? true) && (strategy.map { $0 == event.facts.strategy } ?? true)
    }

    /// A time of RFC 3339, or a span back from now.
    static func instant(_ text: String) throws -> Instant {
        if let instant = Instant(rfc3339: text) { return instant }
        let seconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let unit = text.last.flatMap({ seconds[$0] }), let count = Int64(text.dropLast()), count >= 0,
            count < 100_000
        else { throw Failure.input("no time: “\(text)”; RFC 3339 or a span such as 2h") }
        return SystemTime().instant().adding(seconds: -count * unit)
    }
}

/// Prints rows in one of the formats.
struct RowPrinter {
    private let format: Log.Format
    private var lines: [String] = []
    private var table: TextTable
    private var rows = 0
    private var hasHeader = false

    private static let tableColumns = [
        "time", "kind", "strategy", "creative", "exchange", "domain", "price_micros", "currency", "reason",
    ]

    init(_ format: Log.Format) {
        self.format = format
        table = TextTable(Self.tableColumns.map { $0.hasSuffix("micros") ? $0 + "#" : $0 })
    }

    mutating func add(_ row: EventRow) {
        switch format {
        case .ndjson: lines.append(row.json)
        case .csv:
            if !hasHeader { lines.append(EventRow.columns.joined(separator: ",")) }
            hasHeader = true
            lines.append(row.csv)
        case .table, .parquet:
            table.add(Self.tableColumns.map { Self.cell(row[$0]) })
            rows += 1
        }
        if lines.count >= 1000 { flush() }
    }

    mutating func finish() {
        flush()
        if rows > 0 {
            Console.line(table.text)
            table = TextTable(Self.tableColumns)
            rows = 0
        }
    }

    private mutating func flush() {
        if !lines.isEmpty { Console.line(lines.joined(separator: "\n")) }
        lines.removeAll(keepingCapacity: true)
    }

    private static func cell(_ value: EventRow.Value) -> String {
        switch value {
        case .null: ""
        case .text(let text): text
        case .integer(let number): "\(number)"
        case .bool(let flag): "\(flag)"
        }
    }
}
