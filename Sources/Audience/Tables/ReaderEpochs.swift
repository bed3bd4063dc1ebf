internal import Synchronization

/// Says when memory that was taken out of sight is seen by no reader any more.
///
/// A reader shows the epoch in which it began to look, and zero when it is done. The writer tags what it takes out of
/// sight with the epoch and begins the next one; when every reader that looks began later, the memory is free. Neither
/// waits for the other.
@safe
final class ReaderEpochs: @unchecked Sendable {
    // Unchecked because of the pointer. Invariant: `shown` are words of `memory`, a cache line for each reader. A reader
    // writes its own line only; `taken` is guarded by its mutex.
    private let memory: UnsafeMutableRawPointer
    private let shown: AtomicWords
    private let epoch = Atomic<UInt64>(1)
    private let taken = Mutex<[Bool]>([])

    /// Threads that read at one time; each bid loop and each control thread is one.
    static let readersMax = 512
    private static let wordsPerLine = 8

    init() {
        let bytes = Self.readersMax * Self.wordsPerLine * 8
        unsafe memory = .allocate(byteCount: bytes, alignment: 64)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        shown = unsafe AtomicWords(memory, count: bytes / 8)
    }

    deinit { unsafe memory.deallocate() }

    /// A reader's line; from any thread.
    func register() -> Int {
        taken.withLock { taken in
            if let free = taken.firstIndex(of: false) {
                taken[free] = true
                return free
            }
            precondition(taken.count < Self.readersMax, "more than \(Self.readersMax) readers of audience tables")
            taken.append(true)
            return taken.count - 1
        }
    }

    func unregister(_ reader: Int) { taken.withLock { $0[reader] = false } }

    @inline(__always)
    func enter(_ reader: Int) {
        shown.store(epoch.load(ordering: .acquiring), reader * Self.wordsPerLine)
        // What is read from here on is no older than what the writer had shown when it looked for readers.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
    }

    @inline(__always)
    func leave(_ reader: Int) { shown.storeReleasing(0, reader * Self.wordsPerLine) }

    /// What to tag with whatever is out of sight now. On the writer's thread.
    var current: UInt64 { epoch.load(ordering: .relaxed) }

    /// Begins the next epoch. On the writer's thread.
    ///
    /// - Returns: the epoch below which no tag is seen by a reader.
    func advance() -> UInt64 {
        let next = epoch.load(ordering: .relaxed) + 1
        epoch.store(next, ordering: .releasing)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        var oldest = next
        for reader in 0..<taken.withLock({ $0.count }) {
            let word = shown.loadAcquiring(reader * Self.wordsPerLine)
            if word != 0 { oldest = min(oldest, word) }
        }
        return oldest
    }
}
