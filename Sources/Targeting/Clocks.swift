internal import Units

/// The clocks that strategies go by, as plain memory: what ``LocalClock`` says without touching an array.
struct Clocks: BitwiseCopyable {
    private struct Span: BitwiseCopyable {
        let from: Instant
        let offsetSeconds: Int64
    }

    /// All transitions, clock after clock.
    private let spans: Slab<Span>
    /// Where the transitions of each clock start, and at the end where they all end.
    private let starts: Slab<UInt32>

    init(_ clocks: [LocalClock]) {
        var spans: [Span] = []
        var starts: [UInt32] = [0]
        for clock in clocks {
            spans += clock.transitions.map { Span(from: $0.from, offsetSeconds: Int64($0.offsetSeconds)) }
            starts.append(UInt32(spans.count))
        }
        self.spans = Slab(spans, padding: Span(from: Instant(micros: 0), offsetSeconds: 0))
        self.starts = Slab(starts, padding: 0)
    }

    func free() {
        spans.free()
        starts.free()
    }

    var count: Int { starts.count - 1 }
    var bytes: Int { spans.count * MemoryLayout<Span>.stride + starts.count * 4 }

    /// Hours since Monday midnight by one of the clocks, 0 to 167.
    ///
    /// - Complexity: O(log transitions).
    func hourOfWeek(_ clock: Int, at instant: Instant) -> UInt8 {
        // The first transition covers all time before it too; a clock without any is UTC.
        let first = Int(starts[clock])
        var low = first
        var high = Int(starts[clock + 1])
        guard low < high else { return UInt8(LocalClock.utc.hourOfWeek(at: instant)) }
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].from > instant { high = middle } else { low = middle + 1 }
        }
        let offset = spans[max(first, low - 1)].offsetSeconds
        return UInt8(LocalClock.utc.hourOfWeek(at: instant.adding(seconds: offset)))
    }
}
