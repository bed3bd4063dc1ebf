internal import Units

/// What kind of thing a name is; the same spelling may be several.
enum NameSpace: UInt64 {
    /// A domain: its number.
    case domain
    /// A seller of a system: how its `sellers.json` describes it.
    case seller
    /// A seller that is blocked.
    case blocked
    /// An account of a system in a file of authorised sellers.
    case record
    /// A domain below, whose file the file of this domain refers to.
    case subdomain
    /// A partner whose file the file of this domain refers to.
    case partner
    /// A domain that owns or manages the inventory of a file's domain.
    case owner
    /// An app's bundle: the number of its developer's domain.
    case bundle
}

/// A name with what it belongs to: a seller with its system, a record with its file and system.
struct NameKey: Equatable {
    let word: UInt64

    /// - Parameters:
    ///   - first: below 2²⁹.
    ///   - second: below 2³².
    @inline(__always)
    init(_ space: NameSpace, _ first: UInt32 = 0, _ second: UInt32 = 0) {
        word = space.rawValue &<< 61 | UInt64(first) &<< 32 | UInt64(second)
    }
}

/// Finds a number by a name: open addressing, at most half full, each find verified byte by byte.
///
/// The hash is keyed, so that nobody who publishes a file can choose names that meet in one place.
struct NameTable: ~Copyable {
    struct Entry: BitwiseCopyable {
        let key: UInt64
        let hash: UInt32
        let start: UInt32
        /// Bytes of the name; `vacant` where no entry is.
        let length: UInt32
        let value: UInt32

        static let vacant = UInt32.max
    }

    private let seed: Seed
    private let entries: FrozenRun<Entry>
    private let pool: FrozenRun<UInt8>

    init(_ builder: borrowing NameTableBuilder) {
        seed = builder.seed
        entries = FrozenRun(builder.entries)
        pool = FrozenRun(builder.pool)
    }

    /// - Complexity: O(bytes of the name). Allocates nothing.
    @inline(__always)
    func find(_ key: NameKey, _ name: UnsafeBufferPointer<UInt8>) -> UInt32? {
        let hash = unsafe NameHash.hash(seed, key, name)
        let mask = entries.count &- 1
        var place = Int(hash) & mask
        while true {
            let entry = entries[place]
            if entry.length == Entry.vacant { return nil }
            if entry.hash == hash, entry.key == key.word, Int(entry.length) == name.count,
                unsafe pool.holds(name, at: Int(entry.start))
            {
                return entry.value
            }
            place = (place &+ 1) & mask
        }
    }
}

/// Gathers the names of a ``NameTable``.
struct NameTableBuilder {
    let seed: Seed
    private(set) var entries: [NameTable.Entry]
    private(set) var pool: [UInt8] = []
    private var count = 0

    private static let vacant = NameTable.Entry(key: 0, hash: 0, start: 0, length: NameTable.Entry.vacant, value: 0)

    init(seed: Seed) {
        self.seed = seed
        entries = Array(repeating: Self.vacant, count: 64)
    }

    func find(_ key: NameKey, _ name: borrowing [UInt8]) -> UInt32? {
        let entry = entries[place(key, name).place]
        return entry.length == NameTable.Entry.vacant ? nil : entry.value
    }

    /// Adds a name, or gives it another value where `merge` says so.
    mutating func insert(
        _ key: NameKey, _ name: borrowing [UInt8], _ value: UInt32,
        merge: (UInt32, UInt32) -> UInt32 = { old, _ in old }
    ) {
        let (place, hash) = place(key, name)
        let old = entries[place]
        guard old.length == NameTable.Entry.vacant else {
            entries[place] = NameTable.Entry(
                key: old.key, hash: old.hash, start: old.start, length: old.length, value: merge(old.value, value))
            return
        }
        entries[place] = NameTable.Entry(
            key: key.word, hash: hash, start: UInt32(pool.count), length: UInt32(name.count), value: value)
        pool.append(contentsOf: copy name)
        count += 1
        if count * 2 > entries.count { grow() }
    }

    private mutating func grow() {
        let old = entries
        entries = Array(repeating: Self.vacant, count: old.count * 2)
        let mask = entries.count - 1
        for entry in old where entry.length != NameTable.Entry.vacant {
            var place = Int(entry.hash) & mask
            while entries[place].length != NameTable.Entry.vacant { place = (place + 1) & mask }
            entries[place] = entry
        }
    }

    /// Where the name stands, or would.
    private func place(_ key: NameKey, _ name: borrowing [UInt8]) -> (place: Int, hash: UInt32) {
        let hash = unsafe name.withUnsafeBufferPointer { unsafe NameHash.hash(seed, key, $0) }
        let mask = entries.count - 1
        var place = Int(hash) & mask
        while entries[place].length != NameTable.Entry.vacant {
            let entry = entries[place]
            if entry.hash == hash, entry.key == key.word, Int(entry.length) == name.count,
                isSpelled(name, at: Int(entry.start))
            {
                break
            }
            place = (place + 1) & mask
        }
        return (place, hash)
    }

    private func isSpelled(_ name: borrowing [UInt8], at start: Int) -> Bool {
        for index in 0..<name.count where pool[start + index] != name[index] { return false }
        return true
    }
}

/// Multiply and fold, eight bytes at a time.
enum NameHash {
    @inline(__always)
    static func hash(_ seed: Seed, _ key: NameKey, _ name: UnsafeBufferPointer<UInt8>) -> UInt32 {
        var state = fold(seed.high ^ key.word, seed.low | 1) ^ UInt64(truncatingIfNeeded: name.count)
        let raw = UnsafeRawBufferPointer(name)
        var index = 0
        while index &+ 8 <= raw.count {
            state = unsafe fold(state ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self), seed.low | 1)
            index &+= 8
        }
        var tail: UInt64 = 0
        while index < raw.count {
            tail = unsafe tail &<< 8 | UInt64(raw[index])
            index &+= 1
        }
        return UInt32(truncatingIfNeeded: Mix.scramble(fold(state ^ tail, seed.low | 1) ^ seed.low))
    }

    @inline(__always)
    private static func fold(_ word: UInt64, _ factor: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: factor)
        return product.high ^ product.low
    }
}
