extension RequestGrammar {
    /// The bytes of a connection: one to three requests, good or damaged.
    mutating func connection() -> [UInt8] {
        var drafts = [draft()]
        while drafts.count < 3, once(in: 3) { drafts.append(draft()) }
        switch Int.random(in: 0..<8, using: &chance) {
        case 0, 1, 2: return drafts.flatMap { prelude() + $0.bytes }
        case 3, 4:
            let index = Int.random(in: 0..<drafts.count, using: &chance)
            let damaged = bytes(damagingLinesOf: &drafts[index])
            return drafts[..<index].flatMap(\.bytes) + damaged + drafts[(index + 1)...].flatMap(\.bytes)
        default:
            var bytes = drafts.flatMap(\.bytes)
            for _ in 0..<Int.random(in: 1...3, using: &chance) { damage(&bytes) }
            return bytes
        }
    }

    /// What may stand in front of a request line: mostly nothing.
    private mutating func prelude() -> [UInt8] { once(in: 30) ? octets(pick(["\r\n", "\r\n\r\n", "\n", "\r"])) : [] }

    /// A field repeated, dropped, moved or replaced, or a line that ends in another way.
    private mutating func bytes(damagingLinesOf draft: inout Draft) -> [UInt8] {
        let place = Int.random(in: 0...draft.fields.count, using: &chance)
        let lineEnd: [UInt8]
        switch Int.random(in: 0..<6, using: &chance) {
        case 0:
            if let field = draft.fields.randomElement(using: &chance) { draft.fields.insert(field, at: place) }
            return draft.bytes
        case 1:
            if place < draft.fields.count { draft.fields.remove(at: place) }
            return draft.bytes
        case 2:
            draft.fields.insert(octets(pick(Self.oddFields)), at: place)
            return draft.bytes
        case 3:
            let field = draft.fields.randomElement(using: &chance) ?? octets("A: b")
            draft.fields += Array(repeating: field, count: pick([1, 98, 150]))
            return draft.bytes
        case 4: lineEnd = octets(pick(["\n", "\r", "\r\r\n", "\n\r", "\r\n ", " \r\n", "\r\n\t", "\u{0B}\r\n", ""]))
        default: lineEnd = octets(pick(["\n", "\r\n\n", "\n\n"]))
        }
        let lines = [draft.line] + draft.fields + [[]]
        let ends = lines.indices.map { $0 == place ? lineEnd : [0x0D, 0x0A] }
        return zip(lines, ends).flatMap { $0 + $1 } + draft.body
    }

    /// One byte flipped, gone, new or another, a run repeated or gone, the end cut off, or another request spliced in.
    private mutating func damage(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let index = Int.random(in: 0..<bytes.count, using: &chance)
        let run = index..<min(bytes.count, index + Int.random(in: 1...12, using: &chance))
        switch Int.random(in: 0..<9, using: &chance) {
        case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &chance)
        case 1: bytes.remove(at: index)
        case 2, 3: bytes.insert(pick(Self.oddBytes), at: index)
        case 4: bytes[index] = pick(Self.oddBytes)
        case 5: bytes.insert(contentsOf: bytes[run], at: index)
        case 6: bytes.removeSubrange(run)
        case 7: bytes.removeSubrange(index...)
        default:
            let other = draft().bytes
            bytes.replaceSubrange(index..., with: other[Int.random(in: 0..<other.count, using: &chance)...])
        }
    }

    /// Bytes with a meaning somewhere in the grammar, and some that have none anywhere.
    private static let oddBytes = octets(
        "\r\n \t:;,/?#*%\"0159afAFx@\\\u{0}\u{1}\u{B}\u{C}\u{1B}\u{7F}\u{80}\u{85}\u{A0}\u{FF}")
}
