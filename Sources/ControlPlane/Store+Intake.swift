internal import BidKit
internal import Documents
internal import Units

/// What a change leaves: the stored document, what it reads as, and whether it differs from before.
struct Outcome: Sendable {
    let stored: StoredDocument
    let document: ReadDocument
    let isNew: Bool
    let isChanged: Bool

    var registered: Registered {
        Registered(key: stored.key, version: stored.version, document: document)
    }
}

/// The rules of taking documents in. Each verb checks everything, then writes, so that it happens whole or not at all.
extension Store {
    /// - Throws: a ``Problem``: faults, or an id that is taken.
    func create(_ draft: Draft, by tokenID: String, at instant: Instant) throws -> Outcome {
        let (key, document) = try checked(draft)
        let previous = try row(key)
        if previous?.isDeleted == false { throw Problem.exists(key) }
        let change = Change(action: .create, by: tokenID, at: instant)
        let stored = try put(key, json: draft.json, advertiser: draft.advertiser, over: previous, change)
        return Outcome(stored: stored, document: document, isNew: true, isChanged: true)
    }

    /// Puts the draft where `key` says, creating the document or replacing it.
    ///
    /// - Throws: a ``Problem``: faults, or a precondition that does not hold.
    func replace(
        _ key: DocumentKey, with draft: Draft, if preconditions: Preconditions, _ change: Change
    ) throws
        -> Outcome
    {
        let previous = try row(key)
        let current = try previous.flatMap { $0.isDeleted ? nil : $0 }.map { try $0.within(change.scope) }
        try preconditions.check(current)
        let (_, document) = try checked(draft, at: key)
        if let current, current.json == draft.json, !draft.hasMembers {
            return Outcome(stored: current, document: document, isNew: false, isChanged: false)
        }
        let stored = try put(key, json: draft.json, advertiser: draft.advertiser, over: previous, change)
        return Outcome(stored: stored, document: document, isNew: current == nil, isChanged: true)
    }

    /// Changes the document as it stands.
    ///
    /// - Throws: a ``Problem``: no such document, faults, or a precondition that does not hold.
    func edit(
        _ key: DocumentKey, if preconditions: Preconditions, kinds: [BidderKind], _ change: Change,
        _ edit: (Node) -> Node
    ) throws -> Outcome {
        guard let current = try live(key)?.within(change.scope) else { throw Problem.noDocument(key) }
        try preconditions.check(current)
        let stored: Node
        do throws(DocumentError) {
            stored = try Node.readOne(current.json)
        } catch {
            throw Problem.invalid(error.faults)
        }
        let edited = edit(stored).removing(StoredDocument.servedMembers)
        // Half of it stands in our text and half in the caller's: lines and columns would mislead.
        let draft = Draft(edited, as: key.kind, kinds: kinds, hasPositions: false).confined(to: change.scope)
        return try replace(key, with: draft, if: preconditions, change)
    }

    /// - Throws: a ``Problem``: no such document, others that hang on it, or a precondition that does not hold.
    func delete(_ key: DocumentKey, if preconditions: Preconditions, _ change: Change) throws {
        guard let current = try live(key)?.within(change.scope) else { throw Problem.noDocument(key) }
        try preconditions.check(current)
        if key.kind == .advertisers {
            if try tokenCount(of: key.id) > 0 {
                throw Problem.conflict("advertiser “\(key.id)” has a token: revoke it first")
            }
            for kind in [DocumentKind.strategies, .audiences] {
                let count = try documentCount(kind, of: key.id)
                guard count > 0 else { continue }
                let what =
                    count == 1 ? "\(kind == .audiences ? "an" : "a") \(kind.singular)" : "\(count) \(kind.rawValue)"
                throw Problem.conflict("advertiser “\(key.id)” has \(what): delete them first")
            }
        }
        _ = try put(key, json: nil, advertiser: nil, over: current, change)
    }

    /// - Parameter key: where the document must belong; nil where its own id decides.
    private func checked(_ draft: Draft, at key: DocumentKey? = nil) throws -> (DocumentKey, ReadDocument) {
        var faults = draft.faults
        if let name = draft.advertiser, Identifier.fault(in: name) == nil,
            try !isLive(DocumentKey(kind: .advertisers, id: name))
        {
            faults.append(draft.advertiserIsMissing(name))
        }
        if let key, let id = draft.id, id != key.id {
            let message = "is “\(id)”, but the path says “\(key.id)”"
            faults.append(Fault(message, at: "/id", hint: "an id never changes: write both alike"))
        }
        guard faults.isEmpty, let document = draft.document, let id = draft.id else { throw Problem.invalid(faults) }
        return (DocumentKey(kind: draft.kind, id: id), document)
    }
}
