internal import Events

extension VisitorHistory {
    /// An act or a trait, and its bytes.
    struct Record {
        let millis: Int64
        let symbol: Symbol
        let bytes: ArraySlice<UInt8>

        /// Whether it tells a value, or that there is none.
        var hasValues: Bool { bytes.count > HistoryEntry.headBytes }
    }

    struct ItemRecord: Equatable {
        let name: String
        let millis: Int64

        var byteCount: Int { 7 + name.utf8.count }
    }

    /// A history taken apart, for changes that are rarer than an act.
    struct Parts {
        /// Traits' bytes are counted in two bytes: 64 traits of 32 values fit.
        static let traitValuesMax = 32
        static let traitsMax = 64

        var dropped: Int
        var acts: [Record] = []
        var traits: [Record] = []
        /// The latest last.
        var items: [ItemRecord] = []

        init(_ history: VisitorHistory) {
            self.init(tailOf: history)
            dropped = history.dropped
            acts = Self.records(history.storage, history.acts)
        }

        /// The traits and the items alone, whose number does not grow with what a visitor does.
        init(tailOf history: VisitorHistory) {
            dropped = 0
            guard !history.isEmpty else { return }
            traits = Self.records(history.storage, history.traits)
            var offset = history.traits.upperBound
            while offset < history.storage.count {
                let item = ItemRecord(history.storage, at: offset)
                items.append(item)
                offset += item.byteCount
            }
        }

        private static func records(_ storage: [UInt8], _ range: Range<Int>) -> [Record] {
            var records: [Record] = []
            var offset = range.lowerBound
            while offset < range.upperBound {
                let entry = HistoryEntry(unsafe storage.span.bytes, at: offset)
                records.append(
                    Record(millis: entry.millis, symbol: entry.symbol, bytes: storage[offset..<entry.end]))
                offset = entry.end
            }
            return records
        }

        /// - Parameter count: acts that are too many; below 1 there are none.
        mutating func dropFirst(_ count: Int) {
            guard count > 0 else { return }
            acts.removeFirst(count)
            dropped += count
        }

        /// - Parameter laterWins: whether this one holds where that of the same name is of the same instant.
        mutating func setTrait(_ trait: Record, _ limits: HistoryLimits, laterWins: Bool = false) {
            if let index = traits.firstIndex(where: { $0.symbol == trait.symbol }) {
                let known = traits[index].millis
                guard known < trait.millis || (known == trait.millis && laterWins) else { return }
                traits.remove(at: index)
            }
            traits.append(trait)
            if traits.count > Swift.min(limits.traits, Self.traitsMax),
                let oldest = traits.indices.min(by: { traits[$0].millis < traits[$1].millis })
            {
                traits.remove(at: oldest)
            }
        }

        mutating func see(_ item: ItemRecord, _ limits: HistoryLimits) {
            guard !item.name.isEmpty, item.name.utf8.count <= Swift.min(limits.itemBytes, 255) else { return }
            var millis = item.millis
            if let index = items.firstIndex(where: { $0.name == item.name }) {
                millis = Swift.max(millis, items.remove(at: index).millis)
            }
            let place = items.lastIndex { $0.millis <= millis }.map { $0 + 1 } ?? 0
            items.insert(ItemRecord(name: item.name, millis: millis), at: place)
            while items.count > Swift.min(limits.items, 200) { items.removeFirst() }
        }

        var traitBytes: Int { traits.reduce(0) { $0 + $1.bytes.count } }
        var itemBytes: Int { items.reduce(0) { $0 + $1.byteCount } }

        /// The bytes behind the acts.
        var tail: [UInt8] {
            var bytes: [UInt8] = []
            for trait in traits { bytes += trait.bytes }
            for item in items {
                append(UInt64(bitPattern: item.millis), bytes: 6, to: &bytes)
                bytes.append(UInt8(item.name.utf8.count))
                bytes += item.name.utf8
            }
            return bytes
        }

        /// The bytes of the whole.
        var storage: [UInt8] {
            guard !acts.isEmpty || !traits.isEmpty || !items.isEmpty || dropped > 0 else { return [] }
            let actBytes = acts.reduce(0) { $0 + $1.bytes.count }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(VisitorHistory.headBytes + actBytes + traitBytes + itemBytes)
            for number in [acts.count, Swift.min(dropped, 65_535), traitBytes, itemBytes] {
                append(UInt64(number), bytes: 2, to: &bytes)
            }
            for act in acts { bytes += act.bytes }
            return bytes + tail
        }
    }
}

extension VisitorHistory.ItemRecord {
    /// The thing at an offset of a sound history.
    fileprivate init(_ storage: [UInt8], at offset: Int) {
        // Eight bytes are there: six of the instant, the length, and a name of at least one.
        let head: UInt64 = load(unsafe storage.span.bytes, offset)
        millis = Int64(head & 0xFFFF_FFFF_FFFF)
        let start = offset + 7
        name = String(decoding: storage[start..<start + Int(head >> 48 & 0xFF)], as: UTF8.self)
    }

    /// The next thing; nil at the end and where the bytes are damaged.
    init?(_ reader: inout ByteReader) {
        guard let low = reader.fixed(UInt32.self), let high = reader.fixed(UInt16.self),
            let count = reader.fixed(UInt8.self), count > 0, let text = reader.take(Int(count)),
            let name = String(validating: text, as: UTF8.self)
        else { return nil }
        millis = Int64(high) << 32 | Int64(low)
        guard HistoryEntry.instants.contains(millis) else { return nil }
        self.name = name
    }
}

// MARK: Bytes

extension VisitorHistory {
    private static let version: UInt8 = 2

    /// What a snapshot keeps: a version, then the history as it stands in memory.
    package var bytes: [UInt8] { [Self.version] + storage }

    /// Reads what ``bytes`` gave.
    ///
    /// - Returns: nil for damaged bytes and those of a version that is not known.
    package init?(bytes: ArraySlice<UInt8>) {
        guard bytes.first == Self.version else { return nil }
        let storage = Array(bytes.dropFirst())
        guard storage.isEmpty || Self.isSound(storage) else { return nil }
        self.init(sound: storage)
    }

    private static func isSound(_ storage: [UInt8]) -> Bool {
        var head = ByteReader(storage[...])
        guard let count = head.fixed(UInt16.self), head.fixed(UInt16.self) != nil,
            let traitBytes = head.fixed(UInt16.self), let itemBytes = head.fixed(UInt16.self),
            let acts = head.take(head.remaining - Int(traitBytes) - Int(itemBytes)),
            let traits = head.take(Int(traitBytes)), let items = head.take(Int(itemBytes))
        else { return false }
        return areSound(acts: acts, count: Int(count)) && areSound(traits: traits) && areSound(items: items)
    }

    private static func areSound(acts: ArraySlice<UInt8>, count: Int) -> Bool {
        var reader = ByteReader(acts)
        var last: Int64 = 0
        for _ in 0..<count {
            guard let act = HistoryEntry.isSound(&reader), act.millis >= last else { return false }
            last = act.millis
        }
        return reader.isAtEnd
    }

    private static func areSound(traits: ArraySlice<UInt8>) -> Bool {
        var reader = ByteReader(traits)
        var names: Set<Symbol> = []
        while !reader.isAtEnd {
            guard let trait = HistoryEntry.isSound(&reader), names.insert(trait.symbol).inserted,
                names.count <= Parts.traitsMax, trait.values <= Parts.traitValuesMax
            else { return false }
        }
        return true
    }

    private static func areSound(items: ArraySlice<UInt8>) -> Bool {
        var reader = ByteReader(items)
        var last: Int64 = 0
        while !reader.isAtEnd {
            guard let item = ItemRecord(&reader), item.millis >= last else { return false }
            last = item.millis
        }
        return true
    }
}
