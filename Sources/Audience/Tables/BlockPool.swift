/// Memory for profiles: blocks of a few sizes, in pages of one size each.
///
/// A page whose blocks are all free again serves any size: so visitors that all grow from one size to the next leave
/// nothing unused behind. Used by the writer's thread alone, except that readers look at ``words``.
final class BlockPool {
    /// A block is named by where it begins, in units of two words. Zero names none.
    typealias Block = UInt32

    private struct Page {
        var sizeClass: UInt8 = 0
        var isListed = false
        var used: UInt16 = 0
        /// Blocks given at least once; those behind were never touched.
        var begun: UInt16 = 0
        /// The first free block, by its place in the page and one; zero for none.
        var free: UInt16 = 0
        var previous: Int32 = -1
        var next: Int32 = -1
    }

    let words: AtomicWords
    private let memory: ReservedMemory
    private var pages: [Page] = [Page()]
    private var emptyPages: [Int32] = []
    /// Of each size class, a page with room.
    private var rooms: [Int32]
    /// In blocks that are given.
    private(set) var bytesUsed = 0

    private static let pageWords = 8192
    /// Sizes in words: in steps of two up to 32, then eight steps to each doubling.
    private static let sizes: [Int] = {
        var sizes = Array(stride(from: 2, through: 32, by: 2))
        while let last = sizes.last, last < wordsMax { sizes.append(last + max(2, (last.bitWidthFloor) / 8)) }
        return sizes
    }()
    private let sizes = BlockPool.sizes
    /// The class of each number of pairs of words.
    private let classes: [UInt8]

    /// A block holds a header, as many memberships, and two words for each counter, as ``TableLimits`` allows.
    static let wordsMax = 1 + TableLimits.membershipsMax + 2 * TableLimits.countersMax

    /// - Parameter bytesMax: addresses to reserve; less where the system does not grant them.
    init(bytesMax: Int, largePages: Bool) {
        var bytes = min(bytesMax, 2 * 8 * Int(UInt32.max))
        var reserved = ReservedMemory(bytes, largePages: largePages)
        while reserved == nil, bytes > ReservedMemory.step {
            bytes /= 2
            reserved = ReservedMemory(bytes, largePages: largePages)
        }
        guard let reserved else { preconditionFailure("the system grants no address range for audience tables") }
        memory = reserved
        words = reserved.words
        rooms = Array(repeating: -1, count: sizes.count)
        var classes: [UInt8] = []
        for pairs in 0...(Self.sizes.last ?? 0) / 2 {
            classes.append(UInt8(Self.sizes.firstIndex { $0 >= 2 * pairs } ?? 0))
        }
        self.classes = classes
    }

    /// In pages that hold at least one block, or once did.
    var bytesHeld: Int { (pages.count - emptyPages.count - 1) * Self.pageWords * 8 }

    /// What a block for so many words has room for.
    func capacity(_ words: Int) -> Int { sizes[Int(classes[(words + 1) / 2])] }

    /// - Parameter words: at most ``wordsMax``.
    /// - Returns: a block whose words may hold anything; nil when there is no memory left.
    func take(_ words: Int) -> Block? {
        let sizeClass = Int(classes[(words + 1) / 2])
        var page = rooms[sizeClass]
        if page < 0 {
            guard let fresh = takePage(sizeClass) else { return nil }
            page = fresh
        }
        let index = Int(page)
        let size = sizes[sizeClass]
        let place: Int
        if pages[index].free > 0 {
            place = Int(pages[index].free) - 1
            pages[index].free = UInt16(truncatingIfNeeded: self.words.load(index * Self.pageWords + place * size))
        } else {
            place = Int(pages[index].begun)
            pages[index].begun += 1
        }
        pages[index].used += 1
        bytesUsed += size * 8
        if pages[index].free == 0, Int(pages[index].begun) == Self.pageWords / size { unlist(index) }
        return Block((index * Self.pageWords + place * size) / 2)
    }

    /// Takes a block back that no reader sees any more.
    func give(_ block: Block) {
        let index = Int(block) * 2 / Self.pageWords
        let size = sizes[Int(pages[index].sizeClass)]
        let place = (Int(block) * 2 - index * Self.pageWords) / size
        words.store(UInt64(pages[index].free), Int(block) * 2)
        pages[index].free = UInt16(place + 1)
        pages[index].used -= 1
        bytesUsed -= size * 8
        if pages[index].used == 0 {
            unlist(index)
            pages[index] = Page()
            emptyPages.append(Int32(index))
        } else {
            list(index)
        }
    }

    private func takePage(_ sizeClass: Int) -> Int32? {
        let index: Int
        if let empty = emptyPages.popLast() {
            index = Int(empty)
        } else {
            index = pages.count
            guard memory.commit((index + 1) * Self.pageWords * 8) else { return nil }
            pages.append(Page())
        }
        pages[index].sizeClass = UInt8(sizeClass)
        list(index)
        return Int32(index)
    }

    private func list(_ index: Int) {
        if pages[index].isListed { return }
        let sizeClass = Int(pages[index].sizeClass)
        let first = rooms[sizeClass]
        pages[index].isListed = true
        pages[index].previous = -1
        pages[index].next = first
        if first >= 0 { pages[Int(first)].previous = Int32(index) }
        rooms[sizeClass] = Int32(index)
    }

    private func unlist(_ index: Int) {
        guard pages[index].isListed else { return }
        let page = pages[index]
        pages[index].isListed = false
        if page.next >= 0 { pages[Int(page.next)].previous = page.previous }
        if page.previous >= 0 {
            pages[Int(page.previous)].next = page.next
        } else {
            rooms[Int(page.sizeClass)] = page.next
        }
    }
}

extension Int {
    /// The greatest power of two that is not above it.
    fileprivate var bitWidthFloor: Int { 1 << (Int.bitWidth - 1 - leadingZeroBitCount) }
}
