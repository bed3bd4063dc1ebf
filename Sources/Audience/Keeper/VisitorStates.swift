internal import Events

/// The states of visitors by their numbers, and how much memory they take.
struct VisitorStates: Sequence {
    private var states: [VisitorNumber: VisitorState] = [:]
    /// Of the arrays in the states.
    private var arrayBytes = 0

    /// A dictionary's entry; on average nine of sixteen places are taken.
    private static let entryBytes =
        (MemoryLayout<VisitorNumber>.stride + MemoryLayout<VisitorState>.stride) * 16 / 9

    /// An estimate of the memory that all of it takes.
    var bytes: Int { arrayBytes + states.count * Self.entryBytes }
    var count: Int { states.count }
    var isEmpty: Bool { states.isEmpty }
    var keys: Dictionary<VisitorNumber, VisitorState>.Keys { states.keys }

    func makeIterator() -> Dictionary<VisitorNumber, VisitorState>.Iterator { states.makeIterator() }

    // Changed in place: a state taken out and put back would be copied.
    subscript(visitor: VisitorNumber) -> VisitorState? {
        get { states[visitor] }
        _modify {
            arrayBytes -= states[visitor]?.bytes ?? 0
            defer { arrayBytes += states[visitor]?.bytes ?? 0 }
            yield &states[visitor]
        }
    }

    subscript(visitor: VisitorNumber, default state: @autoclosure () -> VisitorState) -> VisitorState {
        get { states[visitor, default: state()] }
        _modify {
            arrayBytes -= states[visitor]?.bytes ?? 0
            defer { arrayBytes += states[visitor]?.bytes ?? 0 }
            yield &states[visitor, default: state()]
        }
    }

    mutating func removeValue(forKey visitor: VisitorNumber) -> VisitorState? {
        guard let state = states.removeValue(forKey: visitor) else { return nil }
        arrayBytes -= state.bytes
        return state
    }
}

extension VisitorState {
    /// What its arrays take.
    fileprivate var bytes: Int {
        history.bytesHeld + Self.bytes(seen) + Self.bytes(due) + Self.bytes(former) + Self.bytes(members)
    }

    private static func bytes<Element>(_ array: [Element]) -> Int {
        array.capacity == 0 ? 0 : VisitorHistory.arrayHeadBytes + array.capacity * MemoryLayout<Element>.stride
    }
}
