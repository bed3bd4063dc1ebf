internal import OpenRTB

extension Node {
    /// The tree as compact JSON, members in their order.
    package var json: String {
        var writer = ByteWriter(capacity: 1024)
        write(to: &writer)
        return String(decoding: writer.array(), as: UTF8.self)
    }

    private func write(to writer: inout ByteWriter) {
        switch content {
        case .null: writer.append("null")
        case .bool(let value): writer.append(value ? "true" : "false")
        case .number(let text): for byte in text.utf8 { writer.append(byte) }
        case .string(let text): Self.write(text, to: &writer)
        case .list(let nodes):
            writer.append(UInt8(ascii: "["))
            for index in nodes.indices {
                if index > 0 { writer.append(UInt8(ascii: ",")) }
                nodes[index].write(to: &writer)
            }
            writer.append(UInt8(ascii: "]"))
        case .map(let members):
            writer.append(UInt8(ascii: "{"))
            for index in members.indices {
                if index > 0 { writer.append(UInt8(ascii: ",")) }
                Self.write(members[index].key, to: &writer)
                writer.append(UInt8(ascii: ":"))
                members[index].value.write(to: &writer)
            }
            writer.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to writer: inout ByteWriter) {
        writer.append(UInt8(ascii: "\""))
        var previous: UInt8 = 0
        for byte in text.utf8 {
            JSONText.append(byte, after: previous, to: &writer)
            previous = byte
        }
        writer.append(UInt8(ascii: "\""))
    }

    /// The tree with another merged over it: null removes, objects merge, everything else replaces.
    ///
    /// - Source: RFC 7396, JSON Merge Patch.
    package func merging(_ patch: Node) -> Node {
        guard case .map(let changes) = patch.content else { return patch }
        var members: [Member] = []
        if case .map(let own) = content { members = own }
        for change in changes {
            let index = members.firstIndex { $0.key == change.key }
            if change.value.content == .null {
                if let index { members.remove(at: index) }
            } else if let index {
                members[index].value = members[index].value.merging(change.value)
            } else {
                members.append(Member(key: change.key, value: Node(.null).merging(change.value)))
            }
        }
        return Node(.map(members), position: position, origin: origin)
    }

    /// Sets a member, or adds it at the end.
    package mutating func set(_ key: String, _ value: Node) {
        guard case .map(var members) = content else { return }
        if let index = members.firstIndex(where: { $0.key == key }) {
            members[index].value = value
        } else {
            members.append(Member(key: key, value: value))
        }
        content = .map(members)
    }
}
