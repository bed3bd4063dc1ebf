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

    /// Where sweeping goes on.
    private var hand = 0

    var count: Int { heap.count }
    var bytes: Int { heap.count * MemoryLayout<Entry>.stride }
    /// When the first falls due.
    var first: Int64? { heap.first?.due }

    mutating func insert(_ entry: Entry) {
        heap.append(entry)
        rise(heap.count - 1)
    }

    private mutating func rise(_ place: Int) {
        var child = place
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
            sink(0)
        }
        return first
    }

    /// Goes on through the entries where the last call stopped, and takes out those of which nothing will come.
    ///
    /// Entries change their places between calls: one may be looked at twice, another in the next round.
    mutating func sweep(_ count: Int, isNeeded: (Entry) -> Bool) {
        for _ in 0..<min(count, heap.count) {
            if hand >= heap.count { hand = 0 }
            if heap.isEmpty || isNeeded(heap[hand]) { hand += 1 } else { remove(hand) }
        }
    }

    private mutating func remove(_ place: Int) {
        let last = heap.removeLast()
        guard place < heap.count else { return }
        heap[place] = last
        rise(place)
        sink(place)
    }

    private mutating func sink(_ place: Int) {
        var parent = place
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
