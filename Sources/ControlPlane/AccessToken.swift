internal import Documents
internal import GRDB
internal import Sealing
internal import Units

/// A right to call the control side. The secret that proves it is shown once and kept nowhere, only its SHA-256.
struct AccessToken: Sendable {
    enum Role: String, CaseIterable, Sendable {
        /// May do everything.
        case `operator`
        /// Sends events, and reaches its own audiences, and what it told of visitors by its own ids.
        case advertiser
        /// May read everything but credentials.
        case analyst

        /// Whether the bid side takes events from it.
        var sendsEvents: Bool { self != .analyst }
    }

    let id: String
    let role: Role
    let name: String
    /// Whose it is; of the role advertiser alone.
    let advertiser: String?
    let created: Instant
    let isRevoked: Bool

    /// - Returns: nil for a role that this version does not know: such a token opens nothing.
    init?(_ row: Row) {
        guard let role = Role(rawValue: row["role"]) else { return nil }
        advertiser = row["advertiser"]
        guard (role == .advertiser) == (advertiser != nil) else { return nil }
        id = row["id"]
        self.role = role
        name = row["name"]
        created = Instant(micros: row["created"])
        let revoked: Int64? = row["revoked"]
        isRevoked = revoked != nil
    }

    init(id: String, role: Role, name: String, advertiser: String? = nil, created: Instant) {
        self.id = id
        self.role = role
        self.name = name
        self.advertiser = advertiser
        self.created = created
        isRevoked = false
    }

    /// As a list shows it; with its secret only where it was made just now.
    func node(secret: String? = nil) -> Node {
        var members: [(String, Node)] = [
            ("id", .text(id)), ("role", .text(role.rawValue)), ("name", .text(name)),
            ("created", .text(created.rfc3339)),
        ]
        if let advertiser { members.insert(("advertiser", .text(advertiser)), at: 2) }
        if let secret { members.append(("secret", .text(secret))) }
        return .object(members)
    }
}

/// Secrets of tokens.
enum TokenSecret {
    /// `vendue_` and 43 characters for 256 random bits.
    static func make() -> String { "vendue_" + Base64URL.encode(Digest.random(32)) }

    /// What is kept of it. No salt and no slow hash: nobody guesses 256 bits.
    static func hash(_ secret: String) -> [UInt8] { Digest.sha256(Array(secret.utf8)) }

    /// An id for a token that was given none.
    static func makeID() -> String { "token-" + Base64URL.encode(Digest.random(9)) }
}

extension Registry {
    /// On the first start, makes the operator's token.
    ///
    /// - Parameter deliver: puts the secret where the operator finds it, before the registry knows of it: a crash in
    ///   between repeats the first start instead of locking everybody out.
    /// - Returns: the secret, `vendue_` and 43 characters; nil where there is or ever was a token.
    /// - Throws: what `deliver` throws, and errors of SQLite; the next start tries again.
    package func operatorTokenIfNew(delivering deliver: (String) throws -> Void = { _ in }) throws -> String? {
        let at = time.instant()
        return try writeNow { store in
            guard try store.tokenCount() == 0 else { return nil }
            let secret = TokenSecret.make()
            let token = AccessToken(id: "operator", role: .operator, name: "made at the first start", created: at)
            try deliver(secret)
            try store.insert(token, hash: TokenSecret.hash(secret))
            try store.audit(
                Change(action: .create, by: "vendue", at: at), kind: "tokens", id: token.id, version: 1,
                json: token.node().json)
            return secret
        }
    }
}
