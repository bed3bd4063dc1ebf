/// A value in a strategy's `terms`.
public indirect enum TermsValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// As it was written.
    case number(String)
    case string(String)
    case list([TermsValue])
    case map([String: TermsValue])
}

/// What is wrong with one of a strategy's terms.
public struct TermsFault: Equatable, Sendable {
    /// Empty for the terms as a whole.
    public let key: String
    public let message: String
    public let hint: String

    public init(key: String, message: String, hint: String = "") {
        self.key = key
        self.message = message
        self.hint = hint
    }
}

/// A strategy's `terms`, read by the bidder kind that they are for: ask for each term by name; what remains unasked
/// is unknown to the kind and refused.
public struct Terms {
    private let values: [String: TermsValue]
    private var asked: Set<String> = []
    public private(set) var faults: [TermsFault] = []

    public init(_ values: [String: TermsValue]) { self.values = values }

    /// A price that must be there: a decimal string above zero.
    public mutating func cpm(_ key: String) -> CPM? {
        asked.insert(key)
        guard let value = values[key], value != .null else {
            add(key, "required, but missing", hint: "for example \"2.50\"")
            return nil
        }
        return price(value, key)
    }

    /// A price that may be left out.
    public mutating func optionalCPM(_ key: String) -> CPM? {
        asked.insert(key)
        guard let value = values[key], value != .null else { return nil }
        return price(value, key)
    }

    public mutating func add(_ key: String, _ message: String, hint: String = "") {
        faults.append(TermsFault(key: key, message: message, hint: hint))
    }

    private mutating func price(_ value: TermsValue, _ key: String) -> CPM? {
        guard case .string(let text) = value else {
            if case .number(let text) = value {
                add(key, "money must be a decimal string", hint: "write \"\(text)\"")
            } else {
                add(key, "must be a price as a decimal string", hint: "for example \"2.50\"")
            }
            return nil
        }
        do throws(DecimalText.Fault) {
            let price = CPM(micros: try DecimalText.micros(text.utf8))
            guard price > .zero, price <= .max else {
                add(key, "must be above 0 and at most \(DecimalText.string(micros: CPM.max.micros)), is “\(text)”")
                return nil
            }
            return price
        } catch {
            add(
                key,
                error == .tooFine ? "has more than six digits after the point: “\(text)”" : "is no price: “\(text)”",
                hint: "for example \"2.50\""
            )
            return nil
        }
    }

    /// Names every term that was not asked for.
    mutating func refuseUnasked() {
        for key in values.keys.sorted() where !asked.contains(key) {
            add(key, "unknown term “\(key)”", hint: "known: \(asked.sorted().joined(separator: ", "))")
        }
    }
}
