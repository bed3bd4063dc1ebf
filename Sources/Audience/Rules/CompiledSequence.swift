internal import Documents

/// An act, then others after it, or their absence, as ``SequenceRule`` says it.
///
/// Each way through the steps makes the sequence true in one interval of time. A way is where it has come to, and when it
/// began. Of two ways the one that has come further began no earlier: so the ways stay in order, and where several acts
/// could have been the one before, the latest is the best.
final class CompiledSequence {
    struct Step {
        let acts: CompiledActs
        let isAbsence: Bool
        /// `.max` where any time may pass; 0 for an absence that needs no waiting.
        let span: Int64
    }

    let steps: [Step]
    /// `.max` where there is no window.
    private let window: Int64

    init(_ rule: SequenceRule, _ key: SymbolKey) {
        steps = rule.steps.map { step in
            Step(
                acts: CompiledActs(step.acts, key),
                isAbsence: step.isAbsence,
                span: step.within?.millis ?? (step.isAbsence ? 0 : .max)
            )
        }
        window = rule.within?.millis ?? .max
    }

    /// What is true at an instant, and when that ends.
    ///
    /// - Complexity: O(steps × bytes of the history).
    func outlook(_ history: VisitorHistory, at now: Int64, _ scratch: RuleScratch) -> Outlook {
        guard let first = steps.first else { return .never }
        let start = window == .max ? Int64.min : now - window
        collect(first.acts, history, after: start, scratch)
        scratch.ways.removeAll(keepingCapacity: true)
        for time in scratch.times { scratch.ways.append(Way(at: time, began: time)) }
        for index in 1..<max(steps.count, 1) {
            if scratch.ways.isEmpty { return .never }
            let step = steps[index]
            collect(step.acts, history, after: start, scratch)
            if !step.isAbsence {
                follow(step.span, scratch)
            } else if index < steps.count - 1 {
                stayAway(step.span, scratch)
            } else {
                return lastAbsence(step.span, at: now, scratch)
            }
        }
        var cover = Cover(now)
        for way in scratch.ways where !cover.isComplete { cover.add(from: way.at, to: end(way)) }
        return cover.outlook
    }

    /// How far a way through the steps has come.
    struct Way {
        let at: Int64
        let began: Int64
    }

    private func collect(_ acts: CompiledActs, _ history: VisitorHistory, after start: Int64, _ scratch: RuleScratch) {
        scratch.clear()
        let bytes = unsafe history.storage.span.bytes
        let range = history.acts
        var offset = range.lowerBound
        while offset < range.upperBound {
            let entry = HistoryEntry(bytes, at: offset)
            offset = entry.end
            if entry.millis > start, acts.match(entry, bytes) { scratch.times.append(entry.millis) }
        }
    }

    /// Ways on to acts that are later than where a way has come to, and less than the span later.
    private func follow(_ span: Int64, _ scratch: RuleScratch) {
        scratch.next.removeAll(keepingCapacity: true)
        var behind = 0
        for time in scratch.times {
            while behind < scratch.ways.count, scratch.ways[behind].at < time { behind += 1 }
            guard behind > 0 else { continue }
            let way = scratch.ways[behind - 1]
            if time - way.at < span { scratch.next.append(Way(at: time, began: way.began)) }
        }
        swap(&scratch.ways, &scratch.next)
    }

    /// Ways on to the end of a span without the act.
    private func stayAway(_ span: Int64, _ scratch: RuleScratch) {
        scratch.next.removeAll(keepingCapacity: true)
        var later = 0
        for way in scratch.ways {
            while later < scratch.times.count, scratch.times[later] <= way.at { later += 1 }
            if later == scratch.times.count || scratch.times[later] >= way.at + span {
                scratch.next.append(Way(at: way.at + span, began: way.began))
            }
        }
        swap(&scratch.ways, &scratch.next)
    }

    /// The act must stay away for the span, and the sequence ends when it comes.
    private func lastAbsence(_ span: Int64, at now: Int64, _ scratch: RuleScratch) -> Outlook {
        var cover = Cover(now)
        var later = 0
        for way in scratch.ways where !cover.isComplete {
            while later < scratch.times.count, scratch.times[later] <= way.at { later += 1 }
            let broken = later < scratch.times.count ? scratch.times[later] : .max
            cover.add(from: way.at + span, to: min(broken, end(way)))
        }
        return cover.outlook
    }

    /// When a way is over because its first act has left the window.
    private func end(_ way: Way) -> Int64 { window == .max ? .max : way.began + window }
}

/// How long an instant is covered without a gap by intervals that come in order of their starts and of their ends.
private struct Cover {
    private let now: Int64
    private(set) var outlook = Outlook.never
    private(set) var isComplete = false

    init(_ now: Int64) { self.now = now }

    /// - Parameter to: belongs to the interval no more.
    mutating func add(from: Int64, to: Int64) {
        guard from < to, to > now else { return }
        if outlook.holds {
            if from <= outlook.until {
                outlook = Outlook(holds: true, until: max(outlook.until, to))
            } else {
                isComplete = true
            }
        } else if from <= now {
            outlook = Outlook(holds: true, until: to)
        } else {
            outlook = Outlook(holds: false, until: from)
            isComplete = true
        }
    }
}
