internal import Documents
internal import Logging
internal import ServiceLifecycle
internal import Units

/// Who is in an audience: lists of any size, read as they come.
extension ControlAPI {
    private static let listTypes = ["application/x-ndjson", "text/plain", "application/octet-stream"]

    /// Replaces the list by the body, or says how far that is.
    func members(_ id: String, _ call: Call) async throws -> Answer {
        let audience = try await listedAudience(id, call)
        if call.method == .put { return try await upload(audience, call) }
        let unknown = MemberProgress(members: hooks.audience?.audienceSize(id) ?? 0)
        return .content((memberDesk.progress(of: id) ?? unknown).node.json, Answer.json)
    }

    /// - Throws: a ``Problem`` where there is no such audience for the caller, or it is none of members.
    private func listedAudience(_ id: String, _ call: Call) async throws -> StoredDocument {
        let key = DocumentKey(kind: .audiences, id: id)
        guard let stored = try await registry.read({ try $0.live(key)?.within(call.scope) }) else {
            throw Problem.noDocument(key)
        }
        guard (try? Node.readOne(stored.json))?["members"] != nil else {
            throw Problem.conflict(
                "audience “\(id)” is worked out by rule or by address, and has no list",
                Fault("there are no members", at: "/members", hint: "register it with \"members\": []"))
        }
        return stored
    }

    private func upload(_ audience: StoredDocument, _ call: Call) async throws -> Answer {
        if let type = call.mediaType, !Self.listTypes.contains(type), type != "application/ndjson" {
            throw Problem.wrongMediaType(type, accepted: Self.listTypes)
        }
        let isGzip = try call.isGzip
        guard let intake = hooks.audience?.members else { throw Problem.noVisitors }
        let id = audience.key.id
        guard memberDesk.begin(id) else { throw Problem.conflict("an upload to audience “\(id)” is under way") }
        do {
            let progress = try await replace(audience, in: intake, isGzip: isGzip, call)
            memberDesk.end(progress, of: id)
            await auditUpload(audience, progress, call)
            return .content(progress.node.json, Answer.json)
        } catch let problem as Problem {
            memberDesk.interrupt(id, why: problem.detail)
            throw problem
        } catch let error as CancellationError {
            memberDesk.interrupt(id, why: "the service was stopped")
            throw error
        } catch {
            memberDesk.interrupt(id, why: "see the service's log")
            logger.error("members of audience \(id): \(error)")
            throw Problem.notApplied
        }
    }

    private func replace(
        _ audience: StoredDocument, in intake: any MemberIntake, isGzip: Bool, _ call: Call
    ) async throws -> MemberProgress {
        let id = audience.key.id
        let upload = try await intake.begin(audience: id, advertiser: audience.advertiser ?? "")
        do {
            // A stop does not wait for a body that may take hours.
            var progress = try await cancelWhenGracefulShutdown {
                try await receive(audience, for: upload, isGzip: isGzip, call)
            }
            guard try await listedAudience(id, call).advertiser == audience.advertiser else {
                throw Problem.conflict("audience “\(id)” was given to another advertiser meanwhile")
            }
            progress.state = .applying
            memberDesk.note(progress, of: id)
            // A task of its own: who hangs up now must not part the list from its outcome.
            let summary = try await Task { try await upload.finish() }.value
            progress.state = .ready
            progress.members = summary.members
            return progress
        } catch {
            await upload.cancel()
            throw error
        }
    }

    private func receive(
        _ audience: StoredDocument, for upload: any MemberUpload, isGzip: Bool, _ call: Call
    ) async throws -> MemberProgress {
        var reader = MemberReader(advertiser: audience.advertiser)
        var progress = MemberProgress(state: .receiving)
        let id = audience.key.id
        let flush = { (reader: inout MemberReader, progress: inout MemberProgress) in
            let batch = reader.takeBatch()
            if !batch.isEmpty { try await upload.add(batch) }
            progress.members += batch.count
            (progress.lines, progress.refused, progress.refusals) = (reader.lines, reader.refused, reader.refusals)
            memberDesk.note(progress, of: id)
        }
        let gzip = isGzip ? GzipReader() : nil
        var isFirst = true
        try await call.eachPart { part in
            if let gzip {
                gzip.feed(part)
                while try gzip.read({ reader.read($0) }) {
                    if reader.batch.count >= ControlLimits.memberBatchMin { try await flush(&reader, &progress) }
                }
            } else {
                if isFirst, part.starts(with: [0x1F, 0x8B]) { throw Problem.undeclaredGzip }
                reader.read(part.span)
                if reader.batch.count >= ControlLimits.memberBatchMin { try await flush(&reader, &progress) }
            }
            isFirst = isFirst && part.isEmpty
        }
        if let gzip, !gzip.isComplete { throw Problem.brokenGzip("it ends early") }
        reader.finish()
        try await flush(&reader, &progress)
        return progress
    }

    private func auditUpload(_ audience: StoredDocument, _ progress: MemberProgress, _ call: Call) async {
        let change = call.change(.upload, at: registry.time.instant())
        let counts = Node.object([
            ("lines", .number(progress.lines)), ("members", .number(progress.members)),
            ("refused", .number(progress.refused)),
        ])
        do {
            try await registry.write { store in
                try store.audit(
                    change, kind: audience.key.kind.rawValue, id: audience.key.id, version: audience.version,
                    json: counts.json)
            }
        } catch {
            // The list is in its place: to say that it is not would be wrong.
            logger.error("the upload of audience \(audience.key.id) is not in the audit: \(error)")
        }
    }
}

extension GzipReader {
    /// As ``next(_:)``, with the answer that a caller gets.
    fileprivate func read(_ take: (Span<UInt8>) -> Void) throws(Problem) -> Bool {
        do throws(Malformed) {
            return try next(take)
        } catch {
            throw .brokenGzip("it is damaged, or no gzip")
        }
    }
}
