/// A run of plain memory with a fixed number of elements: an array that nothing counts references to.
///
/// The bid path reads it like any other value, without retain, release or uniqueness checks. Every access is checked
/// against the bounds; where a loop goes over many elements, all of them are before it starts. Whoever allocates a slab
/// frees it; copies of the value look into the same memory.
@safe
struct Slab<Element: BitwiseCopyable>: BitwiseCopyable {
    // Invariant: `base` points at `count` initialised elements on a 64-byte boundary, from `init` until `free`. Kept
    // by the owner: an index frees its slabs when nobody holds it any more, a matcher and a builder theirs likewise. Where
    // the memory came from follows from its size, so it goes back to the same place.
    private let base: UnsafeMutablePointer<Element>
    let count: Int

    /// - Parameter count: zero is fine.
    init(repeating element: Element, count: Int) {
        precondition(count >= 0)
        // An allocation of no bytes has no address worth passing on.
        let bytes = max(1, count) * MemoryLayout<Element>.stride
        let memory =
            unsafe HugePages.allocate(bytes) ?? UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        unsafe base = unsafe memory.bindMemory(to: Element.self, capacity: count)
        unsafe base.initialize(repeating: element, count: count)
        self.count = count
    }

    /// A copy of an array.
    init(_ elements: [Element], padding: Element) {
        self.init(repeating: padding, count: elements.count)
        for index in elements.indices { self[index] = elements[index] }
    }

    /// The memory, for loops that check their bounds before they start.
    @unsafe
    var memory: UnsafeMutablePointer<Element> { unsafe base }

    /// Gives the memory back; no copy of this value may be used from now on.
    func free() {
        if unsafe !HugePages.free(base, max(1, count) * MemoryLayout<Element>.stride) { unsafe base.deallocate() }
    }

    @inline(__always)
    subscript(index: Int) -> Element {
        get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return unsafe base[index]
        }
        nonmutating set {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            unsafe base[index] = newValue
        }
    }

    /// Copies the elements of `range` to where `start` is, which may overlap.
    func move(_ range: Range<Int>, to start: Int) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count && start >= 0 && start + range.count <= count)
        unsafe (base + start).update(from: base + range.lowerBound, count: range.count)
    }

    /// The first elements, in memory of their own.
    func prefix(_ length: Int, padding: Element) -> Slab {
        precondition(length >= 0 && length <= count)
        let copy = Slab(repeating: padding, count: length)
        unsafe copy.base.update(from: base, count: length)
        return copy
    }

    /// Frees this memory for a run twice as long or longer, with these elements in front.
    func grown(toHold least: Int, padding: Element) -> Slab {
        let larger = Slab(repeating: padding, count: max(least, count * 2))
        unsafe larger.base.update(from: base, count: count)
        free()
        return larger
    }
}

extension Slab where Element == UInt64 {
    static var wordsPerBlock: Int { 8 }

    /// Sets some words.
    func fill(_ words: Range<Int>, with word: UInt64) {
        precondition(words.lowerBound >= 0 && words.upperBound <= count)
        unsafe (base + words.lowerBound).update(repeating: word, count: words.count)
    }

    /// Keeps those bits of some words that as many words of another run have too, from `start` on.
    func keep(_ words: Range<Int>, _ other: Slab, from start: Int) { combine(words, other, start) { $0 & $1 } }

    /// Adds the bits of another run's words.
    func add(_ words: Range<Int>, _ other: Slab, from start: Int) { combine(words, other, start) { $0 | $1 } }

    @inline(__always)
    private func combine(_ words: Range<Int>, _ other: Slab, _ start: Int, _ combined: (UInt64, UInt64) -> UInt64) {
        precondition(words.lowerBound >= 0 && words.upperBound <= count)
        precondition(start >= 0 && start &+ words.count <= other.count)
        let own = unsafe base + words.lowerBound
        let others = unsafe other.base + start
        for index in 0..<words.count { unsafe own[index] = unsafe combined(own[index], others[index]) }
    }

    /// Sets the bits that numbers name.
    ///
    /// - Parameters:
    ///   - numbers: ascending.
    ///   - range: which of them; all between `origin` and as far beyond it as `words` have bits.
    ///   - origin: what stands for the first bit.
    ///   - words: of this run.
    @inline(__always)
    func insert(_ numbers: Slab<UInt32>, _ range: Range<UInt32>, from origin: UInt32, in words: Range<Int>) {
        precondition(words.lowerBound >= 0 && words.upperBound <= count && range.upperBound <= numbers.count)
        if let first = range.first, let last = range.last {
            // They ascend: so all lie between.
            precondition(numbers[Int(first)] >= origin && Int(numbers[Int(last)] &- origin) < words.count &* 64)
        }
        let own = unsafe base + words.lowerBound
        let numbers = unsafe numbers.base
        for index in range {
            let bit = unsafe numbers[Int(index)] &- origin
            unsafe own[Int(bit >> 6)] |= 1 &<< UInt64(truncatingIfNeeded: bit & 63)
        }
    }

    /// The same as long as the numbers lie in a range.
    ///
    /// - Parameters:
    ///   - next: the first of them; then the first that lies beyond.
    ///   - end: where the numbers end.
    /// - Returns: the number at `next`, `UInt32.max` at the end.
    @inline(__always)
    func insert(
        _ numbers: Slab<UInt32>, _ next: inout UInt32, _ end: UInt32, in range: Range<UInt32>, _ words: Range<Int>
    ) -> UInt32 {
        precondition(words.lowerBound >= 0 && words.upperBound <= count && end <= numbers.count)
        precondition(range.count <= words.count &* 64 && (next >= end || numbers[Int(next)] >= range.lowerBound))
        let own = unsafe base + words.lowerBound
        let numbers = unsafe numbers.base
        while next < end {
            let number = unsafe numbers[Int(next)]
            if number >= range.upperBound { return number }
            let bit = number &- range.lowerBound
            unsafe own[Int(bit >> 6)] |= 1 &<< UInt64(truncatingIfNeeded: bit & 63)
            next &+= 1
        }
        return .max
    }

    /// Sets a bit of the run, and says whether it was clear.
    @inline(__always)
    @discardableResult
    func insert(bit: Int) -> Bool {
        let word = self[bit >> 6]
        let mask: UInt64 = 1 << UInt64(truncatingIfNeeded: bit & 63)
        self[bit >> 6] = word | mask
        return word & mask == 0
    }

    @inline(__always)
    func remove(bit: Int) { self[bit >> 6] &= ~(1 << UInt64(truncatingIfNeeded: bit & 63)) }

    @inline(__always)
    func contains(bit: Int) -> Bool { self[bit >> 6] >> UInt64(truncatingIfNeeded: bit & 63) & 1 != 0 }
}

extension Slab where Element == UInt8 {
    /// Eight bytes from `start` on, the first of them lowest.
    @inline(__always)
    func word(at start: Int) -> UInt64 {
        precondition(start >= 0 && start &+ 8 <= count)
        return unsafe UInt64(littleEndian: UnsafeRawPointer(base + start).loadUnaligned(as: UInt64.self))
    }

    /// - Parameter word: in the order of memory.
    @inline(__always)
    func store(_ word: UInt64, at start: Int) {
        precondition(start >= 0 && start &+ 8 <= count)
        unsafe UnsafeMutableRawPointer(base + start).storeBytes(of: word, as: UInt64.self)
    }
}
