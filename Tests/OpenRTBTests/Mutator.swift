import Units

/// Changes that a faulty or hostile sender might make to a document: to its bytes, and to its tokens, which keeps most
/// documents well-formed so that what is read behind the JSON parser is reached too.
struct Mutator {
    private var random: SplitMix64
    private let bodies = Fixture.everyBody.filter { $0.count > 2 }

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// One document after one to three changes.
    mutating func next() -> [UInt8] {
        var body = bodies[below(bodies.count)]
        for _ in 0...below(3) {
            if below(4) == 0 { mutateBytes(of: &body) } else { mutateToken(of: &body) }
        }
        return body
    }

    private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(max(bound, 1))) }

    private mutating func mutateBytes(of body: inout [UInt8]) {
        guard body.count > 2 else { return }
        let place = below(body.count)
        let length = 1 + below(min(40, body.count - place))
        switch below(7) {
        case 0: body[place] ^= 1 << UInt8(below(8))
        case 1: body[place] = UInt8(truncatingIfNeeded: random.next())
        case 2: body.removeSubrange(place...)
        case 3: body.removeSubrange(place..<place + length)
        case 4: body.insert(contentsOf: body[place..<place + length], at: place)
        case 5: body.insert(Array("{}[]\",:0-\\etfn".utf8)[below(14)], at: place)
        default:
            let other = bodies[below(bodies.count)]
            let start = below(other.count)
            body.replaceSubrange(place..<place + length, with: other[start..<min(other.count, start + 60)])
        }
    }

    /// Puts another value in place of one, or a name from elsewhere in place of a name.
    private mutating func mutateToken(of body: inout [UInt8]) {
        let tokens = Self.tokens(of: body)
        guard !tokens.isEmpty else { return }
        let token = tokens[below(tokens.count)]
        let other = bodies[below(bodies.count)]
        let others = Self.tokens(of: other).filter { $0.isName == token.isName }
        if !others.isEmpty, token.isName || below(2) == 0 {
            body.replaceSubrange(token.range, with: other[others[below(others.count)].range])
        } else if !token.isName {
            body.replaceSubrange(token.range, with: Array(Self.values[below(Self.values.count)].utf8))
        }
    }

    private static let values = [
        "null", "true", "false", "0", "-1", "1.0", "1.5", "-0.0", "1e308", "2147483647", "2147483648", "4294967296",
        "9223372036854775807", "-9223372036854775808", "18446744073709551615", #""""#, #""0""#, #""-1""#, #""1e5""#,
        #""\u0000""#, #""\ud83d\ude00""#, #""-""#, #"".""#, #""99999999999999999999""#, #""a,b,,c""#, "[]", "{}",
        "[[]]",
        "[null]", "[1,2,3]", #"["a","b"]"#, #"{"id":"x"}"#, #"{"id":1,"w":300,"h":250}"#,
        #""{\"assets\":[{\"id\":1}]}""#,
    ]

    /// Strings and other scalars of a document, sound or not.
    private static func tokens(of body: [UInt8]) -> [(range: Range<Int>, isName: Bool)] {
        var tokens: [(range: Range<Int>, isName: Bool)] = []
        var index = 0
        while index < body.count {
            let start = index
            if body[index] == UInt8(ascii: "\"") {
                index += 1
                while index < body.count, body[index] != UInt8(ascii: "\"") {
                    index += body[index] == UInt8(ascii: "\\") ? 2 : 1
                }
                index = min(index + 1, body.count)
                var next = index
                while next < body.count, body[next] == UInt8(ascii: " ") { next += 1 }
                tokens.append((start..<index, next < body.count && body[next] == UInt8(ascii: ":")))
            } else if isScalar(body[index]) {
                while index < body.count, isScalar(body[index]) { index += 1 }
                tokens.append((start..<index, false))
            } else {
                index += 1
            }
        }
        return tokens
    }

    private static func isScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"),
            UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "E"):
            true
        default: false
        }
    }
}
