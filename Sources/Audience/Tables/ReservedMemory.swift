#if canImport(Glibc)
internal import Glibc
#endif

/// A range of addresses that memory is put behind as it is needed: what lies in it never moves.
///
/// Untouched parts cost nothing. All of it reads as zeros until written.
@safe
final class ReservedMemory {
    // Invariant: `base` is the start of `count` bytes of a mapping of ours, from `init` to `deinit`; the first `committed`
    // of them may be read and written.
    let base: UnsafeMutableRawPointer
    let count: Int
    private(set) var committed = 0
    private let mapping: UnsafeMutableRawPointer
    private let mappingCount: Int

    /// What memory is put behind at once: some large pages.
    static let step = 1 << 24
    static let largePage = 1 << 21
    static let smallPage = 1 << 12

    /// - Parameters:
    ///   - count: bytes to reserve; rounded up to whole steps.
    ///   - largePages: whether it will be big, so that large pages save more look-ups than they waste memory.
    /// - Returns: nil where the system grants no such range.
    init?(_ count: Int, largePages: Bool) {
        self.count = (count + Self.step - 1) / Self.step * Self.step
        mappingCount = self.count + Self.largePage
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let address = unsafe mmap(nil, mappingCount, PROT_NONE, flags, -1, 0), unsafe address != MAP_FAILED else {
            return nil
        }
        unsafe mapping = address
        let odd = Int(bitPattern: address) & (Self.largePage - 1)
        unsafe base = odd == 0 ? address : address + (Self.largePage - odd)
        // Advice: without large pages it works as well, only slower.
        if largePages { _ = unsafe madvise(base, self.count, MADV_HUGEPAGE) }
    }

    deinit { unsafe munmap(mapping, mappingCount) }

    /// Makes the first `end` bytes usable.
    ///
    /// - Returns: false where they do not fit, or the system has no memory for them.
    func commit(_ end: Int) -> Bool {
        if end <= committed { return true }
        guard end <= count else { return false }
        let next = (end + Self.step - 1) / Self.step * Self.step
        guard unsafe mprotect(base + committed, next - committed, PROT_READ | PROT_WRITE) == 0 else { return false }
        committed = next
        return true
    }

    /// Gives the memory behind whole small pages back; they read as zeros from then on.
    func release(_ range: Range<Int>) {
        precondition(range.upperBound <= committed && range.lowerBound % Self.smallPage == 0)
        _ = unsafe madvise(base + range.lowerBound, range.count, MADV_DONTNEED)
    }

    /// The same bytes as words that several threads may touch.
    var words: AtomicWords { unsafe AtomicWords(base, count: count / 8) }
}
