internal import Documents
internal import Units

extension Registry {
    /// Registers documents in one transaction, by the rules of the API's bulk bodies, but all of them or none.
    ///
    /// For filling a registry that nobody serves: nothing is published.
    /// - Parameter texts: JSON, a document each.
    /// - Throws: a `DocumentError` with the faults of the first document that cannot be registered, or an error of
    ///   SQLite; nothing is registered then.
    package func fill(_ kind: DocumentKind, with texts: [String]) async throws {
        let now = time.instant()
        try await write { [kinds] store in
            for text in texts {
                let draft = Draft(try Node.readOne(text), as: kind, kinds: kinds)
                do {
                    _ = try store.create(draft, by: "vendue", at: now)
                } catch let problem as Problem {
                    throw DocumentError(problem.faults)
                }
            }
        }
    }
}
