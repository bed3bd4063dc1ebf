internal import Audience
internal import ControlPlane
internal import EventLog
internal import Events
internal import Foundation
internal import OpenRTB
internal import Sealing
internal import Units

/// What a person is told of what is kept of them: the profile as the keeper has it, and what the log still says word for
/// word. Identifiers are not among it: of them only keyed hashes are kept, and their sorts are told.
struct PersonExport {
    let keeper: AudienceKeeper
    let keys: VisitorKeys
    let visitorKey: [UInt8]
    let logPath: String

    /// - Returns: one JSON object; nil where nobody is known by that name.
    func text(of query: VisitorQuery) async -> String? {
        guard let export = await keeper.export(VisitorName(query)) else { return nil }
        let acts = acts(of: Set(export.numbers))
        let audiences = export.audiences.map { id, until in
            "{\"id\":\(JSONText.quoted(id)),\"until\":\(Self.text(until))}"
        }
        return """
            {"visitor":"\(Self.pseudonym(export.surrogate))","opted_out":\(export.isOptedOut),\
            "household":\(export.isHousehold),"last_seen":\(Self.text(export.lastSeen)),\
            "identifiers":[\(export.identities.map { "\"\($0.label)\"" }.joined(separator: ","))],\
            "audiences":[\(audiences.joined(separator: ","))],\
            "items":[\(export.items.map { JSONText.quoted($0) }.joined(separator: ","))],\
            "acts":[\(acts.joined(separator: ","))]}

            """
    }

    /// Everything that the visitor did and the log has, in the order of its instants.
    private func acts(of numbers: Set<VisitorNumber>) -> [String] {
        let sealer = VisitorSealer(keys: keys, directoryKey: visitorKey)
        var acts: [(instant: Instant, text: String)] = []
        var seen: Set<IdentityKey> = []
        guard let storage = try? DirectoryStorage(path: logPath) else { return [] }
        // The last record may be half written: what is whole before it counts.
        _ = try? LogReader(storage).walkRecords { (_, record) throws(LogError) in
            guard case .visitor(let head, let bytes) = record, let visitor = head.visitor, numbers.contains(visitor),
                case .record(_, .act(_, let act)) = try? sealer.read(bytes), seen.insert(act.id).inserted
            else { return }
            acts.append((act.instant, Self.text(act)))
        }
        return acts.sorted { $0.instant.micros < $1.instant.micros }.map(\.text)
    }

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
