internal import Synchronization

/// Where each visitor's profile is: a word for each number, in one piece of addresses.
///
///     63     42 41   34 33 32 31                               0
///     [ unused ] [flags] [form] [ block of the profile, or visitor ]
///
/// Beside it, for the writer alone, stands when the visitor was last seen; a merged visitor keeps there which other is
/// merged into the same. Numbers are never given twice; memory behind whole pages of numbers that are all gone is given
/// back, so what remains of a number is at most 12 bytes, and nothing where its neighbours are gone too.
@safe
final class VisitorDirectory {
    // Invariant of the pointers in the two memories: numbers below `end` lie in what is committed, and so do those below
    // `readableEnd`, which alone readers go by.
    private let words: AtomicWords
    private let memory: ReservedMemory
    private let secondsMemory: ReservedMemory
    /// One above the highest number ever used.
    private(set) var end = 1
    /// Below this a reader may look.
    private let readableEnd = Atomic<Int>(0)
    private var releasedPages: Set<Int> = []

    /// Numbers whose memory is given back at once: two small pages of words and one of seconds.
    static let pageNumbers = 1024
    private static let bytesEach = 12

    init(largePages: Bool) {
        let numbers = 1 << 32
        guard let memory = ReservedMemory(numbers * 8, largePages: largePages),
            let secondsMemory = ReservedMemory(numbers * 4, largePages: false),
            memory.commit(8), secondsMemory.commit(4)
        else { preconditionFailure("the system grants no address range for audience tables") }
        self.memory = memory
        self.secondsMemory = secondsMemory
        words = memory.words
    }

    var bytes: Int { ((end + Self.pageNumbers - 1) / Self.pageNumbers - releasedPages.count) * pageBytes }

    private var pageBytes: Int { Self.pageNumbers * Self.bytesEach }

    /// Makes numbers below `end` usable.
    func extend(to end: Int) -> Bool {
        if end <= self.end { return true }
        guard end <= 1 << 32, memory.commit(end * 8), secondsMemory.commit(end * 4) else { return false }
        self.end = end
        let committed = min(memory.committed / 8, secondsMemory.committed / 4)
        if committed > readableEnd.load(ordering: .relaxed) { readableEnd.store(committed, ordering: .releasing) }
        return true
    }

    /// On any thread.
    @inline(__always)
    func look(_ number: UInt32) -> DirectoryWord {
        guard Int(number) < readableEnd.load(ordering: .acquiring) else { return DirectoryWord(0) }
        return DirectoryWord(words.loadAcquiring(Int(number)))
    }

    /// On the writer's thread.
    subscript(number: UInt32) -> DirectoryWord {
        get { Int(number) < end ? DirectoryWord(words.load(Int(number))) : DirectoryWord(0) }
        set {
            precondition(Int(number) < end)
            if newValue.form != .nobody, !releasedPages.isEmpty {
                releasedPages.remove(Int(number) / Self.pageNumbers)
            }
            words.storeReleasing(newValue.word, Int(number))
        }
    }

    func seconds(_ number: UInt32) -> UInt32 {
        precondition(Int(number) < end)
        return unsafe secondsMemory.base.load(fromByteOffset: Int(number) * 4, as: UInt32.self)
    }

    func setSeconds(_ number: UInt32, _ seconds: UInt32) {
        precondition(Int(number) < end)
        unsafe secondsMemory.base.storeBytes(of: seconds, toByteOffset: Int(number) * 4, as: UInt32.self)
    }

    /// Gives back the memory of a page of numbers that are all gone, and all given before.
    func release(page: Int) {
        guard (page + 1) * Self.pageNumbers <= end, releasedPages.insert(page).inserted else { return }
        let first = page * Self.pageNumbers
        memory.release(first * 8..<(first + Self.pageNumbers) * 8)
        secondsMemory.release(first * 4..<(first + Self.pageNumbers) * 4)
    }
}

/// What the directory says of one visitor.
struct DirectoryWord: Equatable {
    enum Form: UInt64 {
        case nobody = 0
        case visitor = 1
        /// Merged into another, whose number stands where the block else does.
        case merged = 2
    }

    var word: UInt64

    init(_ word: UInt64) { self.word = word }

    init(block: BlockPool.Block, flags: VisitorFlags) {
        word = UInt64(flags.rawValue) << 34 | Form.visitor.rawValue << 32 | UInt64(block)
    }

    init(mergedInto visitor: UInt32) { word = Form.merged.rawValue << 32 | UInt64(visitor) }

    var form: Form { Form(rawValue: word >> 32 & 3) ?? .nobody }
    /// Zero where there is no profile.
    var block: BlockPool.Block { BlockPool.Block(truncatingIfNeeded: word) }
    var target: UInt32 { UInt32(truncatingIfNeeded: word) }
    var flags: VisitorFlags { VisitorFlags(rawValue: UInt8(truncatingIfNeeded: word >> 34)) }
}
