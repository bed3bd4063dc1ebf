import Units

/// JSON texts as people and programs write them, with all that the standard allows, and broken ones made of them.
struct RandomJSON {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// An object or a list, with whatever space around its tokens.
    mutating func next() -> String {
        let text = below(2) == 0 ? object(depth: 1) : list(depth: 1)
        return space() + text + space()
    }

    /// One of those after one to three changes, which leave some of them sound.
    mutating func nextMutated() -> String {
        var scalars = Array(next().unicodeScalars)
        for _ in 0...below(3) where scalars.count > 1 {
            let place = below(scalars.count)
            let length = 1 + below(min(12, scalars.count - place))
            switch below(4) {
            case 0: scalars.removeSubrange(place..<place + length)
            case 1: scalars.insert(contentsOf: scalars[place..<place + length], at: place)
            case 2:
                scalars.insert(
                    pick(Array("{}[]\",:0-+.\\etfnu#&*!|>'%@`? \t\n\r\u{0}\u{1}\u{85}é".unicodeScalars)), at: place)
            default: scalars[place] = pick(Array("{}[]\",:0\\ud8e\n/".unicodeScalars))
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private mutating func value(depth: Int) -> String {
        switch below(depth < 6 ? 9 : 6) {
        case 0: pick(["true", "false", "null"])
        case 1, 2: number()
        case 3, 4, 5: string()
        case 6, 7: object(depth: depth + 1)
        default: list(depth: depth + 1)
        }
    }

    private mutating func object(depth: Int) -> String {
        let members = (0..<below(6)).map { index in
            // A number in front keeps keys apart.
            let key = "\"\(index)" + string().dropFirst()
            // YAML wants the colon on the key's line.
            let gap = pick(["", " ", "\t"])
            return space() + key + gap + ":" + space() + value(depth: depth) + space()
        }
        return "{" + (members.isEmpty ? space() : members.joined(separator: ",")) + "}"
    }

    private mutating func list(depth: Int) -> String {
        let values = (0..<below(6)).map { _ in space() + value(depth: depth) + space() }
        return "[" + (values.isEmpty ? space() : values.joined(separator: ",")) + "]"
    }

    private mutating func number() -> String {
        let whole = pick(["0", "1", "9", "10", "250", "123456789012345678901234567890"])
        let fraction = pick(["", "", ".0", ".50", ".000001"])
        return pick(["", "-"]) + whole + fraction + pick(["", "", "e3", "E+10", "e-7"])
    }

    private mutating func string() -> String {
        let parts = [
            "a", "Running shoes", "null", "true", "1.5", "~", "<<", "- x", "# y", ": z", "{,}", "&a *b", "'", "%", "@",
            "`", "é", "€", "😀", "e\u{301}", "\u{7F}", "\u{85}", "\u{9F}", "\u{A0}", "\u{2028}", "\u{2029}", "\u{FEFF}",
            "\u{FFFE}", "\u{10FFFF}", #"\""#, #"\\"#, #"\/"#, #"\b"#, #"\f"#, #"\n"#, #"\r"#, #"\t"#, #"\u0041"#,
            #"\u00e9"#, #"\u20AC"#, #"\ud83d\ude00"#, #"\uD83D\uDE00"#, #"\u0000"#, #"\u001f"#, #"\u2028"#, #"\uFEFF"#,
            "https://acme.example/a?b=c#d", " ", "  ", "",
        ]
        return "\"" + (0..<below(4)).map { _ in pick(parts) }.joined() + "\""
    }

    private mutating func space() -> String {
        below(3) > 0 ? "" : (0...below(3)).map { _ in pick([" ", "\t", "\n", "\r\n", "\r", "  "]) }.joined()
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(max(1, bound))) }
}
