package import Audience
internal import Documents

/// Who is asked about: one person, by any identifier or by the name that the log has.
package enum VisitorQuery: Hashable, Sendable {
    case identifier(Audience.Identifier)
    /// The log's column `visitor`, its 32 hexadecimal digits as two numbers.
    case pseudonym(high: UInt64, low: UInt64)

    private static let forms =
        "own:ADVERTISER:ID, cookie:ID, ifa:ID, email:SHA256, eid:SOURCE:ID, user:EXCHANGE:ID, or the log's visitor"

    /// - Parameter text: a kind, a colon and the identifier, or a pseudonym.
    /// - Throws: a ``Problem`` that names the form and does not quote the identifier.
    init(_ text: String) throws(Problem) {
        if let pseudonym = Self.pseudonym(text) {
            self = pseudonym
            return
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { throw Self.malformed("names no visitor") }
        do throws(IdentifierFault) {
            guard let identifier = try Self.identifier(parts[0], parts[1]) else {
                throw IdentifierFault("stands for nobody: zeros, a macro or a word for none")
            }
            self = .identifier(identifier)
        } catch {
            throw Self.malformed(error.reason)
        }
    }

    /// 32 hexadecimal digits, with the `v` that the log has before them or without.
    private static func pseudonym(_ text: String) -> VisitorQuery? {
        let digits = text.hasPrefix("v") ? text.dropFirst() : text[...]
        guard digits.utf8.count == 32, digits.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let high = UInt64(digits.prefix(16), radix: 16), let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        return .pseudonym(high: high, low: low)
    }

    private static func identifier(_ kind: String, _ rest: String) throws(IdentifierFault) -> Audience.Identifier? {
        switch kind {
        case "cookie": return try IdentifierText.cookie(rest)
        case "email": return try IdentifierText.email(rest)
        case "ifa": return try IdentifierText.ifa(rest)
        case "own", "eid", "user":
            let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else { throw IdentifierFault("says not whose id it is") }
            switch kind {
            case "own": return try IdentifierText.own(parts[1], of: parts[0])
            case "eid": return try IdentifierText.eid(parts[1], source: parts[0])
            default: return try IdentifierText.user(parts[1], exchange: parts[0])
            }
        default: throw IdentifierFault("is of no kind that there is")
        }
    }

    private static func malformed(_ why: String) -> Problem {
        .malformed([Fault("the visitor’s identifier \(why)", at: "", hint: "one of \(forms)")])
    }

    /// Whether somebody who sees that advertiser's documents alone may ask.
    ///
    /// - Parameter scope: the advertiser; nil for who may ask about everybody.
    func isWithin(_ scope: String?) -> Bool {
        guard let scope else { return true }
        if case .identifier(.own(scope, _)) = self { return true }
        return false
    }

    /// What the audit keeps of it: never the identifier.
    var auditID: String {
        switch self {
        case .identifier(.own(let advertiser, _)): "own:\(advertiser)"
        case .identifier(.email): "email"
        case .identifier(.cookie): "cookie"
        case .identifier(.ifa): "ifa"
        case .identifier(.eid): "eid"
        case .identifier(.exchangeUser): "user"
        case .pseudonym: "pseudonym"
        }
    }
}
