internal import Documents
package import Events

/// An identifier as somebody sent it. It is hashed where it arrives, and never kept.
package enum Identifier: Hashable, Sendable {
    /// An advertiser's own customer id; each advertiser's mean other people.
    case own(advertiser: String, id: String)
    /// SHA-256 of an e-mail address, in hexadecimal.
    case email(sha256: String)
    /// Our cookie, or the `buyeruid` that an exchange made of it.
    case cookie(String)
    case ifa(String)
    case eid(source: String, id: String)
    /// What an exchange calls the visitor; it means nothing at another.
    case exchangeUser(exchange: String, id: String)

    package var kind: IdentityKind {
        switch self {
        case .own: .own
        case .email: .email
        case .cookie: .cookie
        case .ifa: .ifa
        case .eid: .eid
        case .exchangeUser: .exchangeUser
        }
    }
}

extension Identifier {
    /// The identifiers of a member whom an advertiser's document lists, but for those that stand for nobody.
    static func all(of member: MemberEntry, advertiser: String) -> [Identifier] {
        let identifiers: [Identifier] = member.names.map { name in
            switch name {
            case .own(let id): .own(advertiser: advertiser, id: id)
            case .email(let sha256): .email(sha256: sha256)
            case .ifa(let id): .ifa(id)
            case .eid(let source, let id): .eid(source: source, id: id)
            case .cookie(let id): .cookie(id)
            }
        }
        return identifiers.filter { !$0.isNobody }
    }
}
