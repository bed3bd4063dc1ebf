internal import Auction
internal import CSimdJSON
internal import Documents
internal import EventLog
internal import FlatPrice
internal import Foundation
internal import Ledger
internal import OpenRTB
internal import Sealing
internal import Targeting
internal import Traffic
internal import Units

/// Times the steps of a bid on one core: generated requests, 100 strategies of which a few reach each request.
///
/// Figures are medians over rounds in one process, so their ratios mean something where their absolute values do not.
@main
@safe
struct Bench {
    static let seed: UInt64 = 7
    static let rounds = 15

    static func main() throws {
        let bench = try Bench()
        var rows: [Row] = []
        let parse = bench.time { bench.parse($0) }
        rows.append(Row("parse", "simdjson alone, as the measure", parse))
        let read = bench.time { bench.read($0) }
        rows.append(Row("read", "bytes to BidRequest, parse included", read))
        let none = bench.timeAuction(bench.unreachable)
        rows.append(Row("screen and shortlist", "100 strategies, none matches", none))
        let whole = bench.timeAuction(bench.reachable)
        rows.append(Row("whole decision", "100 strategies, the winner's bid written and recorded", whole))
        let seal = bench.timeSeal()
        rows.append(Row("seal", "one token of 240 bytes; a bid needs two", seal))
        let record = bench.timeRecord()
        rows.append(Row("record", "one decision record into the ring", record))
        bench.report(rows)
    }

    struct Row {
        let step: String
        let what: String
        let nanos: Double

        init(_ step: String, _ what: String, _ nanos: Double) {
            self.step = step
            self.what = what
            self.nanos = nanos
        }
    }

    private let bodies: [[UInt8]]
    private let padded: [[UInt8]]
    private let reader = BidRequestReader()
    private let bare: OpaquePointer
    private let ring = KeyRing(keys: [
        SealingKey(id: 1, created: Instant(micros: 0), bytes: [UInt8](repeating: 7, count: 64))
    ])
    private let auction: Auction
    private let reachable: Snapshot
    private let unreachable: Snapshot

    init() throws {
        var generator = RequestGenerator(seed: Self.seed)
        bodies = (0..<500).map { _ in generator.next().body }
        padded = bodies.map { $0 + [UInt8](repeating: 0, count: BidRequestReader.paddingBytes) }
        guard let bare = unsafe vendue_json_create(1 << 20, 32, 0) else { preconditionFailure("no memory") }
        unsafe self.bare = unsafe bare
        auction = Auction(ring: ring, visitorKey: [UInt8](repeating: 3, count: 32), time: SystemTime())
        auction.use(Origin("https://bid.example"))
        reachable = try Self.snapshot { index in
            ["USA", "GBR", "DEU", "FRA", "CAN"][index % 5]
        }
        unreachable = try Self.snapshot { _ in "ATA" }
    }

    private static func snapshot(_ country: (Int) -> String) throws -> Snapshot {
        let strategies = try (0..<100).map { index in
            let size = ["300x250", "728x90", "320x50", "160x600", "300x600"][index / 5 % 5].split(separator: "x")
            let text = """
                {"id":"s-\(index)","advertiser":"acme","bidder":"flat-price","terms":{"cpm":"\(2 + index % 7).10"},
                 "targeting":{"all":[{"country":["\(country(index))"]},{"device":["mobile","pc"]},
                 {"not":{"domain":["blocked.example"]}}]},
                 "creatives":[{"id":"c","adomain":["acme.example"],"cat":["IAB22"],"landing":"https://acme.example/",
                 "banner":{"w":\(size[0]),"h":\(size[1]),"html":"<a href='{click}'>buy</a>"}}]}
                """
            return try StrategyDocument(Node.readOne(text), kinds: [FlatPrice.kind])
        }
        let advertiser = try AdvertiserDocument(Node.readOne(#"{"id":"acme","name":"Acme"}"#))
        let exchange = try ExchangeDocument(Node.readOne(#"{"id":"bench","name":"Bench"}"#))
        return SnapshotCompiler(kinds: [FlatPrice.kind], ledger: BudgetLedger(), rates: CurrencyRates())
            .compile(revision: 1, advertisers: [advertiser], strategies: strategies, exchanges: [exchange])
    }

    // MARK: Steps

    private func parse(_ index: Int) {
        unsafe padded[index].withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            _ = unsafe vendue_json_parse(bare, start, bodies[index].count)
        }
    }

    private func read(_ index: Int) {
        unsafe padded[index].withUnsafeBufferPointer { bytes in
            try? unsafe reader.read(UnsafeBufferPointer(rebasing: bytes[..<bodies[index].count]))
        }
    }

    private func timeAuction(_ snapshot: Snapshot) -> Double {
        var seeds = SeedGenerator(root: Seed(high: 1, low: 2), stream: 0)
        var response = ByteWriter(capacity: 1 << 16)
        let decisions = DecisionRing(capacity: 1 << 16)
        let instant = Instant(seconds: 1_800_000_000)
        let withReading = time { index in
            read(index)
            response.clear()
            let context = AuctionContext(
                snapshot: snapshot, exchange: 0, instant: instant, seed: seeds.next(), deadline: .none)
            _ = auction.hold(reader.request, context, into: &response) { decisions.push($0) }
        }
        return withReading - time { read($0) }
    }

    private func timeSeal() -> Double {
        let sealer = Sealer(ring: ring)
        let plain = [UInt8](repeating: 9, count: 240)
        var token = [UInt8](repeating: 0, count: Sealer.tokenCount(240))
        return time { _ in
            unsafe plain.withUnsafeBufferPointer { bytes in
                unsafe token.withUnsafeMutableBufferPointer { out in
                    guard let start = out.baseAddress else { return }
                    _ = unsafe sealer.seal(bytes, into: start)
                }
            }
        }
    }

    private func timeRecord() -> Double {
        let decisions = DecisionRing(capacity: 1 << 24)
        var record = ByteWriter()
        record.append([UInt8](repeating: 1, count: 300))
        return time { _ in decisions.push(record) }
    }

    /// Median nanoseconds of `body` over rounds of all requests.
    private func time(_ body: (Int) -> Void) -> Double {
        var rounds: [Double] = []
        let clock = SystemTime()
        for round in 0..<Self.rounds + 3 {
            let start = clock.moment()
            for index in bodies.indices { body(index) }
            let nanos = Double(clock.moment().nanos - start.nanos) / Double(bodies.count)
            // The first rounds warm caches and pools.
            if round >= 3 { rounds.append(nanos) }
        }
        rounds.sort()
        return rounds[rounds.count / 2]
    }

    // MARK: Report

    private func report(_ rows: [Row]) {
        let size = bodies.reduce(0) { $0 + $1.count } / bodies.count
        print("requests of \(size) bytes on average, seed \(Self.seed), median of \(Self.rounds) rounds, one core\n")
        for row in rows {
            let nanos = "\(Int(row.nanos.rounded())) ns"
            let step = row.step + String(repeating: " ", count: max(0, 22 - row.step.count))
            print(step + String(repeating: " ", count: max(0, 12 - nanos.count)) + nanos + "   " + row.what)
        }
        let ratio = rows[1].nanos / rows[0].nanos
        print("\nreading costs \(Double(Int(ratio * 100)) / 100) times simdjson's own parse")
        write(rows, ratio)
    }

    private func write(_ rows: [Row], _ ratio: Double) {
        let steps = rows.map { "\"\($0.step)\":\(Int($0.nanos.rounded()))" }.joined(separator: ",")
        let model =
            (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n")
            .first { $0.hasPrefix("model name") }?.split(separator: ":").last.map { $0.drop { $0 == " " } } ?? "unknown"
        let commit = ProcessInfo.processInfo.environment["COMMIT"] ?? ""
        let json = """
            {"machine":\(JSONText.quoted(String(model))),"commit":\(JSONText.quoted(commit)),"seed":\(Self.seed),\
            "nanos":{\(steps)},"read_over_parse":\(Double(Int(ratio * 100)) / 100)}

            """
        let folder = "LoadTests/Results"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: folder + "/bid-benchmark.json", contents: Data(json.utf8))
    }
}
