import Foundation
import HTTP1
import Testing

@Suite("The request reader beside NIO's decoder")
struct DifferentialTests {
    /// How many of the inputs went which way.
    struct Tally {
        var inputs = 0
        var requests = 0
        var bothAccept = 0
        var bothRefuse = 0
        var onlyNIOAccepts: [Refusal: Int] = [:]
        var contradictions = 0
        var excuses: [Excuse: Int] = [:]
        var cutEverywhere = 0
        var faults: [String] = []

        mutating func add(_ comparison: Comparison) {
            inputs += 1
            requests += comparison.agreed
            contradictions += comparison.contradictions
            for excuse in Set(comparison.excuses) { excuses[excuse, default: 0] += 1 }
            switch comparison.verdict {
            case .bothAccept: bothAccept += 1
            case .bothRefuse: bothRefuse += 1
            case .onlyNIOAccepts(let refusal): onlyNIOAccepts[refusal, default: 0] += 1
            case .disagreement(let fault): faults.append("\(fault): \(Self.text(comparison.bytes))")
            }
        }

        mutating func add(_ other: Tally) {
            inputs += other.inputs
            requests += other.requests
            bothAccept += other.bothAccept
            bothRefuse += other.bothRefuse
            onlyNIOAccepts.merge(other.onlyNIOAccepts, uniquingKeysWith: +)
            contradictions += other.contradictions
            excuses.merge(other.excuses, uniquingKeysWith: +)
            cutEverywhere += other.cutEverywhere
            faults += other.faults
        }

        static func text(_ bytes: [UInt8]) -> String {
            String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) })).debugDescription
        }

        static func list<Name: Hashable>(_ counts: [Name: Int]) -> String {
            counts.map { "\($0.key): \($0.value)" }.sorted().joined(separator: ", ")
        }
    }

    private static let shards = 12
    /// `VENDUE_HTTP_INPUTS` asks for more.
    private static let inputsMin = 24_000
    /// One in so many inputs is read cut at every position too.
    private static let cutEvery = 32

    @Test("both see the same requests in the same bytes, or a known rule says why not")
    func agrees() async {
        let asked = ProcessInfo.processInfo.environment["VENDUE_HTTP_INPUTS"].flatMap { Int($0) } ?? 0
        let inputs = max(asked, Self.inputsMin)
        let tally = await withTaskGroup(of: Tally.self) { group in
            for shard in 0..<Self.shards {
                group.addTask { Self.compare(count: inputs / Self.shards, seed: UInt64(shard)) }
            }
            return await group.reduce(into: Tally()) { $0.add($1) }
        }
        print(
            "HTTP differential: \(tally.inputs) inputs, \(tally.bothAccept) both accept,",
            "\(tally.bothRefuse) both refuse,",
            "\(tally.onlyNIOAccepts.values.reduce(0, +)) only NIO accepts: {\(Tally.list(tally.onlyNIOAccepts))};",
            "\(tally.requests) requests alike, \(tally.contradictions) of them closed by us alone,",
            "excused: {\(Tally.list(tally.excuses))}, \(tally.cutEverywhere) cut everywhere")
        #expect(tally.faults.isEmpty, "\(tally.faults.count): \(tally.faults.prefix(5).joined(separator: "\n"))")
        // The inputs reach what they are meant to.
        #expect(tally.bothAccept > tally.inputs / 4 && tally.bothRefuse > tally.inputs / 4)
        #expect(tally.requests > tally.inputs / 4)
        #expect(Set(tally.onlyNIOAccepts.keys) == StricterRule.refusals)
        #expect(Set(tally.excuses.keys) == Set(Excuse.allCases))
    }

    private static func compare(count: Int, seed: UInt64) -> Tally {
        var tally = Tally()
        var grammar = RequestGrammar(seed: seed)
        for index in 0..<count {
            let comparison = Comparison(grammar.connection())
            tally.add(comparison)
            guard index % cutEvery == 0 else { continue }
            tally.cutEverywhere += 1
            if let cut = Cuts.disagreement(comparison.bytes, with: comparison.ours) {
                tally.faults.append("read differently cut at \(cut): \(Tally.text(comparison.bytes))")
            }
        }
        return tally
    }
}
