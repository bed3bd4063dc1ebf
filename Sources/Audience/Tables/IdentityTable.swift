internal import Events

/// Which visitor each identifier is: open addressing with linear probing, in one piece of memory.
///
///     words 0…7: [ places 64 | slots 64 | unused ]
///     slot:      [ low 64 of the key ] [ 29 bits of high | kind 3 | visitor 32 ]
///
/// A key's place is its low half scaled to the number of places, so slots stand in the order of their keys: a larger
/// table is filled front to back. Behind the last place there is room to spill, and nothing wraps around. 93 bits of the
/// key are kept and compared. A slot whose second word is zero ends a search; one without a visitor is a gap.
///
/// One thread writes. Readers look through ``IdentityView``.
final class IdentityTable {
    let view: IdentityView
    /// Slots with a visitor.
    private(set) var live = 0
    /// Gaps, which searches pass over.
    private(set) var gaps = 0
    private let memory: ReservedMemory

    /// How full a table is made that is presized, and when it should grow.
    static let fillMade = 0.85
    static let fillGrowing = 0.875
    /// Beyond this a search passes over too many slots.
    static let fillMax = 0.95
    /// Behind the last place. At ``fillMax`` a run this long is beyond all chance, and then the table only grows early.
    private static let spill = 1024

    /// - Parameter identities: that it has room for.
    /// - Returns: nil where the system has no memory for it.
    init?(identities: Int, largePages: Bool) {
        let places = Self.places(identities)
        let count = places + Self.spill
        let bytes = IdentityView.headBytes + count * IdentityView.slotBytes
        guard let memory = ReservedMemory(bytes, largePages: largePages), memory.commit(bytes) else { return nil }
        self.memory = memory
        let words = memory.words
        words.store(UInt64(places), 0)
        words.store(UInt64(count), 1)
        view = unsafe IdentityView(memory.base)
    }

    var base: UnsafeMutableRawPointer { unsafe memory.base }
    var bytes: Int { Self.bytes(places: view.places) }

    /// How much of it searches must pass over.
    var fill: Double { Double(live + gaps) / Double(view.places) }

    static func places(_ identities: Int) -> Int { max(1024, Int(Double(identities) / fillMade) + 1) }

    static func bytes(places: Int) -> Int { IdentityView.headBytes + (places + spill) * IdentityView.slotBytes }

    /// Puts a slot in, over the one of the same key.
    ///
    /// - Returns: where it stands; nil when there is no room behind its place.
    func put(_ slot: IdentitySlot) -> Int? {
        var gap: Int?
        for index in view.place(slot.low)..<view.slots {
            let found = view[index]
            if found.isEnd { return write(slot, gap ?? index) }
            if found.isGap {
                gap = gap ?? index
            } else if found.hasKey(of: slot) {
                // Never moved to a gap in front: a reader between the two would miss it.
                view.words.storeReleasing(slot.value, IdentityView.valueIndex(index))
                return index
            }
        }
        return gap.map { write(slot, $0) }
    }

    private func write(_ slot: IdentitySlot, _ index: Int) -> Int {
        live += 1
        if view[index].isGap, !view[index].isEnd { gaps -= 1 }
        view.words.store(slot.low, IdentityView.valueIndex(index) - 1)
        view.words.storeReleasing(slot.value, IdentityView.valueIndex(index))
        return index
    }

    /// Where a key stands.
    func index(of key: IdentityKey) -> Int? {
        let wanted = IdentitySlot(key, kind: 0, visitor: 0)
        for index in view.place(key.low)..<view.slots {
            let found = view[index]
            if found.isEnd { return nil }
            if !found.isGap, found.hasKey(of: wanted) { return index }
        }
        return nil
    }

    /// Makes a slot with a visitor a gap.
    func clear(_ index: Int) {
        view.words.storeReleasing(IdentitySlot.gap, IdentityView.valueIndex(index))
        live -= 1
        gaps += 1
    }

    /// Lets a slot with a visitor name another.
    func readdress(_ index: Int, to visitor: UInt32) {
        let value = view[index].value
        view.words.storeReleasing(value & ~0xFFFF_FFFF | UInt64(visitor), IdentityView.valueIndex(index))
    }

    /// Ends searches at a gap that has nothing behind it.
    func closeGap(_ index: Int) {
        guard view[index].isGap, index + 1 == view.slots || view[index + 1].isEnd else { return }
        view.words.storeReleasing(0, IdentityView.valueIndex(index))
        gaps -= 1
    }
}

/// One identifier of a visitor, as the table keeps it.
struct IdentitySlot: Equatable {
    var low: UInt64
    var value: UInt64

    /// Has no visitor, and is not zero.
    static let gap: UInt64 = 1 << 32
    private static let highMask: UInt64 = 1 << 29 - 1

    init(low: UInt64, value: UInt64) {
        self.low = low
        self.value = value
    }

    init(_ key: IdentityKey, kind: UInt8, visitor: UInt32) {
        low = key.low
        value = (key.high & Self.highMask) << 35 | UInt64(kind & 7) << 32 | UInt64(visitor)
    }

    var visitor: UInt32 { UInt32(truncatingIfNeeded: value) }
    var kind: IdentityKind? { IdentityKind(rawValue: UInt8(truncatingIfNeeded: value >> 32 & 7)) }
    var isEnd: Bool { value == 0 }
    var isGap: Bool { visitor == 0 }

    func hasKey(of other: IdentitySlot) -> Bool { low == other.low && (value ^ other.value) >> 35 == 0 }
}

/// The slots of one table, for whoever looks.
struct IdentityView {
    let words: AtomicWords
    let places: Int
    let slots: Int

    static let headBytes = 64
    static let slotBytes = 16

    /// - Parameter base: of a table that is kept while this is used.
    @unsafe
    init(_ base: UnsafeMutableRawPointer) {
        let head = unsafe AtomicWords(base, count: 2)
        places = Int(truncatingIfNeeded: head.load(0))
        slots = Int(truncatingIfNeeded: head.load(1))
        words = unsafe AtomicWords(base, count: Self.headBytes / 8 + 2 * slots)
    }

    @inline(__always)
    static func valueIndex(_ slot: Int) -> Int { headBytes / 8 + 2 * slot + 1 }

    @inline(__always)
    func place(_ low: UInt64) -> Int { Int(truncatingIfNeeded: low.multipliedFullWidth(by: UInt64(places)).high) }

    /// For the writer, who sees what it wrote.
    subscript(slot: Int) -> IdentitySlot {
        let value = Self.valueIndex(slot)
        return IdentitySlot(low: words.load(value - 1), value: words.load(value))
    }

    /// The visitor that a key's slot names; zero for none.
    @inline(__always)
    func visitor(_ key: IdentityKey) -> UInt32 {
        let wanted = IdentitySlot(key, kind: 0, visitor: 0)
        for slot in place(key.low)..<slots {
            let value = words.loadAcquiring(Self.valueIndex(slot))
            if value == 0 { return 0 }
            guard (value ^ wanted.value) >> 35 == 0, words.loadAcquiring(Self.valueIndex(slot) - 1) == wanted.low else {
                continue
            }
            let again = words.load(Self.valueIndex(slot))
            if again == value { return UInt32(truncatingIfNeeded: value) }
            // Written meanwhile: it names another visitor now, or nobody, or it is another key's.
            if (again ^ wanted.value) >> 35 == 0 { return UInt32(truncatingIfNeeded: again) }
        }
        return 0
    }
}
