internal import Documents
internal import Logging
internal import Units

/// The rights of one person: to see what is kept, and to have it erased.
extension ControlAPI {
    /// Everything that is kept of a visitor, to an advertiser what is its own of that; or its end.
    func visitor(_ text: String, _ call: Call) async throws -> Answer {
        let query = try VisitorQuery(text)
        // Whose a visitor is by another identifier, an advertiser is not told: as if nobody were known.
        guard query.isWithin(call.scope) else { throw Problem.noVisitor }
        guard let audience = hooks.audience else { throw Problem.noVisitors }
        if call.method == .delete { return try await erase(query, audience, call) }
        return try await export(query, audience, call)
    }

    private func export(_ query: VisitorQuery, _ audience: AudienceHooks, _ call: Call) async throws -> Answer {
        guard exports.enter() else { throw Problem.exporting }
        defer { exports.leave() }
        do throws(ExportFault) {
            guard let json = try await audience.visitor(query, call.scope) else { return Problem.noVisitor.answer }
            return .content(json, Answer.json)
        } catch {
            logger.error("a visitor could not be exported: \(error.detail)")
            throw Problem.notExported(error.detail)
        }
    }

    private func erase(_ query: VisitorQuery, _ audience: AudienceHooks, _ call: Call) async throws -> Answer {
        let change = call.change(.erase, at: registry.time.instant())
        let isErased: Bool
        do {
            // A task of its own: who hangs up does not stop it halfway.
            isErased = try await Task { try await audience.erase(query) }.value
        } catch {
            logger.error("a visitor could not be erased: \(error)")
            throw Problem.notErased
        }
        guard isErased else { throw Problem.noVisitor }
        do {
            try await registry.write { store in
                try store.audit(change, kind: "visitors", id: query.auditID, version: 1, json: nil)
            }
        } catch {
            // The visitor is gone: to say otherwise would be wrong.
            logger.error("an erasure is not in the audit: \(error)")
        }
        return Answer(status: 204)
    }
}
