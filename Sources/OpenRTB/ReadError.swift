/// Why a bid request could not be read at all; each is the sender's to mend and is answered with 400.
///
/// Faults of type or shape inside one impression are not errors: that impression is skipped.
public enum ReadError: Error, Equatable, Sendable {
    /// The body is not a JSON document that simdjson accepts.
    case notJSON(JSONFault)
    /// A required member is absent, null or empty.
    case missing(Field)
    /// A member has a type that cannot be read as what it should be.
    case wrongType(Field)
    /// A list or text is longer than ``Limits`` allows, and cutting it short would change a rule.
    case tooLong(Field)
    /// More than one of `site`, `app` and `dooh`.
    case ambiguousInventory

    public enum JSONFault: String, Equatable, Sendable {
        case empty = "the body is empty"
        case syntax = "not well-formed JSON"
        case utf8 = "invalid UTF-8"
        case number = "a number is malformed or beyond 64 bits"
        case string = "a string is malformed: a lone surrogate, an unknown escape or a control character"
        case depth = "nested too deep"
        case tooLarge = "the body is too large"
    }

    /// The members that a whole request can fail on.
    public enum Field: String, Equatable, Sendable {
        case root = "the request"
        case id = "id"
        case imp = "imp"
        case lists = "the lists of strings together"
        case integers = "the lists of integers together"
    }
}

extension ReadError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notJSON(let fault): "invalid JSON: \(fault.rawValue)"
        case .missing(let field): "\(field.rawValue): required, but missing or empty"
        case .wrongType(let field): "\(field.rawValue): has the wrong type"
        case .tooLong(let field): "\(field.rawValue): longer than this service reads"
        case .ambiguousInventory: "site, app, dooh: only one of them is allowed"
        }
    }
}
