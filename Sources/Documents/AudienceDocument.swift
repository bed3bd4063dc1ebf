package import Targeting

/// A named set of visitors: by rule over their events, by list, or by address.
package struct AudienceDocument: Sendable {
    /// What says who is in it.
    package enum Form: Equatable, Sendable {
        case rule(AudienceRule)
        case members([MemberEntry])
        case cidr([AddressRange])
    }

    /// Members that a document names itself: more are uploaded.
    package static let membersMax = 100_000
    package static let addressesMax = 1_000_000

    package var id = ""
    package var advertiser = ""
    package var name = ""
    package var form = Form.members([])
    /// How long a membership lasts that was uploaded; nil for as long as it is in the list.
    package var expires: TimeSpan?

    /// - Throws: every fault at once.
    package init(_ node: Node) throws(DocumentError) {
        let faults = FaultList()
        let object = ObjectReader(
            node,
            at: "",
            known: ["id", "advertiser", "name", "when", "members", "cidr", "expires"],
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
        if let when = object.value("when"),
            let rule = AudienceRuleReader.read(when, at: "/when", of: id, faults)
        {
            form = .rule(rule)
        }
        if object.value("members") != nil { form = .members(Self.members(object)) }
        if object.value("cidr") != nil { form = .cidr(Self.addresses(object)) }
        expires = object.span("expires")
        if expires != nil, forms != ["members"] {
            object.fault("means nothing beside “\(forms.first ?? "nothing")”", "expires", hint: "it is for members")
        }
        if !faults.faults.isEmpty { throw DocumentError(faults.faults) }
    }

    private static func members(_ object: ObjectReader) -> [MemberEntry] {
        let list = object.list("members")
        guard list.count <= membersMax else {
            object.fault(
                "more than \(membersMax) members", "members", hint: "PUT them to /v1/audiences/{id}/members instead")
            return []
        }
        return list.compactMap { MemberEntry.read($0.node, at: $0.pointer, object.faults) }
    }

    private static func addresses(_ object: ObjectReader) -> [AddressRange] {
        let list = object.list("cidr")
        guard list.count <= addressesMax else {
            object.fault("more than \(addressesMax) addresses", "cidr", hint: "join neighbours to larger blocks")
            return []
        }
        return list.compactMap { entry, pointer in
            if case .string(let text) = entry.content, let range = AddressRange(text) { return range }
            object.faults.add(
                "is neither an IP address nor a CIDR block",
                at: pointer,
                entry,
                hint: "for example \"192.0.2.0/24\""
            )
            return nil
        }
    }
}
