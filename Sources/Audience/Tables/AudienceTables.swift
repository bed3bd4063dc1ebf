package import Events
internal import Synchronization

/// Who the visitors are and what audiences they belong to, in memory that bid loops read without waiting.
///
///     identifier ──► IdentityTable ──► number ──► VisitorDirectory ──► block of BlockPool: memberships, counters
///
/// One thread, the writer, calls everything here but ``makeReader()`` and the memory figures; any number of threads look
/// through a ``TableReader`` of their own. What a reader may still see is kept until it has looked away
/// (``ReaderEpochs``). Nothing is ever gone through at once: growing, sweeping and writing snapshots happen in slices.
@safe
package final class AudienceTables: @unchecked Sendable {
    // Unchecked because of state that is the writer's alone. Invariant: readers touch `epochs`, `pending`,
    // `shownIdentities`, and the words of `directory`, `pool` and the table shown, all of them atomic or locked; the
    // writer keeps a table that was shown in `retiredTables` until no reader sees it.
    let epochs = ReaderEpochs()
    let directory: VisitorDirectory
    let pool: BlockPool
    let shownIdentities: Atomic<UnsafeMutableRawPointer>
    /// Impressions that were bid for and are not counted yet; safe to use from any thread.
    package let pending = PendingImpressions()
    let largePages: Bool
    /// Above this no new visitor is made.
    package var bytesMax: Int
    /// What else of visitors is in memory, and counts under the same limit.
    package var bytesBeside = 0

    var identities: IdentityTable
    /// The larger table that is being filled, and how many slots of the present one it holds.
    var nextIdentities: IdentityTable?
    var copiedSlots = 0
    /// While a snapshot is loaded identifiers come before their visitors.
    var isLoading = false
    /// Raised when another identity table takes over.
    var identityGeneration = 0

    private var retiredBlocks: [Retired<BlockPool.Block>] = []
    private var retiredFirst = 0
    var retiredTables: [Retired<IdentityTable>] = []
    /// Of each visitor that others were merged into, one of those; the others follow in the directory's seconds.
    var mergedHeads: [UInt32: UInt32] = [:]
    /// What has ended by then may be dropped.
    var sweptMillis: Int64 = .min
    /// Visitors erased at a record of the log whose identifiers are not forgotten yet.
    var erasedNumbers: [UInt32: UInt64] = [:]
    var draft = ProfileDraft()
    var otherDraft = ProfileDraft()
    var visitorHand = 1
    var identityHand = 0
    var pageHasVisitors = true
    var dumping: DumpMarks?
    var lastDump: UInt64 = 0

    /// Visitors that are somebody, and not merged into another.
    package internal(set) var visitorCount = 0
    /// Memberships kept, ended ones not yet swept among them.
    package var membershipCount: Int { sizes.total }
    var sizes = AudienceSizes()
    package internal(set) var counterCount = 0
    /// Memberships and counters dropped because a visitor had too many, or there was no memory for them.
    package internal(set) var droppedCount = 0

    struct Retired<Item> {
        let item: Item
        let epoch: UInt64
    }

    /// - Parameters:
    ///   - visitors: how many to expect; the tables grow beyond.
    ///   - identities: how many to make room for; beyond that the table is copied to a larger one, in slices.
    ///   - bytesMax: of memory in use, see ``bytes``.
    package init(visitors: Int, identities: Int, bytesMax: Int = .max) {
        // Below this, large pages would waste more than they save.
        largePages = visitors > 100_000
        self.bytesMax = bytesMax
        directory = VisitorDirectory(largePages: largePages)
        pool = BlockPool(bytesMax: bytesMax, largePages: largePages)
        guard let table = IdentityTable(identities: max(0, identities), largePages: largePages) else {
            preconditionFailure("no memory for a table of \(identities) identities; expect fewer")
        }
        self.identities = table
        unsafe shownIdentities = Atomic(table.base)
    }

    /// A view for one thread.
    package func makeReader() -> TableReader { TableReader(self) }

    // MARK: Memory

    /// What is in use, by what it is used for.
    package struct Bytes: Equatable, Sendable {
        package var identities = 0
        package var directory = 0
        package var memberships = 0
        package var counters = 0
        /// Taken from the system for profiles beyond what they use.
        package var spare = 0

        package var total: Int { identities + directory + memberships + counters }
    }

    /// On the writer's thread.
    package var bytes: Bytes {
        let growing = nextIdentities?.bytes ?? 0
        return Bytes(
            identities: identities.bytes + growing + retiredTables.reduce(0) { $0 + $1.item.bytes },
            directory: directory.bytes, memberships: pool.bytesUsed - 16 * counterCount, counters: 16 * counterCount,
            spare: pool.bytesHeld - pool.bytesUsed)
    }

    /// Whether another visitor may be made, and there is a place for an identifier of it.
    package var hasRoom: Bool {
        let hasPlace = nextIdentities != nil || identities.fill < IdentityTable.fillMax
        return hasPlace && bytes.total + bytesBeside < bytesMax
    }

    // MARK: Visitors

    /// Makes a visitor of a number that nobody ever had.
    ///
    /// - Returns: nil when the memory limit is reached: somebody idle must go first.
    package func makeVisitor() -> VisitorNumber? {
        guard hasRoom, directory.end <= Int(UInt32.max) else { return nil }
        let number = VisitorNumber(UInt32(directory.end))
        return makeVisitor(number) ? number : nil
    }

    /// Makes the visitor that had this number before a restart. The memory limit does not count here: what was once
    /// acknowledged is there again.
    ///
    /// - Returns: false where the number is zero or somebody's, or the system has no memory.
    @discardableResult
    package func makeVisitor(_ number: VisitorNumber) -> Bool {
        let number = number.rawValue
        guard number > 0, directory[number].form == .nobody, directory.extend(to: Int(number) + 1) else { return false }
        directory.setSeconds(number, 0)
        directory[number] = DirectoryWord(block: 0, flags: [])
        visitorCount += 1
        return true
    }

    /// Who a number stands for now: itself, or whom it was merged into; nil when it is nobody's.
    package func resolve(_ visitor: VisitorNumber) -> VisitorNumber? { root(visitor.rawValue).map(VisitorNumber.init) }

    func root(_ number: UInt32) -> UInt32? {
        let word = directory[number]
        switch word.form {
        case .nobody: return nil
        case .visitor: return number
        case .merged: return directory[word.target].form == .visitor ? word.target : nil
        }
    }

    /// Empty for nobody.
    package func flags(_ visitor: VisitorNumber) -> VisitorFlags {
        root(visitor.rawValue).map { directory[$0].flags } ?? []
    }

    package func setFlags(_ visitor: VisitorNumber, _ flags: VisitorFlags) {
        guard let number = root(visitor.rawValue) else { return }
        directory[number] = DirectoryWord(block: directory[number].block, flags: flags)
    }

    /// Notes when the visitor was last seen, in seconds since 1970; an earlier time than is known changes nothing.
    package func touch(_ visitor: VisitorNumber, atSeconds seconds: UInt32) {
        guard let number = root(visitor.rawValue), directory.seconds(number) < seconds else { return }
        directory.setSeconds(number, seconds)
    }

    /// In seconds since 1970; zero for never, nil for nobody.
    package func lastSeen(_ visitor: VisitorNumber) -> UInt32? { root(visitor.rawValue).map(directory.seconds) }

    /// Forgets a visitor and whoever was merged into it; its identifiers resolve to nobody at once.
    package func remove(_ visitor: VisitorNumber) {
        guard let number = root(visitor.rawValue) else { return }
        var merged = mergedHeads.removeValue(forKey: number) ?? 0
        while merged > 0 {
            let next = directory.seconds(merged)
            directory[merged] = DirectoryWord(0)
            directory.setSeconds(merged, 0)
            merged = next
        }
        let block = directory[number].block
        directory[number] = DirectoryWord(0)
        directory.setSeconds(number, 0)
        visitorCount -= 1
        forget(block)
    }

    /// How many visitors are in an audience; those whose membership has ended count until a sweep comes by.
    package func size(of audience: AudienceNumber) -> Int { sizes[audience] }

    // MARK: What readers may still see

    /// Gives a block back when no reader sees it any more; it must be out of sight for new ones.
    func retire(_ block: BlockPool.Block) {
        retiredBlocks.append(Retired(item: block, epoch: epochs.current))
        // Seldom enough to cost nothing, often enough to keep little.
        if retiredBlocks.count - retiredFirst >= 64 { reclaim() }
    }

    /// Gives back what no reader sees any more.
    func reclaim() {
        let oldest = epochs.advance()
        while retiredFirst < retiredBlocks.count, retiredBlocks[retiredFirst].epoch < oldest {
            pool.give(retiredBlocks[retiredFirst].item)
            retiredFirst += 1
        }
        if retiredFirst > 1024 || retiredFirst == retiredBlocks.count {
            retiredBlocks.removeFirst(retiredFirst)
            retiredFirst = 0
        }
        retiredTables.removeAll { $0.epoch < oldest }
    }
}
