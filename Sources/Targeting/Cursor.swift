/// Postings on their way through the windows of slots.
struct Cursor: BitwiseCopyable {
    private let start: UInt32
    private let end: UInt32
    /// The slot at `start`.
    private let first: UInt32
    private var next: UInt32 = 0
    /// The slot at `next`; `UInt32.max` at the end.
    private(set) var front: UInt32 = 0

    static let none = Cursor(start: 0, end: 0, first: .max)

    init(start: UInt32, end: UInt32, first: UInt32) { (self.start, self.end, self.first) = (start, end, first) }

    /// Goes back to the first of them.
    mutating func rewind() {
        next = start
        front = first
    }

    /// Sets the bits of the postings that a window covers, and moves behind them.
    ///
    /// - Parameters:
    ///   - slots: of the window.
    ///   - words: of `bits`, for the window.
    ///   - isLast: whether no slots lie beyond the window.
    @inline(__always)
    mutating func enter(
        _ slots: Range<UInt32>, _ postings: Slab<UInt32>, _ bits: Slab<UInt64>, _ words: Range<Int>, isLast: Bool
    ) {
        if front >= slots.upperBound { return }
        // Of windows in which nobody was left to look for.
        while next < end, postings[Int(next)] < slots.lowerBound { next &+= 1 }
        if isLast {
            bits.insert(postings, next..<end, from: slots.lowerBound, in: words)
            next = end
            front = .max
        } else {
            front = bits.insert(postings, &next, end, in: slots, words)
        }
    }
}
