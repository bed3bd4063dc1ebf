#if os(Linux)
internal import Glibc
#endif

/// Large runs of memory in pages of 2 MiB: a search reads here and there in tens of megabytes, and with small pages it
/// would wait for their addresses as long as for what they hold.
///
/// The pages come straight from the system: what an allocator hands out again is in small pages already. Where there are
/// none to be had, the system gives small ones.
enum HugePages {
    private static let pageBytes = 2 << 20

    /// - Returns: nil where the run is too small to gain by it, or the system has no such pages.
    static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
        #if os(Linux)
        guard bytes >= pageBytes else { return nil }
        let mapped = rounded(bytes) + pageBytes
        let memory = unsafe mmap(nil, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
            fatalError("vendue: no memory for \(bytes) bytes of the targeting index; give the machine more")
        }
        // What lies before the first whole page, and behind the last one, goes back.
        let before = Int(bitPattern: memory) & (pageBytes - 1)
        let skipped = before == 0 ? 0 : pageBytes - before
        let start = unsafe memory + skipped
        if skipped > 0 { unsafe _ = munmap(memory, skipped) }
        if skipped < pageBytes { unsafe _ = munmap(start + rounded(bytes), pageBytes - skipped) }
        unsafe _ = madvise(start, rounded(bytes), Int32(MADV_HUGEPAGE))
        return unsafe start
        #else
        return nil
        #endif
    }

    /// - Parameter bytes: as they were asked for.
    /// - Returns: whether the run came from here.
    static func free(_ memory: UnsafeMutableRawPointer, _ bytes: Int) -> Bool {
        #if os(Linux)
        guard bytes >= pageBytes else { return false }
        unsafe _ = munmap(memory, rounded(bytes))
        return true
        #else
        return false
        #endif
    }

    private static func rounded(_ bytes: Int) -> Int { (bytes + pageBytes - 1) & ~(pageBytes - 1) }
}
