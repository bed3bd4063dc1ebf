internal import Documents
internal import Units

/// What a change's transaction leaves to do.
struct Commit: Sendable {
    let answer: Answer
    /// What a repeat under the same `Idempotency-Key` is answered; nil for the same.
    var remembered: Answer?
    /// Documents as validated, for the changes to be published.
    var registered: [Registered] = []
    /// Whether bidding must hear of it.
    var isPublished = false
    /// Whether a token that may send events was made or revoked.
    var changesEventTokens = false
}

/// An `Idempotency-Key`, whose it is, and what it came with.
///
/// - Source: draft-ietf-httpapi-idempotency-key-header.
struct IdempotencyKey: Sendable {
    let key: String
    let tokenID: String
    /// SHA-256 of method, path, media type and body.
    let digest: [UInt8]
}

/// One change at a time: a transaction, then its publication, then its answer. So bidding never goes back to an
/// older revision, and who was answered knows that every event loop has the change.
actor ChangeDesk {
    private let registry: Registry
    private let publish: @Sendable (RegistryChanges) async -> Void
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(registry: Registry, publish: @escaping @Sendable (RegistryChanges) async -> Void) {
        self.registry = registry
        self.publish = publish
    }

    /// - Parameters:
    ///   - key: answers a repeat with what was answered before, instead of doing it again.
    ///   - work: runs in the transaction; what it throws undoes it.
    /// - Throws: what `work` throws, and errors of SQLite.
    func change(
        under key: IdempotencyKey? = nil, _ work: @escaping @Sendable (Store) throws -> Commit
    ) async throws -> Answer {
        // A task of its own: a caller who hangs up must not part a commit from its publication.
        try await Task { try await inTurn(key, work) }.value
    }

    private func inTurn(
        _ key: IdempotencyKey?, _ work: @escaping @Sendable (Store) throws -> Commit
    ) async throws
        -> Answer
    {
        await takeTurn()
        defer { endTurn() }
        let now = registry.time.instant()
        let commit = try await registry.write { store in
            guard let key else { return try work(store) }
            return try Self.once(key, at: now, in: store, work)
        }
        if commit.isPublished || commit.changesEventTokens {
            var changes = try registry.changes(knowing: commit.registered)
            if commit.changesEventTokens { changes.eventTokens = try registry.eventTokens() }
            await publish(changes)
        }
        return commit.answer
    }

    private static func once(
        _ key: IdempotencyKey, at now: Instant, in store: Store, _ work: (Store) throws -> Commit
    ) throws -> Commit {
        try store.forgetAnswers(before: now.adding(seconds: -ControlLimits.idempotencySeconds))
        if let past = try store.answer(under: key) {
            guard past.digest == key.digest else { throw Problem.reusedKey(key.key) }
            return Commit(answer: past.answer.adding("Idempotent-Replayed", "true"))
        }
        let commit = try work(store)
        try store.remember(commit.remembered ?? commit.answer, under: key, at: now)
        return commit
    }

    // MARK: Turns

    private func takeTurn() async {
        if !isBusy {
            isBusy = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    /// First come, first served: the turn passes on without ever being free in between.
    private func endTurn() {
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }
}
