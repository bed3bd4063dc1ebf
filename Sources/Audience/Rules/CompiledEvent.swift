internal import Documents
internal import Units

/// Acts counted, summed up or dated, as ``EventRule`` says it.
///
/// A class, as all that is compiled: a structure of arrays would be copied, array by array, each time it is asked.
final class CompiledEvent {
    let acts: CompiledActs
    /// `.max` where there is no window.
    private let window: Int64
    private let count: ClosedRange<Int>
    private let sumName: Symbol?
    private let sum: ClosedRange<Int64>
    private let recency: ClosedRange<Int64>?

    init(_ rule: EventRule, _ key: SymbolKey) {
        acts = CompiledActs(rule.acts, key)
        window = rule.within?.millis ?? .max
        let most = rule.atMost ?? .max
        // A rule that nothing fits, which no document can say, is one of impossible numbers.
        count = rule.atLeast <= most ? rule.atLeast...most : .max ... .max
        sumName = rule.sum.map { key.symbol($0.property) }
        sum = Self.range(rule.sum?.atLeast?.rawValue ?? .min, rule.sum?.atMost?.rawValue ?? .max)
        recency = rule.recency.map { recency in
            let (low, high) = (recency.atLeast?.millis ?? 0, recency.atMost?.millis ?? Self.never)
            return low <= high ? low...high : Self.never...Self.never
        }
    }

    /// An age that nothing reaches, and that can be added to any instant.
    private static let never: Int64 = 1 << 60

    private static func range(_ low: Int64, _ high: Int64) -> ClosedRange<Int64> {
        low <= high ? low...high : .max ... .max
    }

    /// What is true at an instant, and when that ends: acts enter the window and leave it one by one until it does.
    ///
    /// - Complexity: O(bytes of the history).
    func outlook(_ history: VisitorHistory, at now: Int64, _ scratch: RuleScratch) -> Outlook {
        collect(history, at: now, scratch)
        let times = scratch.times
        if isMinimum, times.last ?? 0 <= now { return minimum(times) }
        var state = State(now: now)
        enter(&state, scratch)
        let holds = holds(state, times)
        // Nothing comes any more, and what leaves makes them no more.
        if state.next == times.count, state.next < count.lowerBound { return .never }
        while let edge = nextEdge(state, times) {
            state.now = edge
            enter(&state, scratch)
            while state.first < state.next, times[state.first] <= edge - window {
                if sumName != nil { state.total -= Int128(scratch.amounts[state.first]) }
                state.first += 1
            }
            if self.holds(state, times) != holds { return Outlook(holds: holds, until: edge) }
        }
        return Outlook(holds: holds, until: .max)
    }

    /// Whether it asks for so many and nothing else, as most do.
    private var isMinimum: Bool { count.upperBound == .max && sumName == nil && recency == nil }

    /// The answer of a minimum when nothing is yet to come: until the last act that is needed leaves.
    private func minimum(_ times: [Int64]) -> Outlook {
        if times.count < count.lowerBound { return .never }
        if window == .max || count.lowerBound == 0 { return .always }
        return Outlook(holds: true, until: times[times.count - count.lowerBound] + window)
    }

    /// Which of the collected acts are in the window.
    private struct State {
        var now: Int64
        var first = 0
        /// The first that is yet to come.
        var next = 0
        /// Of 512 amounts of 64 bits: more than those hold.
        var total: Int128 = 0
    }

    /// The acts that are in the window or yet to come.
    private func collect(_ history: VisitorHistory, at now: Int64, _ scratch: RuleScratch) {
        let start = window == .max ? Int64.min : now - window
        scratch.clear()
        let bytes = unsafe history.storage.span.bytes
        let range = history.acts
        var offset = range.lowerBound
        while offset < range.upperBound {
            let entry = HistoryEntry(bytes, at: offset)
            offset = entry.end
            guard entry.millis > start, acts.match(entry, bytes) else { continue }
            scratch.times.append(entry.millis)
            if let sumName { scratch.amounts.append(Self.amount(sumName, entry, bytes)) }
        }
    }

    /// What the values of a property add up to, as far as 64 bits hold it.
    private static func amount(_ name: Symbol, _ entry: HistoryEntry, _ bytes: RawSpan) -> Int64 {
        var total: Int128 = 0
        var offset = entry.values.lowerBound
        while entry.find(name, bytes, from: &offset) {
            if let number = HistoryEntry.value(bytes, at: &offset).number { total += Int128(number) }
        }
        return Int64(clamping: total)
    }

    private func enter(_ state: inout State, _ scratch: RuleScratch) {
        while state.next < scratch.times.count, scratch.times[state.next] <= state.now {
            if sumName != nil { state.total += Int128(scratch.amounts[state.next]) }
            state.next += 1
        }
    }

    private func holds(_ state: State, _ times: [Int64]) -> Bool {
        let number = state.next - state.first
        guard count.contains(number) else { return false }
        if sumName != nil, state.total < Int128(sum.lowerBound) || state.total > Int128(sum.upperBound) { return false }
        guard let recency else { return true }
        return number > 0 && recency.contains(state.now - times[state.next - 1])
    }

    /// The next instant at which an act enters or leaves, or the latest gets older than a bound.
    private func nextEdge(_ state: State, _ times: [Int64]) -> Int64? {
        var edge = Int64.max
        if state.next < times.count { edge = times[state.next] }
        if state.first < state.next {
            if window != .max { edge = min(edge, times[state.first] + window) }
            if let recency {
                let latest = times[state.next - 1]
                let (reached, passed) = (latest + recency.lowerBound, latest + recency.upperBound + 1)
                if recency.lowerBound < Self.never, reached > state.now { edge = min(edge, reached) }
                if recency.upperBound < Self.never, passed > state.now { edge = min(edge, passed) }
            }
        }
        return edge == .max ? nil : edge
    }
}
