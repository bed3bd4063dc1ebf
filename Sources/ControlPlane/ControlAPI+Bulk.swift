internal import Documents
internal import Units

/// Many documents in one body, a line each.
extension ControlAPI {
    /// A line of the body, as far as it could be read.
    private struct Line: Sendable {
        let number: Int
        let draft: Result<Draft, Problem>
    }

    /// What becomes of one line.
    private struct LineAnswer {
        let number: Int
        let id: String?
        let status: Int
        var faults: [Fault] = []
        var notes: [String] = []

        var json: String {
            var members: [(String, Node)] = [
                ("line", .number(number)), ("id", id.map { .text($0) } ?? Node(.null)), ("status", .number(status)),
                ("faults", .list(faults.map { $0.node })),
            ]
            if !notes.isEmpty { members.append(("notes", .list(notes.map { .text($0) }))) }
            return Node.object(members).json
        }
    }

    /// Registers every good line in one transaction and one publication; a bad line does not hinder the others.
    func createMany(_ kind: DocumentKind, _ call: Call) async throws -> Answer {
        let bytes = try await call.body(upTo: ControlLimits.bulkBytesMax)
        let lines = try await read(bytes, as: kind, for: call)
        let now = registry.time.instant()
        return try await desk.change(under: try call.idempotencyKey(bytes)) { store in
            var registered: [Registered] = []
            var body = ""
            for line in lines {
                let answer = try Self.register(line, in: store, by: call.caller.id, at: now, &registered)
                body += answer.json + "\n"
            }
            return Commit(
                answer: .content(body, "application/x-ndjson"), registered: registered,
                isPublished: !registered.isEmpty)
        }
    }

    private func read(_ bytes: [UInt8], as kind: DocumentKind, for call: Call) async throws -> [Line] {
        var lines: [Line] = []
        for (index, slice) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        where !slice.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
            guard lines.count < ControlLimits.bulkLinesMax else {
                throw Problem.tooLarge("more than \(ControlLimits.bulkLinesMax) lines")
            }
            let draft = draft(Array(slice), as: kind).map { $0.confined(to: call.scope) }
            lines.append(Line(number: index + 1, draft: draft))
            // Others want to be answered meanwhile.
            if lines.count.isMultiple(of: 64) { await Task.yield() }
        }
        return lines
    }

    private func draft(_ bytes: [UInt8], as kind: DocumentKind) -> Result<Draft, Problem> {
        guard bytes.count <= ControlLimits.objectBytesMax else {
            let what = "the line is larger than \(ControlLimits.objectBytesMax >> 20) MiB"
            var problem = Problem.tooLarge(what)
            problem.faults = [Fault(what, at: "")]
            return .failure(problem)
        }
        do throws(Problem) {
            return .success(Draft(try Call.node(bytes), as: kind, kinds: registry.kinds))
        } catch {
            return .failure(error)
        }
    }

    /// - Throws: errors of SQLite, which undo all lines.
    private static func register(
        _ line: Line, in store: Store, by tokenID: String, at now: Instant, _ registered: inout [Registered]
    ) throws -> LineAnswer {
        do {
            let outcome = try store.create(try line.draft.get(), by: tokenID, at: now)
            registered.append(outcome.registered)
            return LineAnswer(
                number: line.number, id: outcome.stored.key.id, status: 201, notes: outcome.document.notes)
        } catch let problem as Problem {
            // The reader counted from the line's own start.
            let faults = problem.faults.map { fault in
                fault.moved(to: fault.position.map { .init(line: line.number, column: $0.column) })
            }
            return LineAnswer(
                number: line.number, id: (try? line.draft.get())?.id, status: problem.status, faults: faults)
        }
    }
}
