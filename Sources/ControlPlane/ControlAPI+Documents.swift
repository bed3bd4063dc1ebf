internal import Documents
internal import Units

/// Advertisers, strategies, exchanges and audiences, one at a time.
extension ControlAPI {
    private static let objectTypes = ["application/json", "application/x-ndjson"]
    private static let patchTypes = ["application/merge-patch+json", "application/json"]

    /// A collection: its list, or something new in it.
    func documents(_ kind: DocumentKind, _ call: Call) async throws -> Answer {
        if call.method == .get { return try await list(kind, call) }
        switch call.mediaType {
        case nil, "application/json": return try await create(kind, call)
        case "application/x-ndjson", "application/ndjson": return try await createMany(kind, call)
        case let other?: throw Problem.wrongMediaType(other, accepted: Self.objectTypes, header: "Accept-Post")
        }
    }

    /// One document.
    func document(_ key: DocumentKey, _ call: Call) async throws -> Answer {
        switch call.method {
        case .get: try await show(key, call)
        case .put: try await replace(key, call)
        case .patch: try await patch(key, call)
        default: try await delete(key, call)
        }
    }

    // MARK: Reading

    private func list(_ kind: DocumentKind, _ call: Call) async throws -> Answer {
        var known: Set = ["limit", "cursor"]
        if kind.isOwned { known.insert("advertiser") }
        var query = try PageQuery(call.query, known: known)
        if let own = call.scope {
            if let other = query.advertiser, other != own {
                throw Problem.notFound("there is no advertiser “\(other)”")
            }
            query.advertiser = own
        }
        let page = try await registry.read { [query] in try $0.page(kind, query) }
        let items = page.items.map { body(of: $0, notes: registry.notes(of: $0), for: call) }
        return .content(PageQuery.body(items: items, next: page.hasMore ? page.items.last?.key.id : nil), Answer.json)
    }

    private func show(_ key: DocumentKey, _ call: Call) async throws -> Answer {
        guard let stored = try await registry.read({ try $0.live(key)?.within(call.scope) }) else {
            throw Problem.noDocument(key)
        }
        if call.preconditions.isKnown(stored) { return Answer(status: 304).adding("ETag", stored.etag) }
        return answer(stored, notes: registry.notes(of: stored), for: call)
    }

    // MARK: Changing

    private func create(_ kind: DocumentKind, _ call: Call) async throws -> Answer {
        let bytes = try await call.body(upTo: ControlLimits.objectBytesMax)
        let draft = Draft(try Call.node(bytes), as: kind, kinds: registry.kinds).confined(to: call.scope)
        let now = registry.time.instant()
        return try await desk.change(under: try call.idempotencyKey(bytes)) { store in
            commit(try store.create(draft, by: call.caller.id, at: now), for: call)
        }
    }

    private func replace(_ key: DocumentKey, _ call: Call) async throws -> Answer {
        if let type = call.mediaType, type != "application/json" {
            throw Problem.wrongMediaType(type, accepted: ["application/json"])
        }
        let node = try Call.node(try await call.body(upTo: ControlLimits.objectBytesMax))
        let draft = Draft(node, as: key.kind, kinds: registry.kinds).confined(to: call.scope)
        let change = call.change(.replace, at: registry.time.instant())
        return try await desk.change { store in
            commit(try store.replace(key, with: draft, if: call.preconditions, change), for: call)
        }
    }

    private func patch(_ key: DocumentKey, _ call: Call) async throws -> Answer {
        if let type = call.mediaType, !Self.patchTypes.contains(type) {
            throw Problem.wrongMediaType(type, accepted: Self.patchTypes, header: "Accept-Patch")
        }
        let patch = try Call.node(try await call.body(upTo: ControlLimits.objectBytesMax))
        let change = call.change(.patch, at: registry.time.instant())
        return try await desk.change { store in
            let outcome = try store.edit(key, if: call.preconditions, kinds: registry.kinds, change) {
                $0.merging(patch)
            }
            return commit(outcome, for: call)
        }
    }

    /// Pauses or resumes a strategy.
    func setState(_ id: String, _ state: StrategyDocument.State, _ call: Call) async throws -> Answer {
        let key = DocumentKey(kind: .strategies, id: id)
        let change = Change(
            action: state == .paused ? .pause : .resume, by: call.caller.id, at: registry.time.instant())
        return try await desk.change(under: try call.idempotencyKey([])) { store in
            let outcome = try store.edit(key, if: call.preconditions, kinds: registry.kinds, change) { node in
                var node = node
                node.set("state", .text(state.rawValue))
                return node
            }
            return commit(outcome, for: call)
        }
    }

    private func delete(_ key: DocumentKey, _ call: Call) async throws -> Answer {
        let change = call.change(.delete, at: registry.time.instant())
        return try await desk.change { store in
            try store.delete(key, if: call.preconditions, change)
            if key.kind == .audiences { memberDesk.forget(key.id) }
            return Commit(answer: Answer(status: 204), isPublished: true)
        }
    }

    // MARK: Answers

    private func commit(_ outcome: Outcome, for call: Call) -> Commit {
        let key = outcome.stored.key
        var answer = answer(outcome.stored, notes: outcome.document.notes, for: call)
        if outcome.isNew {
            answer.status = 201
            answer = answer.adding("Location", "/v1/\(key.kind.rawValue)/\(key.id)")
        }
        return Commit(
            answer: answer, registered: outcome.isChanged ? [outcome.registered] : [], isPublished: outcome.isChanged)
    }

    private func answer(_ stored: StoredDocument, notes: [String], for call: Call) -> Answer {
        .content(body(of: stored, notes: notes, for: call), Answer.json).adding("ETag", stored.etag)
    }

    /// The document as the caller may see it: an exchange's credentials are the operator's alone.
    private func body(of stored: StoredDocument, notes: [String], for call: Call) -> String {
        guard stored.key.kind == .exchanges, call.caller.role != .operator else {
            let size = stored.key.kind == .audiences ? hooks.audience?.audienceSize(stored.key.id) : nil
            return stored.body(notes: notes, size: size)
        }
        let shown = (try? Node.readOne(stored.json).withoutCredentials().json) ?? "{\"id\":\"\(stored.key.id)\"}"
        return stored.body(notes: notes, json: shown)
    }
}
