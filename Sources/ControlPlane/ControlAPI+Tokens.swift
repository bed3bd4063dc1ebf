internal import Documents
internal import Units

/// Who may call.
extension ControlAPI {
    /// The list, or a new token.
    func tokens(_ call: Call) async throws -> Answer {
        if call.method == .post { return try await createToken(call) }
        let query = try PageQuery(call.query, known: ["limit", "cursor"])
        let page = try await registry.read { try $0.tokens(query) }
        let items = page.items.map { $0.node().json }
        return .content(PageQuery.body(items: items, next: page.hasMore ? page.items.last?.id : nil), Answer.json)
    }

    /// One token: shown, or revoked for good.
    func token(_ id: String, _ call: Call) async throws -> Answer {
        if call.method == .delete { return try await revoke(id, call) }
        guard let token = try await registry.read({ try $0.token(id: id) }), !token.isRevoked else {
            throw Problem.notFound("there is no token “\(id)”")
        }
        return .content(token.node().json, Answer.json)
    }

    private func createToken(_ call: Call) async throws -> Answer {
        if let type = call.mediaType, type != "application/json" {
            throw Problem.wrongMediaType(type, accepted: ["application/json"], header: "Accept-Post")
        }
        let bytes = try await call.body(upTo: ControlLimits.objectBytesMax)
        let request = try TokenRequest(try Call.node(bytes))
        let now = registry.time.instant()
        let secret = TokenSecret.make()
        let token = AccessToken(
            id: request.id ?? TokenSecret.makeID(), role: request.role, name: request.name,
            advertiser: request.advertiser, created: now)
        return try await desk.change(under: try call.idempotencyKey(bytes)) { store in
            if try store.token(id: token.id) != nil {
                throw Problem.conflict(
                    "a token “\(token.id)” exists or existed",
                    Fault("exists already", at: "/id", hint: "choose another, or leave it out"))
            }
            if let advertiser = token.advertiser,
                try !store.isLive(DocumentKey(kind: .advertisers, id: advertiser))
            {
                throw Problem.invalid([.advertiserIsMissing(advertiser)])
            }
            try store.insert(token, hash: TokenSecret.hash(secret))
            let change = Change(action: .create, by: call.caller.id, at: now)
            try store.audit(change, kind: "tokens", id: token.id, version: 1, json: token.node().json)
            // A repeat is answered without the secret: nothing keeps it.
            return Commit(
                answer: created(token, secret: secret), remembered: created(token, secret: nil),
                changesEventTokens: token.role.sendsEvents)
        }
    }

    private func created(_ token: AccessToken, secret: String?) -> Answer {
        Answer.content(token.node(secret: secret).json, Answer.json, status: 201)
            .adding("Location", "/v1/tokens/\(token.id)")
    }

    private func revoke(_ id: String, _ call: Call) async throws -> Answer {
        let now = registry.time.instant()
        return try await desk.change { store in
            guard let token = try store.token(id: id), !token.isRevoked else {
                throw Problem.notFound("there is no token “\(id)”")
            }
            if token.role == .operator, try store.tokenCount(role: .operator) == 1 {
                throw Problem.conflict("“\(id)” is the last operator's token: make another first")
            }
            try store.revoke(tokenID: id, at: now)
            try store.audit(
                Change(action: .revoke, by: call.caller.id, at: now), kind: "tokens", id: id, version: 2, json: nil)
            return Commit(answer: Answer(status: 204), changesEventTokens: token.role.sendsEvents)
        }
    }
}

/// A token as it is asked for.
struct TokenRequest {
    /// nil to be given one.
    let id: String?
    let role: AccessToken.Role
    let name: String
    /// Of the role advertiser: whose.
    let advertiser: String?

    /// - Throws: a ``Problem`` naming every fault.
    init(_ node: Node) throws(Problem) {
        let faults = FaultList()
        let object = ObjectReader(node, at: "", known: ["id", "role", "name", "advertiser"], faults)
        let id = object.id("id")
        var role: AccessToken.Role?
        if object.require("role", example: "\"analyst\"") != nil {
            role = object.word("role")
        }
        let advertiser = object.id("advertiser")
        if role == .advertiser {
            _ = object.require("advertiser", example: "\"acme\"")
        } else if role != nil, object.value("advertiser") != nil {
            object.fault("belongs to the role advertiser alone", "advertiser", hint: "leave it out")
        }
        let name = object.string("name")
        guard faults.faults.isEmpty, let role else { throw .invalid(faults.faults) }
        self.id = id
        self.role = role
        self.advertiser = advertiser
        self.name = name ?? id ?? role.rawValue
    }
}
