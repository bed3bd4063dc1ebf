internal import Documents

/// What the objects of an event need beside what documents have: bounds, for events come from everywhere.
extension ObjectReader {
    /// Nil, and a fault, for an object of so many members or so long a name that it is no event's.
    init?(small node: Node, at pointer: String, known: [String], _ faults: FaultList) {
        guard Self.isSmall(node) else {
            faults.add("has too many members, or one with too long a name", at: pointer, node)
            return nil
        }
        self.init(node, at: pointer, known: known, faults)
    }

    private static func isSmall(_ node: Node) -> Bool {
        guard case .map(let members) = node.content else { return true }
        return members.count <= EventLimits.membersMax
            && members.allSatisfy { $0.key.utf8.count <= EventLimits.nameBytesMax }
    }

    /// A text that is not empty; nil, and a fault, for one beyond the bound or with control characters.
    func text(_ key: String, bytesMax: Int) -> String? {
        guard let text = string(key) else { return nil }
        if let fault = EventText.fault(in: text, bytesMax: bytesMax) {
            self.fault(fault, key)
            return nil
        }
        return text
    }

    /// A consent string; empty where there is none.
    func bytes(_ key: String) -> [UInt8] {
        guard let text = string(key) else { return [] }
        guard text.utf8.count <= EventLimits.consentBytesMax else {
            fault("is longer than \(EventLimits.consentBytesMax) bytes", key)
            return []
        }
        return Array(text.utf8)
    }

    /// 0 or 1, also as `false` or `true`.
    func flag(_ key: String) -> Bool? {
        switch value(key)?.content {
        case nil: return nil
        case .bool(let flag): return flag
        case .number("0"): return false
        case .number("1"): return true
        default:
            fault("must be 0 or 1", key)
            return nil
        }
    }
}

/// What every text of an event must be.
package enum EventText {
    /// What is wrong with it; nil when nothing is.
    package static func fault(in text: String, bytesMax: Int) -> String? {
        if text.isEmpty { return "must not be empty" }
        if text.utf8.count > bytesMax { return "is longer than \(bytesMax) bytes" }
        return text.utf8.contains { $0 < 0x20 || $0 == 0x7F } ? "has a control character" : nil
    }
}
