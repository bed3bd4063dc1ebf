internal import Analytics
internal import ArgumentParser
internal import Documents
internal import EventLog
internal import Events
internal import Foundation

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says of each strategy why it bids on a request, or does not.",
        discussion: """
            --request asks the running service, which holds the auction without bidding: the first rule that stopped a
            strategy, with what stands in the strategy and what in the request. --auction reads from the log what was
            bid in an auction and what became of it.

            Examples:
              vendue explain --request request.json
              vendue explain --request request.json --exchange adx --strategy acme-shoes
              vendue explain --auction 80ce30c53c16e6ede735f123ef6e3236

            Exit status: 0 explained, 1 the service refuses or nothing was found, 2 bad usage or input.
            """
    )

    @Option(help: "A file with a bid request as JSON; - for standard input.")
    var request: String?

    @Option(help: "The id of an auction in the log: BidRequest.id.")
    var auction: String?

    @Option(help: "Explains this strategy alone.")
    var strategy: String?

    @Option(help: "The exchange that is taken to have asked; not needed where there is one.")
    var exchange: String?

    @Flag(help: "Prints the service's answer as JSON.")
    var json = false

    @Option(help: "Address of the control API.")
    var control = "127.0.0.1:8081"

    @Option(help: "A token; without it operator.token of the data directory is read.")
    var token: String?

    @OptionGroup var place: Log.Place

    func run() async throws {
        switch (request, auction) {
        case (let file?, nil): try await explainRequest(file)
        case (nil, let id?): try explainAuction(id)
        default: throw Failure.input("one of --request and --auction is needed")
        }
    }

    // MARK: A request

    private func explainRequest(_ file: String) async throws {
        let bytes =
            file == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: file)
        guard let bytes else { throw Failure.input("\(file): cannot be read") }
        let text = String(decoding: bytes, as: UTF8.self)
        var body = Node(.map([]))
        do throws(DocumentError) {
            body.set("request", try Node.readOne(text))
        } catch {
            throw Failure.input("\(file): \(error.faults.map(\.description).joined(separator: "\n"))")
        }
        if let exchange { body.set("exchange", Node(.string(exchange))) }
        if let strategy { body.set("strategy", Node(.string(strategy))) }
        let client = try ControlClient(address: control, token: token, data: place.data)
        let answer = try await client.send("POST", "/v1/explain", body.json)
        guard answer.status == 200 else { throw Failure.work("\(answer.status) \(answer.body)") }
        if json {
            Console.line(answer.body.trimmingCharacters(in: .newlines))
        } else {
            Console.line(try Self.text(of: Node.readOne(answer.body)))
        }
    }

    private static func text(of answer: Node) -> String {
        var lines: [String] = []
        var table = TextTable(["imp", "strategy", "verdict", "price#", "rule", "ours", "theirs"])
        guard case .list(let verdicts)? = answer["verdicts"]?.content else { return "" }
        for verdict in verdicts {
            let reason = verdict.string("reason")
            let deal = verdict.string("deal").isEmpty ? "" : " in \(verdict.string("deal"))"
            table.add([
                verdict.string("impid"), verdict.string("strategy"), reason.isEmpty ? "bids" + deal : reason,
                verdict.string("price"), verdict.string("rule"), shortened(verdict.string("ours")),
                shortened(verdict.string("theirs")),
            ])
        }
        let noBid = answer.string("no_bid")
        lines.append(
            noBid.isEmpty
                ? "exchange \(answer.string("exchange")), in \(answer.string("currency")): a bid"
                : "exchange \(answer.string("exchange")): no bid: \(noBid)")
        if let consent = answer["consent"], case .map = consent.content {
            lines.append("consent: \(consent.string("mode")) (\(consent.string("because")))")
        }
        if !verdicts.isEmpty { lines.append(table.text) }
        if case .number(let count)? = answer["omitted"]?.content, count != "0" {
            lines.append("and \(count) whose targeting does not match; name one with --strategy")
        }
        return lines.joined(separator: "\n")
    }

    private static func shortened(_ text: String) -> String { text.count > 60 ? text.prefix(59) + "…" : text }

    // MARK: An auction of the log

    private func explainAuction(_ id: String) throws {
        let reader = try place.reader()
        var printer = RowPrinter(json ? .ndjson : .table)
        var found = 0
        _ = try reader.walk { (number, event) throws(LogError) in
            guard event.facts.auction == id, strategy.map({ $0 == event.facts.strategy }) ?? true else { return }
            found += 1
            printer.add(EventRow(event, sequence: number))
        }
        printer.finish()
        guard found > 0 else {
            throw Failure.work(
                "nothing of auction “\(id)” is in the log: it got no bid, which is not logged. With its bid request, "
                    + "--request says why")
        }
    }
}

extension Node {
    /// A text member; empty where there is none.
    fileprivate func string(_ key: String) -> String {
        guard case .string(let text)? = self[key]?.content else { return "" }
        return text
    }
}
