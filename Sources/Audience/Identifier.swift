package import Events
internal import OpenRTB

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
