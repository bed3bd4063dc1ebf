internal import Glibc

/// Plain memory of a fixed number of words, written before it is shared and only read afterwards.
///
/// Aligned so that eight words from a multiple of eight on are one cache line. Larger ones ask for huge pages: a look-up
/// goes where none went before, and would wait for the page table nearly as long as for the word.
@safe
struct AlignedWords: ~Copyable, @unchecked Sendable {
    // Invariant: `base` points at `count` initialised words from `init` until `deinit`; as nobody copies it, the one that
    // holds it is the one that frees it. Unchecked because of `base`, whose words nobody writes after `init`.
    private let base: UnsafeMutablePointer<UInt64>
    let count: Int

    init(_ words: borrowing [UInt64]) {
        count = words.count
        let bytes = max(64, words.count * 8)
        let isLarge = bytes >= Self.hugePageBytes
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: bytes, alignment: isLarge ? Self.hugePageBytes : 64)
        // A kernel without huge pages refuses, and nothing is lost by it.
        if isLarge { unsafe madvise(memory, bytes, Int32(MADV_HUGEPAGE)) }
        let count = count
        unsafe base = unsafe memory.bindMemory(to: UInt64.self, capacity: max(8, count))
        unsafe words.withUnsafeBufferPointer { source in
            guard let first = source.baseAddress, count > 0 else { return }
            unsafe base.initialize(from: first, count: count)
        }
    }

    deinit { unsafe base.deallocate() }

    private static var hugePageBytes: Int { 2 << 20 }

    var bytes: Int { count * 8 }

    @inline(__always)
    subscript(index: Int) -> UInt64 {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
        return unsafe base[index]
    }

    /// How many of the `words` words from `start` on are `word` or less, whatever their order.
    ///
    /// Without a branch, so that the processor need not guess.
    @inline(__always)
    func countNotAbove(_ word: UInt64, at start: Int, words: Int) -> Int {
        precondition(start >= 0 && start &+ words <= count)
        var result = 0
        for offset in 0..<words { result &+= unsafe base[start &+ offset] <= word ? 1 : 0 }
        return result
    }
}
