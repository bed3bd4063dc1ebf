package import Events
internal import Units

/// How much is kept of one visitor.
package struct HistoryLimits: Equatable, Sendable {
    /// Acts; the oldest go first. At most 65,535.
    package var acts = 512
    /// Things seen last.
    package var items = 10
    /// Bytes of a thing's name; longer ones are not kept as seen.
    package var itemBytes = 128
    /// Values of an act's properties, and of one trait; what comes behind them is not kept. At most 255.
    package var values = 64
    /// The oldest go first.
    package var traits = 64

    package init() {}
}

/// What one visitor did, as far as rules ask for it: acts, declared traits and the things seen last.
///
/// Texts are kept as hashes, except the names of the things seen. One array, and none for an empty history; an act with
/// one text takes 29 bytes, one with a category and an item 42.
///
///     ┌────────┬───────────┬─────────────────┬────────────────┬────────┬──────────┬─────────┐
///     │ acts 2 │ dropped 2 │ traits' bytes 2 │ items' bytes 2 │ acts … │ traits … │ items … │
///     └────────┴───────────┴─────────────────┴────────────────┴────────┴──────────┴─────────┘
///
/// Acts stand in the order of their instants, whatever order they came in; those of one instant as they came.
package struct VisitorHistory: Equatable, Sendable {
    /// A thing that the visitor had to do with, and when last.
    package struct Item: Equatable, Sendable {
        package let name: String
        package let millis: Int64
    }

    /// What recording an act changed: what is to be worked out anew.
    package struct Change: Equatable, Sendable {
        /// The act's type; nil where it was not kept.
        package var recorded: Symbol?
        /// The type of the act that went for it.
        package var dropped: Symbol?
    }

    static let headBytes = 8

    /// Empty, or a head and what it announces.
    private(set) var storage: [UInt8] = []

    package init() {}

    /// - Parameter storage: sound bytes.
    init(sound storage: [UInt8]) { self.storage = storage }

    package var isEmpty: Bool { storage.isEmpty }

    /// Acts that are kept.
    package var count: Int { head(0) }

    /// Acts that went because there were too many, up to 65,535.
    package var dropped: Int { head(2) }

    /// Bytes in memory beside the reference.
    package var byteCount: Int { storage.count }

    /// The instant of the oldest act or trait, in milliseconds; nil where there is none.
    ///
    /// - Complexity: O(traits).
    var oldestMillis: Int64? {
        let bytes = unsafe storage.span.bytes
        var oldest = acts.isEmpty ? Int64.max : HistoryEntry(bytes, at: acts.lowerBound).millis
        var offset = traits.lowerBound
        while offset < traits.upperBound {
            let trait = HistoryEntry(bytes, at: offset)
            oldest = min(oldest, trait.millis)
            offset = trait.end
        }
        return oldest == .max ? nil : oldest
    }

    /// What comes before an array's elements in memory.
    static let arrayHeadBytes = 32

    /// Bytes in memory, those that are kept free for more among them.
    var bytesHeld: Int { storage.capacity == 0 ? 0 : Self.arrayHeadBytes + storage.capacity }

    /// Things the visitor had to do with, the latest first.
    package var items: [Item] { itemRecords.reversed().map { Item(name: $0.name, millis: $0.millis) } }

    /// Removes acts, traits and things of before an instant.
    ///
    /// - Returns: the types of which acts went, and of traits where traits did; each once.
    /// - Complexity: O(bytes).
    package mutating func trim(before millis: Int64) -> [Symbol] {
        guard !isEmpty else { return [] }
        var gone: [Symbol] = []
        var parts = Parts(self)
        while let first = parts.acts.first, first.millis < millis {
            if !gone.contains(first.symbol) { gone.append(first.symbol) }
            parts.acts.removeFirst()
        }
        if parts.traits.contains(where: { $0.millis < millis }) {
            parts.traits.removeAll { $0.millis < millis }
            gone.append(.traits)
        }
        parts.items.removeAll { $0.millis < millis }
        storage = parts.storage
        return gone
    }

    /// Takes in what another visitor did who was found to be the same.
    ///
    /// Of a trait that both have the later one holds, of one instant this visitor's.
    package mutating func merge(_ other: VisitorHistory, limits: HistoryLimits = HistoryLimits()) {
        guard !other.isEmpty else { return }
        var parts = Parts(self)
        let others = Parts(other)
        parts.dropped += others.dropped
        parts.acts = Self.merged(parts.acts, others.acts)
        parts.dropFirst(parts.acts.count - max(min(limits.acts, 65_535), 1))
        for trait in others.traits { parts.setTrait(trait, limits) }
        for item in others.items { parts.see(item, limits) }
        storage = parts.storage
    }

    private static func merged(_ lhs: [Record], _ rhs: [Record]) -> [Record] {
        var merged: [Record] = []
        merged.reserveCapacity(lhs.count + rhs.count)
        var (left, right) = (lhs[...], rhs[...])
        while let first = left.first, let second = right.first {
            merged.append(second.millis < first.millis ? right.removeFirst() : left.removeFirst())
        }
        return merged + left + right
    }

    // MARK: Layout

    /// One of the four numbers at the head.
    func head(_ offset: Int) -> Int {
        storage.isEmpty ? 0 : Int(storage[offset]) | Int(storage[offset + 1]) << 8
    }

    private mutating func setHead(_ offset: Int, _ value: Int) {
        storage[offset] = UInt8(truncatingIfNeeded: value)
        storage[offset + 1] = UInt8(truncatingIfNeeded: value >> 8)
    }

    /// Where the acts stand.
    var acts: Range<Int> { storage.isEmpty ? 0..<0 : Self.headBytes..<traits.lowerBound }

    /// Where the traits stand.
    var traits: Range<Int> {
        let end = storage.count - head(6)
        return end - head(4)..<end
    }

    private var itemRecords: [ItemRecord] { Parts(tailOf: self).items }
}

// MARK: Recording

extension VisitorHistory {
    /// Records an act, or the traits that one of type `traits` tells.
    ///
    /// An instant before 1970 is not kept. A property `item` is a thing seen.
    ///
    /// - Complexity: O(bytes of the history).
    package mutating func record(
        _ act: VisitorAct, by key: SymbolKey, limits: HistoryLimits = HistoryLimits()
    ) -> Change {
        let millis = act.instant.micros >= 0 ? act.instant.micros / 1000 : -1
        guard HistoryEntry.instants.contains(millis) else { return Change() }
        let type = key.symbol(act.type)
        if type == .traits { return recordTraits(act, millis, key, limits) }
        var values: [(name: Symbol, value: HistoryValue)] = []
        for property in act.properties {
            let name = key.symbol(property.name)
            for value in HistoryValue.values(of: property.value) where values.count < min(limits.values, 255) {
                values.append((name, value))
            }
            if property.name == Self.itemName { see(property.value, millis, limits) }
        }
        return insert(HistoryEntry.bytes(millis: millis, type, values), millis, type, limits)
    }

    private static let itemName = "item"

    private mutating func insert(_ bytes: [UInt8], _ millis: Int64, _ type: Symbol, _ limits: HistoryLimits) -> Change {
        if storage.isEmpty { storage = [UInt8](repeating: 0, count: Self.headBytes) }
        let acts = acts
        var change = Change(recorded: type)
        if count >= max(min(limits.acts, 65_535), 1) {
            setHead(2, min(dropped + 1, 65_535))
            let oldest = HistoryEntry(unsafe storage.span.bytes, at: acts.lowerBound)
            // What is no later than the oldest of a full history would be the next to go.
            guard millis >= oldest.millis else { return Change() }
            change.dropped = oldest.symbol
            let offset = place(of: millis)
            storage.insert(contentsOf: bytes, at: offset)
            storage.removeSubrange(oldest.values.lowerBound - HistoryEntry.headBytes..<oldest.end)
        } else {
            storage.insert(contentsOf: bytes, at: place(of: millis))
            setHead(0, count + 1)
        }
        return change
    }

    /// Behind the last act that is not later.
    private func place(of millis: Int64) -> Int {
        let acts = acts
        let bytes = unsafe storage.span.bytes
        var offset = acts.lowerBound
        var place = offset
        while offset < acts.upperBound {
            let entry = HistoryEntry(bytes, at: offset)
            if entry.millis > millis { break }
            offset = entry.end
            place = offset
        }
        return place
    }

    private mutating func recordTraits(
        _ act: VisitorAct, _ millis: Int64, _ key: SymbolKey, _ limits: HistoryLimits
    ) -> Change {
        var parts = Parts(tailOf: self)
        for property in act.properties {
            let name = key.symbol(property.name)
            let values = HistoryValue.values(of: property.value).prefix(min(limits.values, Parts.traitValuesMax))
            let bytes = HistoryEntry.bytes(millis: millis, name, values.map { (name, $0) })
            parts.setTrait(Record(millis: millis, symbol: name, bytes: bytes[...]), limits, laterWins: true)
        }
        setTail(parts)
        return Change(recorded: .traits)
    }

    private mutating func see(_ value: VisitorAct.Value, _ millis: Int64, _ limits: HistoryLimits) {
        let names: [String] =
            switch value {
            case .text(let text): [text]
            case .texts(let texts): texts
            case .number(let micros): [DecimalText.string(micros: micros.rawValue)]
            case .flag: []
            }
        var parts = Parts(tailOf: self)
        for name in names { parts.see(ItemRecord(name: name, millis: millis), limits) }
        setTail(parts)
    }

    /// Replaces the traits and the items, and leaves the acts where they are.
    private mutating func setTail(_ parts: Parts) {
        let tail = parts.tail
        if storage.isEmpty {
            guard !tail.isEmpty else { return }
            storage = [UInt8](repeating: 0, count: Self.headBytes)
        }
        storage.replaceSubrange(acts.upperBound..., with: tail)
        setHead(4, parts.traitBytes)
        setHead(6, parts.itemBytes)
    }
}
