internal import Documents
internal import Units

/// A rule with its names and texts as a history has them, its tree as one array.
final class CompiledRule {
    struct Node {
        enum Kind {
            case all
            case any
            case not
            // The number says which of the rule's.
            case event(Int)
            case sequence(Int)
            case trait(Int)
            case audience(Int)
        }

        let kind: Kind
        /// Behind the last node below this one.
        var end: Int
    }

    private let key: SymbolKey
    /// Each node stands before those below it.
    private(set) var nodes: [Node] = []
    private(set) var events: [CompiledEvent] = []
    private(set) var sequences: [CompiledSequence] = []
    /// Every trait of one must be as wished.
    private(set) var traits: [[CompiledProperty]] = []
    private(set) var audiences: [[AudienceNumber]] = []

    /// - Parameter number: of an audience's id; nil where there is none, and nobody is in it.
    init(_ rule: AudienceRule, _ key: SymbolKey, number: (String) -> AudienceNumber?) {
        self.key = key
        add(rule, number)
    }

    private func add(_ rule: AudienceRule, _ number: (String) -> AudienceNumber?) {
        let index = nodes.count
        switch rule {
        case .all(let parts): add(.all, parts, number)
        case .any(let parts): add(.any, parts, number)
        case .not(let part): add(.not, [part], number)
        case .event(let event):
            nodes.append(Node(kind: .event(events.count), end: index + 1))
            events.append(CompiledEvent(event, key))
        case .sequence(let sequence):
            nodes.append(Node(kind: .sequence(sequences.count), end: index + 1))
            sequences.append(CompiledSequence(sequence, key))
        case .trait(let properties):
            nodes.append(Node(kind: .trait(traits.count), end: index + 1))
            traits.append(properties.map { CompiledProperty($0, key) })
        case .audience(let ids):
            nodes.append(Node(kind: .audience(audiences.count), end: index + 1))
            audiences.append(ids.compactMap(number))
        }
    }

    private func add(
        _ kind: Node.Kind, _ parts: [AudienceRule], _ number: (String) -> AudienceNumber?
    ) {
        let index = nodes.count
        nodes.append(Node(kind: kind, end: index + 1))
        for part in parts { add(part, number) }
        nodes[index].end = nodes.count
    }

    /// Types of acts that can change what it says.
    var types: Set<Symbol> {
        var types = Set(events.flatMap(\.acts.types))
        for sequence in sequences { for step in sequence.steps { types.formUnion(step.acts.types) } }
        if !traits.isEmpty { types.insert(.traits) }
        return types
    }
}

/// Which acts are meant.
struct CompiledActs {
    let types: [Symbol]
    let properties: [CompiledProperty]

    init(_ rule: ActRule, _ key: SymbolKey) {
        types = rule.types.map { key.symbol($0) }
        properties = rule.properties.map { CompiledProperty($0, key) }
    }

    @inline(__always)
    func match(_ entry: HistoryEntry, _ bytes: RawSpan) -> Bool {
        for index in types.indices where types[index] == entry.symbol {
            for property in properties.indices where !properties[property].matches(entry, bytes) { return false }
            return true
        }
        return false
    }
}

/// What one property must be.
struct CompiledProperty {
    let name: Symbol
    /// Sorted.
    private var texts: [UInt64] = []
    /// Equal to numbers and to texts that read as numbers; sorted.
    private var numbers: [Int64] = []
    /// Texts of the rule that read as numbers: equal to what was sent as a number; sorted.
    private var spelledNumbers: [Int64] = []
    private var between: ClosedRange<Int64>?

    init(_ rule: PropertyRule, _ key: SymbolKey) {
        name = key.symbol(rule.name)
        switch rule.wish {
        case .between(let min, let max):
            let (low, high) = (min?.rawValue ?? .min, max?.rawValue ?? .max)
            between = low <= high ? low...high : nil
        case .oneOf(let values):
            for value in values {
                switch value {
                case .text(let text):
                    let value = HistoryValue(text)
                    texts.append(TextHash.hash(text))
                    if let number = value.number { spelledNumbers.append(number) }
                case .flag(let flag): texts.append(TextHash.hash(flag ? "true" : "false"))
                case .number(let micros): numbers.append(micros.rawValue)
                }
            }
            texts.sort()
            numbers.sort()
            spelledNumbers.sort()
        }
    }

    /// Whether one of the property's values in the entry is as wished.
    func matches(_ entry: HistoryEntry, _ bytes: RawSpan) -> Bool {
        var offset = entry.values.lowerBound
        while entry.find(name, bytes, from: &offset) {
            if accepts(HistoryEntry.value(bytes, at: &offset)) { return true }
        }
        return false
    }

    private func accepts(_ value: HistoryValue) -> Bool {
        switch value {
        case .text(let hash): Self.has(texts, hash)
        case .number(let number):
            Self.has(numbers, number) || Self.has(spelledNumbers, number) || between?.contains(number) ?? false
        case .decimalText(let hash, let number):
            Self.has(texts, hash) || Self.has(numbers, number) || between?.contains(number) ?? false
        }
    }

    /// Whether a sorted list has a value.
    private static func has<Value: Comparable>(_ sorted: [Value], _ value: Value) -> Bool {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low] == value
    }
}
