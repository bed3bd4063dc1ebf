internal import Units

/// A JSON document as the simulated exchange reads it: strictly, so that what a real exchange would refuse is seen.
indirect enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// The number as it was written, for prices are decimals.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// In the order of the document; of repeated names the first one counts.
    case object([JSONMember])

    /// The member of an object; nil where there is none, where it is null, and where this is no object.
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self, let member = members.first(where: { $0.name == name }) else {
            return nil
        }
        return member.value == .null ? nil : member.value
    }

    /// The characters of a string; nil for every other kind.
    var string: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// The elements of an array; none for every other kind.
    var elements: [JSONValue] {
        if case .array(let elements) = self { return elements }
        return []
    }

    /// The characters of a string or the digits of a number: identifiers arrive as either.
    var text: String? {
        switch self {
        case .string(let text), .number(let text): text
        default: nil
        }
    }

    /// A whole number, also where it stands in a string or has a fraction of zero; a truth value as 1 or 0.
    var integer: Int? {
        if case .bool(let value) = self { return value ? 1 : 0 }
        return text.flatMap { Int($0) ?? Double($0).flatMap(Int.init(exactly:)) }
    }

    /// Every string in the document, at whatever depth, in order.
    func forEachString(_ body: (String) -> Void) {
        switch self {
        case .string(let text): body(text)
        case .array(let elements): for element in elements { element.forEachString(body) }
        case .object(let members): for member in members { member.value.forEachString(body) }
        case .null, .bool, .number: break
        }
    }
}

/// One name and its value in an object.
struct JSONMember: Equatable, Sendable {
    let name: String
    let value: JSONValue
}

extension CPM {
    /// A price as it stands in JSON; what is finer than a micro is rounded up, as a floor must be.
    ///
    /// - Returns: nil for a negative or absurd price and for what is no number.
    init?(json value: JSONValue) {
        guard let text = value.text else { return nil }
        if let micros = try? DecimalText.micros(text.utf8) {
            guard micros >= 0, micros <= CPM.max.micros else { return nil }
            self.init(micros: micros)
        } else if let units = Double(text) {
            self.init(units: units)
        } else {
            return nil
        }
    }
}
