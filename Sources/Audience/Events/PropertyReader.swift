internal import Documents
internal import Events
internal import Units

/// Reads the `properties` of an event: texts, numbers, flags and lists of texts by name.
enum PropertyReader {
    /// - Parameter isTraits: whether null takes a trait back, as an empty text; else it stands for absent.
    static func read(
        _ node: Node, at pointer: String, isTraits: Bool, _ faults: FaultList
    ) -> [VisitorAct.Property] {
        guard case .map(let members) = node.content else {
            faults.add("must be an object, is \(node.typeName)", at: pointer, node)
            return []
        }
        guard members.count <= EventLimits.propertiesMax else {
            faults.add("has more than \(EventLimits.propertiesMax) members", at: pointer, node)
            return []
        }
        var properties: [VisitorAct.Property] = []
        properties.reserveCapacity(members.count)
        for member in members {
            if let fault = EventText.fault(in: member.key, bytesMax: EventLimits.nameBytesMax) {
                faults.add("a member's name \(fault)", at: pointer, node)
                return []
            }
            if member.value.content == .null, !isTraits { continue }
            switch value(member.value) {
            case .success(let value): properties.append(VisitorAct.Property(member.key, value))
            case .failure(let fault):
                faults.add(
                    fault.message, at: JSONPointer.member(member.key, of: pointer), member.value, hint: fault.hint)
            }
        }
        return properties
    }

    private struct Mistake: Error {
        let message: String
        var hint = ""
    }

    private static func value(_ node: Node) -> Result<VisitorAct.Value, Mistake> {
        switch node.content {
        case .null: return .success(.text(""))
        case .bool(let flag): return .success(.flag(flag))
        case .number(let text):
            guard let number = number(text) else { return .failure(Mistake(message: "is too large: \(text)")) }
            return .success(.number(number))
        case .string(let text):
            if let fault = fault(in: text) { return .failure(Mistake(message: fault)) }
            return .success(.text(text))
        case .list(let nodes): return texts(nodes)
        case .map:
            return .failure(
                Mistake(
                    message: "must be a text, a number, true, false or a list of texts, is an object",
                    hint: "give each of its members a name of its own"))
        }
    }

    private static func texts(_ nodes: [Node]) -> Result<VisitorAct.Value, Mistake> {
        guard nodes.count <= EventLimits.textsMax else {
            return .failure(Mistake(message: "has more than \(EventLimits.textsMax) texts"))
        }
        var texts: [String] = []
        for node in nodes {
            switch node.content {
            case .string(let text): texts.append(text)
            // As it was written: in a list a number is a name, as sizes are.
            case .number(let text): texts.append(text)
            default: return .failure(Mistake(message: "must be a list of texts, holds \(node.typeName)"))
            }
            if let fault = fault(in: texts.last ?? "") { return .failure(Mistake(message: fault)) }
        }
        return .success(.texts(texts))
    }

    private static func fault(in text: String) -> String? {
        // An empty text is a value like others.
        text.isEmpty ? nil : EventText.fault(in: text, bytesMax: EventLimits.textBytesMax)
    }

    /// A JSON number in millionths; digits beyond the sixth are rounded, for they come of binary fractions.
    private static func number(_ text: String) -> Micros? {
        if let micros = try? DecimalText.micros(text.utf8) { return Micros(micros) }
        guard let number = Double(text), number.magnitude < 9_000_000_000_000 else { return nil }
        return Micros(Int64((number * 1_000_000).rounded()))
    }
}
