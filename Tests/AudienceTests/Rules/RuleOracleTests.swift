import Documents
import Events
import Testing

@testable import Audience

@Suite("Rules against their definition")
struct RuleOracleTests {
    private static let numbers = ["uploaded": 1, "a": 2, "b": 3].mapValues { AudienceNumber($0) }

    /// What came of comparing.
    private struct Tally {
        var histories = 0
        var verdicts = 0
        var members = 0
        var changes = 0
        var early = 0
    }

    @Test(
        "10,000 random histories and rules: the definition's answer at every instant at which anything changes",
        arguments: [1...2500, 2501...5000, 5001...7500, 7501...10_000])
    func randomRules(seeds: ClosedRange<Int>) {
        var tally = Tally()
        for seed in seeds {
            if let fault = compare(UInt64(seed), &tally) {
                Issue.record("seed \(seed): \(fault)")
                return
            }
        }
        print(
            "rules: \(tally.histories) histories, \(tally.verdicts) verdicts, of them \(tally.members) members,",
            "\(tally.changes) changes, \(tally.early) members' ends told early"
        )
        #expect(tally.histories == 2500)
        #expect(tally.members > tally.verdicts / 20)
        #expect(tally.changes > 1500)
        #expect(tally.early < tally.members / 1000)
    }

    /// One visitor whose acts come in any order, and two audiences of which the second may refer to the first.
    private func compare(_ seed: UInt64, _ tally: inout Tally) -> String? {
        var random = RandomRules(seed: seed)
        var rules: [String: AudienceRule] = [:]
        for (index, id) in ["a", "b"].enumerated() {
            rules[id] = random.rule(depth: 2, references: Array(["uploaded", "a"].prefix(index + 1)))
        }
        let compiled = CompiledAudiences(
            rules.map { id, rule in .init(number: Self.numbers[id] ?? AudienceNumber(0), id: id, rule: rule) },
            key: SymbolKey(3, 4), number: { Self.numbers[$0] }
        )
        let end = RandomRules.start + Int64(random.below(30)) * 1000
        let uploaded = random.below(2) == 0 ? ["uploaded": end] : [:]
        var acts: [VisitorAct] = []
        var history = VisitorHistory()
        tally.histories += 1
        let count = random.below(8)
        for number in 0...count {
            if number > 0 {
                let act = random.act()
                acts.append(act)
                _ = history.record(act, by: SymbolKey(3, 4))
            }
            guard number == count || random.below(4) == 0 else { continue }
            let oracle = RuleOracle(acts: acts, rules: rules, uploaded: uploaded)
            if let fault = compare(history, compiled, oracle, &tally) { return fault + "\n\(rules)\n\(acts)" }
        }
        return nil
    }

    /// Both audiences at every instant where one of them may change, the one before and the one after.
    private func compare(
        _ history: VisitorHistory, _ compiled: CompiledAudiences, _ oracle: RuleOracle, _ tally: inout Tally
    ) -> String? {
        let instants = Self.instants(oracle)
        let ids = ["a", "b"]
        // When each audience was next to change as it was told last; nobody may change before.
        var told: [String: [(verdict: Verdict, at: Int64)]] = [:]
        var truths: [String: [Bool]] = [:]
        for now in instants {
            var ends: [AudienceNumber: Int64] = [:]
            for (id, end) in oracle.uploaded where end > now { ends[Self.numbers[id] ?? AudienceNumber(0)] = end }
            var soonest = Int64.max
            for id in ids {
                guard let number = Self.numbers[id] else { continue }
                let verdict = compiled.verdict(of: number, history, at: now) { ends[$0] }
                let truth = oracle.isMember(of: id, at: now)
                tally.verdicts += 1
                tally.members += truth ? 1 : 0
                if verdict.isMember != truth { return "\(id) at \(now): \(verdict), by definition \(truth)" }
                if let change = verdict.changesAt, change <= now { return "\(id) at \(now): changes at \(change)" }
                // Who refers to others is asked again when those change.
                soonest = min(soonest, verdict.changesAt ?? .max)
                if truth { ends[number] = verdict.changesAt ?? .max }
                let refers = oracle.rules[id]?.references.isEmpty == false
                let until = refers && soonest < .max ? soonest : verdict.changesAt
                told[id, default: []].append((Verdict(isMember: truth, changesAt: until), now))
                truths[id, default: []].append(truth)
            }
        }
        for id in ids {
            guard let truths = truths[id], let told = told[id] else { continue }
            let refers = oracle.rules[id]?.references.isEmpty == false
            if let fault = constant(id, instants, truths, told, refers: refers, &tally) { return fault }
        }
        return nil
    }

    /// Nothing changes before it was told, and what a member was told is when it ends.
    private func constant(
        _ id: String, _ instants: [Int64], _ truths: [Bool], _ told: [(verdict: Verdict, at: Int64)], refers: Bool,
        _ tally: inout Tally
    ) -> String? {
        var next = Int64.max
        for index in instants.indices.reversed() {
            if index + 1 < instants.count, truths[index + 1] != truths[index] {
                next = instants[index + 1]
                tally.changes += 1
            }
            let change = told[index].verdict.changesAt ?? .max
            if change > next { return "\(id) at \(told[index].at): told to change at \(change), changes at \(next)" }
            if truths[index], !refers, change != next { tally.early += 1 }
        }
        return nil
    }

    /// Where anything may change, the instants beside those, and some in between.
    private static func instants(_ oracle: RuleOracle) -> [Int64] {
        let spans = oracle.rules.values.reduce(into: Set<Int64>([0])) { $0.formUnion($1.spans) }
        var instants: Set<Int64> = [RandomRules.start - 1, RandomRules.start + 200_000]
        for edge in oracle.acts.flatMap({ act in spans.map { RuleOracle.millis(act) + $0 } })
            + Array(oracle.uploaded.values)
        {
            for instant in edge - 1...edge + 1 { instants.insert(instant) }
            instants.insert(edge + 237)
        }
        return instants.sorted()
    }
}
