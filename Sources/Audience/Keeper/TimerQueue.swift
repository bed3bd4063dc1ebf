internal import Events

/// What falls due when: a heap of instants at which an audience of a visitor has to be looked at again.
///
/// - Complexity: O(log count) each way; 16 bytes an entry.
struct TimerQueue {
    struct Entry: BitwiseCopyable, Equatable {
        /// Milliseconds since 1970.
        let due: Int64
        let visitor: UInt32
        let audience: UInt32
    }

    private var heap: [Entry] = []

    var count: Int { heap.count }
    /// When the first falls due.
    var first: Int64? { heap.first?.due }

    mutating func insert(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].due < heap[parent].due else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out the first entry that has fallen due.
    mutating func next(at millis: Int64) -> Entry? {
        guard let first = heap.first, first.due <= millis else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, heap[child + 1].due < heap[child].due { child += 1 }
            guard heap[child].due < heap[parent].due else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
