internal import Targeting

/// A named set of visitors: by rule over their events, by list, or by address.
///
/// Validated here; which visitors are in it is not worked out yet.
package struct AudienceDocument: Sendable {
    package var id = ""
    package var advertiser = ""
    package var name = ""

    /// - Throws: every fault at once.
    package init(_ node: Node) throws(DocumentError) {
        let faults = FaultList()
        let object = ObjectReader(
            node,
            at: "",
            known: ["id", "advertiser", "name", "when", "members", "cidr"],
            faults
        )
        _ = object.require("id", example: "\"runners\"")
        id = object.id("id") ?? ""
        advertiser = object.id("advertiser") ?? ""
        name = object.string("name") ?? id
        let forms = ["when", "members", "cidr"].filter { object.value($0) != nil }
        if forms.count != 1 {
            faults.add("needs exactly one of when, members and cidr", at: "", node)
        }
        if let when = object.value("when") { Self.rule(when, at: "/when", depth: 1, faults) }
        _ = object.strings("members")
        for (entry, pointer) in object.list("cidr") {
            guard case .string(let text) = entry.content, AddressRange(text) != nil else {
                faults.add("is neither an IP address nor a CIDR block", at: pointer, entry)
                continue
            }
        }
        if !faults.faults.isEmpty { throw DocumentError(faults.faults) }
    }

    private static let ruleKeys: Set<String> = [
        "all", "any", "not", "event", "where", "at_least", "at_most", "within", "sum", "audience", "trait",
    ]

    private static func rule(_ node: Node, at pointer: String, depth: Int, _ faults: FaultList) {
        guard depth <= TargetingReader.depthMax else {
            faults.add("nested deeper than \(TargetingReader.depthMax) levels", at: pointer, node)
            return
        }
        let object = ObjectReader(node, at: pointer, known: ruleKeys, faults)
        for key in ["all", "any"] {
            for (part, pointer) in object.list(key) { rule(part, at: pointer, depth: depth + 1, faults) }
        }
        if let part = object.value("not") { rule(part, at: object.path("not"), depth: depth + 1, faults) }
        _ = object.string("event")
        _ = object.integer("at_least", in: 1...1_000_000)
        _ = object.integer("at_most", in: 0...1_000_000)
        if let span = object.string("within"), !isSpan(span) {
            object.fault("is no span of time: “\(span)”", "within", hint: "for example \"7d\", \"12h\", \"30m\"")
        }
    }

    private static func isSpan(_ text: String) -> Bool { text.wholeMatch(of: /[1-9][0-9]{0,5}[smhdw]/) != nil }
}
