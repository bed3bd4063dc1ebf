internal import Synchronization

/// Words in memory that one thread writes, or several word by word, and others read without waiting.
///
/// Every access is atomic and within bounds. Whoever holds the words keeps the memory behind them.
@safe
struct AtomicWords: @unchecked Sendable {
    // Unchecked because of the pointer. Invariant: `count` words lie at `base` as long as this value is used; zeroed
    // memory is an atomic word that holds zero.
    private let base: UnsafeMutablePointer<Atomic<UInt64>>
    let count: Int

    /// - Parameter base: of memory that outlives this value, aligned to eight bytes.
    @unsafe
    init(_ base: UnsafeMutableRawPointer, count: Int) {
        unsafe self.base = base.assumingMemoryBound(to: Atomic<UInt64>.self)
        self.count = count
    }

    @inline(__always)
    func load(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < count)
        return unsafe base[index].load(ordering: .relaxed)
    }

    /// What was written before the word that is seen is seen too.
    @inline(__always)
    func loadAcquiring(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < count)
        return unsafe base[index].load(ordering: .acquiring)
    }

    @inline(__always)
    func store(_ word: UInt64, _ index: Int) {
        precondition(index >= 0 && index < count)
        unsafe base[index].store(word, ordering: .relaxed)
    }

    /// Shows everything written before to whoever sees the word.
    @inline(__always)
    func storeReleasing(_ word: UInt64, _ index: Int) {
        precondition(index >= 0 && index < count)
        unsafe base[index].store(word, ordering: .releasing)
    }

    // MARK: Several writers

    /// In one order with ``exchange(_:for:_:)`` on all threads.
    @inline(__always)
    func loadOrdered(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < count)
        return unsafe base[index].load(ordering: .sequentiallyConsistent)
    }

    /// Puts a word in the place of another.
    ///
    /// - Returns: false where something else stood there by then; nothing changed.
    @inline(__always)
    func exchange(_ expected: UInt64, for word: UInt64, _ index: Int) -> Bool {
        precondition(index >= 0 && index < count)
        return unsafe base[index].compareExchange(
            expected: expected, desired: word, ordering: .sequentiallyConsistent
        ).exchanged
    }
}
