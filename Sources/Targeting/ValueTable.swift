internal import Units

/// Numbers the values that any strategy asks for, and finds them by their spelling.
///
/// Open addressing over 16-byte entries, at most half of them taken, so that a look-up is one or two cache lines; the
/// spellings lie in a pool of their own, in whole words. Values come from strangers, so the hash is keyed: what they
/// send can at worst walk the longest run of entries that advertisers' values happen to form.
struct ValueTable: BitwiseCopyable {
    struct Entry: BitwiseCopyable {
        /// The hash; its low bits are the place where the search starts.
        let hash: UInt32
        /// Where the spelling starts in the pool.
        let word: UInt32
        let value: UInt32
        let dimension: UInt8
        let length: UInt8
    }

    static let vacant = UInt32.max
    static let empty = Entry(hash: 0, word: vacant, value: 0, dimension: 0, length: 0)

    private let seed: Seed
    private var entries = Slab<Entry>(repeating: empty, count: 64)
    private var pool = Slab<UInt64>(repeating: 0, count: 256)
    private var poolCount = 0
    /// Values numbered so far: 0 to before this.
    private(set) var count = 0
    private var spelled = 0

    init(seed: Seed) { self.seed = seed }

    func free() {
        entries.free()
        pool.free()
    }

    /// Bytes in use.
    var bytes: Int { entries.count * MemoryLayout<Entry>.stride + poolCount * 8 }

    /// What is looked for: a part of a key, hashed.
    struct Lookup: BitwiseCopyable {
        var hash: UInt32 = 0
        var start: UInt32 = 0
        var length: UInt8 = 0
        var dimension: UInt8 = 0
        /// Nothing is looked for: here the values of the dimension end.
        var isEnd = false

        static func end(of dimension: Dimension) -> Lookup { Lookup(dimension: dimension.rawValue, isEnd: true) }
    }

    @inline(__always)
    func lookup(_ dimension: Dimension, _ key: ValueKey, from start: Int, length: Int) -> Lookup {
        Lookup(
            hash: hash(dimension, key, start, length), start: UInt32(start), length: UInt8(length),
            dimension: dimension.rawValue)
    }

    /// The entry where the search for a value begins, most often its own.
    @inline(__always)
    func firstEntry(_ lookup: Lookup) -> Entry { entries[Int(lookup.hash) & (entries.count &- 1)] }

    /// The entry of a value, if any strategy asks for it.
    ///
    /// - Parameter first: where the search begins.
    @inline(__always)
    func find(_ lookup: Lookup, from first: Entry, _ key: ValueKey) -> Entry? {
        if first.word == Self.vacant { return nil }
        if isEntry(first, of: lookup, key) { return first }
        let mask = entries.count &- 1
        var place = (Int(lookup.hash) &+ 1) & mask
        while entries[place].word != Self.vacant {
            if isEntry(entries[place], of: lookup, key) { return entries[place] }
            place = (place &+ 1) & mask
        }
        return nil
    }

    @inline(__always)
    private func isEntry(_ entry: Entry, of lookup: Lookup, _ key: ValueKey) -> Bool {
        entry.hash == lookup.hash && entry.dimension == lookup.dimension && entry.length == lookup.length
            && isSpelled(key, Int(lookup.start), Int(lookup.length), at: Int(entry.word))
    }

    /// The number of a value, a new one if it has none yet.
    mutating func insert(_ dimension: Dimension, _ key: ValueKey) -> UInt32 {
        let hash = hash(dimension, key, key.start, key.count)
        let mask = entries.count - 1
        let lookup = Lookup(
            hash: hash, start: UInt32(key.start), length: UInt8(key.count), dimension: dimension.rawValue)
        var place = Int(hash) & mask
        while entries[place].word != Self.vacant {
            if isEntry(entries[place], of: lookup, key) { return entries[place].value }
            place = (place + 1) & mask
        }
        let words = (key.count + 7) / 8
        if poolCount + words > pool.count { pool = pool.grown(toHold: poolCount + words, padding: 0) }
        for index in 0..<words { pool[poolCount + index] = key.word(index, from: key.start, length: key.count) }
        let value = UInt32(count)
        entries[place] = Entry(
            hash: hash, word: UInt32(poolCount), value: value, dimension: dimension.rawValue,
            length: UInt8(key.count))
        poolCount += words
        count += 1
        spelled += 1
        if spelled * 2 > entries.count { grow() }
        return value
    }

    /// A number for what is no value that could be spelled, but stated like one.
    mutating func insertUnspelled() -> UInt32 {
        count += 1
        return UInt32(count - 1)
    }

    private mutating func grow() {
        let old = entries
        entries = Slab(repeating: Self.empty, count: old.count * 2)
        for index in 0..<old.count where old[index].word != Self.vacant {
            var place = Int(old[index].hash) & (entries.count - 1)
            while entries[place].word != Self.vacant { place = (place + 1) & (entries.count - 1) }
            entries[place] = old[index]
        }
        old.free()
    }

    @inline(__always)
    private func isSpelled(_ key: ValueKey, _ start: Int, _ length: Int, at word: Int) -> Bool {
        var index = 0
        while index &* 8 < length {
            if pool[word &+ index] != key.word(index, from: start, length: length) { return false }
            index &+= 1
        }
        return true
    }

    /// Multiply and fold, a word at a time; without the seed nobody can tell which values meet.
    @inline(__always)
    private func hash(_ dimension: Dimension, _ key: ValueKey, _ start: Int, _ length: Int) -> UInt32 {
        var state = seed.high ^ UInt64(truncatingIfNeeded: length &<< 8 | Int(dimension.rawValue))
        var index = 0
        while index &* 8 < length {
            state = fold(state ^ key.word(index, from: start, length: length))
            index &+= 1
        }
        return UInt32(truncatingIfNeeded: Mix.scramble(state ^ seed.low))
    }

    @inline(__always)
    private func fold(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: seed.low | 1)
        return product.high ^ product.low
    }
}
