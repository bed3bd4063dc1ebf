/// A run of plain memory with a fixed number of elements: an array that nothing counts references to.
///
/// The bid path reads it like any other value, without retain, release or uniqueness checks. Every access is checked
/// against the bounds. Whoever allocates a slab frees it; copies of the value look into the same memory.
@safe
struct Slab<Element: BitwiseCopyable>: BitwiseCopyable {
    // Invariant: `base` points at `count` initialised elements on a 64-byte boundary, from `init` until `free`. Kept
    // by the owner: an index frees its slabs when nobody holds it any more, a matcher and a builder theirs likewise.
    private let base: UnsafeMutablePointer<Element>
    let count: Int

    /// - Parameter count: zero is fine.
    init(repeating element: Element, count: Int) {
        precondition(count >= 0)
        // An allocation of no bytes has no address worth passing on.
        let bytes = max(1, count) * MemoryLayout<Element>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        unsafe base = unsafe memory.bindMemory(to: Element.self, capacity: count)
        unsafe base.initialize(repeating: element, count: count)
        self.count = count
    }

    /// A copy of an array.
    init(_ elements: [Element], padding: Element) {
        self.init(repeating: padding, count: elements.count)
        for index in elements.indices { self[index] = elements[index] }
    }

    /// Gives the memory back; no copy of this value may be used from now on.
    func free() { unsafe base.deallocate() }

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
    /// Clears every bit of some words.
    func clear(_ words: Range<Int>) {
        precondition(words.lowerBound >= 0 && words.upperBound <= count)
        unsafe (base + words.lowerBound).update(repeating: 0, count: words.count)
    }

    /// 512 bits at once.
    typealias Block = SIMD8<UInt64>

    static var wordsPerBlock: Int { 8 }

    /// The block that starts at word `start`, a multiple of eight.
    @inline(__always)
    func block(at start: Int) -> Block {
        precondition(start >= 0 && start &+ Self.wordsPerBlock <= count && start & 7 == 0)
        return unsafe UnsafeRawPointer(base + start).load(as: Block.self)
    }

    @inline(__always)
    func store(_ block: Block, at start: Int) {
        precondition(start >= 0 && start &+ Self.wordsPerBlock <= count && start & 7 == 0)
        unsafe UnsafeMutableRawPointer(base + start).storeBytes(of: block, as: Block.self)
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

extension SIMD8<UInt64> {
    /// Whether no bit is set.
    @inline(__always)
    var isEmpty: Bool {
        let quarter = lowHalf | highHalf
        let eighth = quarter.lowHalf | quarter.highHalf
        return eighth[0] | eighth[1] == 0
    }
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
