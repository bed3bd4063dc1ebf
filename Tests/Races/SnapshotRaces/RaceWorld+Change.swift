internal import Auction
internal import BidKit
internal import Documents
internal import Units
internal import Vetting

extension RaceWorld {
    /// Registers, changes, pauses and removes, a revision after the other, until all stop.
    func change() {
        var random = SplitMix64(seed: seed)
        var entries: [String: RaceRevision.Entry] = [:]
        var number: UInt64 = 1
        while !isOver {
            number += 1
            var changes = SnapshotChanges(revision: number)
            // The first revisions fill the registry; some later ones change half of it.
            let count = number < 5 ? 150 : number.isMultiple(of: 40) ? 150 : Int.random(in: 1...4, using: &random)
            var ids: Set<String> = []
            for _ in 0..<count { ids.insert(RaceDocuments.id(Int.random(in: 0..<Self.strategies, using: &random))) }
            for id in ids.sorted() {
                guard number < 5 || Int.random(in: 0..<4, using: &random) > 0 else {
                    changes.removedStrategies.append(id)
                    entries[id] = nil
                    continue
                }
                let (document, entry) = draw(id, &random)
                changes.strategies.append(document)
                entries[id] = entry
            }
            expect(RaceRevision(number: number, entries: entries))
            let faults = builder.apply(changes)
            if let fault = faults.first { mismatch(fault) }
            // A pound that gains: what is indexed was reckoned by less.
            if Int.random(in: 0..<10, using: &random) == 0 {
                builder.use(
                    rates: Self.rates(pound: Int64.random(in: 1_000_000...1_600_000, using: &random)), vetting: .builtIn
                )
            }
            publish(builder.snapshot(revision: number))
            self.count { $0.updates += 1 }
        }
    }

    private func draw(_ id: String, _ random: inout SplitMix64) -> (StrategyDocument, RaceRevision.Entry) {
        var document = drafts[Int.random(in: drafts.indices, using: &random)]
        document.id = id
        document.state = Int.random(in: 0..<6, using: &random) == 0 ? .paused : .active
        // Hardly ever twice the same, so that a price tells the revision.
        let micros = Int64.random(in: 1_000...9_999_999, using: &random)
        let digits = String(micros % 1_000_000)
        document.terms["cpm"] = .string(
            "\(micros / 1_000_000).\(String(repeating: "0", count: 6 - digits.count))\(digits)")
        let isLimited = RaceDocuments.isLimited(id)
        document.budget.total = isLimited ? Self.budget : nil
        let entry = RaceRevision.Entry(
            cpm: CPM(micros: micros), currency: document.currency, targeting: document.targeting,
            isActive: document.state == .active, isLimited: isLimited)
        return (document, entry)
    }

    /// Merges whenever there is something to merge, as beside a service.
    func merge() {
        while !isOver {
            guard let merged = builder.merge() else { continue }
            publish(merged)
            count { $0.merges += 1 }
        }
    }
}
