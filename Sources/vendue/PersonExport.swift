internal import Audience
internal import ControlPlane
internal import Dispatch
internal import EventLog
internal import Events
internal import OpenRTB
internal import Sealing
internal import Units

/// What a person is told of what is kept of them: the profile as the keeper has it, and what the log still says word for
/// word. Identifiers are not among it: of them only keyed hashes are kept, and their sorts are told.
///
/// An advertiser is told of its own acts and audiences alone, and nothing by which the person could be known elsewhere.
struct PersonExport {
    let keeper: AudienceKeeper
    let keys: VisitorKeys
    let visitorKey: [UInt8]
    let log: EventLog
    let logPath: String

    /// Reading segments of 64 MiB is nothing for the threads that answer.
    private static let thread = DispatchQueue(label: "person-export", qos: .utility)

    /// - Parameter scope: the advertiser whose acts and audiences alone are told; nil for all there is.
    /// - Returns: one JSON object; nil where nobody is known by that name.
    /// - Throws: where the log is damaged, instead of leaving out what stands behind the damage.
    /// - Complexity: O(bytes of the log).
    func text(of query: VisitorQuery, scope: String?) async throws(ExportFault) -> String? {
        guard let export = await keeper.export(VisitorName(query)) else { return nil }
        let found = try await acts(of: Set(export.numbers), scope: scope)
        let audiences = export.audiences.filter { scope == nil || $0.owner == scope }.map { id, _, until in
            "{\"id\":\(JSONText.quoted(id)),\"until\":\(Self.text(until))}"
        }
        let person = """
            "visitor":"\(Self.pseudonym(export.surrogate))","household":\(export.isHousehold),\
            "last_seen":\(Self.text(export.lastSeen)),\
            "identifiers":[\(export.identities.map { "\"\($0.label)\"" }.joined(separator: ","))],\
            "items":[\(export.items.map { JSONText.quoted($0) }.joined(separator: ","))],
            """
        return """
            {\(scope == nil ? person : "")"opted_out":\(export.isOptedOut),\
            "audiences":[\(audiences.joined(separator: ","))],\
            "acts":[\(found.acts.joined(separator: ","))],\
            "unreadable":[\(found.unreadable.map { "\($0)" }.joined(separator: ","))]}

            """
    }

    // MARK: Reading the log

    /// What the log says of a person.
    private struct Found {
        /// JSON, in the order of their instants.
        var acts: [String] = []
        /// Records about the person that tell nothing, though it was not erased.
        var unreadable: [UInt64] = []
    }

    private func acts(of numbers: Set<VisitorNumber>, scope: String?) async throws(ExportFault) -> Found {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Found, ExportFault>, Never>) in
            Self.thread.async {
                do throws(LogError) {
                    continuation.resume(returning: .success(try read(of: numbers, scope: scope)))
                } catch {
                    continuation.resume(returning: .failure(ExportFault(Self.detail(error))))
                }
            }
        }
        return try result.get()
    }

    private func read(of numbers: Set<VisitorNumber>, scope: String?) throws(LogError) -> Found {
        let sealer = VisitorSealer(keys: keys, directoryKey: visitorKey)
        var acts: [(instant: Instant, text: String)] = []
        var found = Found()
        var seen: Set<IdentityKey> = []
        // The last record may be half written; what was durable before is not.
        let durable = log.durableSequence
        let summary = try LogReader(try DirectoryStorage(path: logPath)).walkRecords {
            (number, record: LogRecord) throws(LogError) in
            guard case .visitor(let head, let bytes) = record, let visitor = head.visitor, numbers.contains(visitor)
            else { return }
            guard case .record(_, let told) = try? sealer.read(bytes) else {
                found.unreadable.append(number)
                return
            }
            guard case .act(_, let act) = told, scope == nil || act.owner == scope, seen.insert(act.id).inserted else {
                return
            }
            acts.append((act.instant, Self.text(act)))
        }
        guard summary.next > durable else {
            throw .damaged(
                file: summary.lastFile ?? logPath, offset: summary.lastFileSoundBytes,
                why: "record \(summary.next), which was written, cannot be read")
        }
        found.acts = acts.sorted { $0.instant.micros < $1.instant.micros }.map(\.text)
        return found
    }

    /// Names the segment, and not the directory.
    private static func detail(_ error: LogError) -> String {
        switch error {
        case .damaged(let file, let offset, let why):
            "the log's segment \(file) is damaged at byte \(offset): \(why); restore it from a copy"
        case .damagedCheckpoint(let file, let why): "the log's \(file) is damaged: \(why)"
        case .unknownVersion(let file, _): "the log's segment \(file) is of a newer version"
        case .io(let call, let path, let code):
            "the log cannot be read: \(call) of \(path.split(separator: "/").last ?? "") failed with error \(code)"
        case .unprepared: "the log cannot be read"
        }
    }

    // MARK: Spelling

    private static func text(_ act: VisitorAct) -> String {
        let properties = act.properties.map { "\(JSONText.quoted($0.name)):\(text($0.value))" }
        return """
            {"type":\(JSONText.quoted(act.type)),"time":"\(act.instant.rfc3339)",\
            "properties":{\(properties.joined(separator: ","))}}
            """
    }

    private static func text(_ value: VisitorAct.Value) -> String {
        switch value {
        case .text(let text): JSONText.quoted(text)
        case .number(let number): DecimalText.string(micros: number.rawValue)
        case .flag(let flag): "\(flag)"
        case .texts(let texts): "[" + texts.map { JSONText.quoted($0) }.joined(separator: ",") + "]"
        }
    }

    private static func text(_ instant: Instant?) -> String { instant.map { "\"\($0.rfc3339)\"" } ?? "null" }

    /// As the log's column `visitor` has it.
    private static func pseudonym(_ key: IdentityKey) -> String {
        "v"
            + [key.high, key.low].map { word in
                let digits = String(word, radix: 16)
                return String(repeating: "0", count: 16 - digits.count) + digits
            }.joined()
    }
}

extension VisitorName {
    init(_ query: VisitorQuery) {
        switch query {
        case .identifier(let identifier): self = .identifier(identifier)
        case .pseudonym(let high, let low): self = .surrogate(IdentityKey(high: high, low: low))
        }
    }
}
