import Units

/// Draws requests, most of them good, some with the oddities that readers differ over.
struct RequestGrammar {
    /// A request in parts, so that a field can be moved or repeated as a whole.
    struct Draft {
        var line: [UInt8]
        var fields: [[UInt8]]
        var body: [UInt8]

        var bytes: [UInt8] { ([line] + fields + [[]]).flatMap { $0 + [0x0D, 0x0A] } + body }
    }

    var chance: SplitMix64

    init(seed: UInt64) { chance = SplitMix64(seed: seed) }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &chance)]
    }

    /// True once in so many times.
    mutating func once(in times: Int) -> Bool { Int.random(in: 0..<times, using: &chance) == 0 }

    // MARK: Whole requests

    mutating func draft() -> Draft {
        let isOld = once(in: 8)
        var fields = isOld && once(in: 2) ? [] : ["\(spelled("Host")):\(blanks())\(pick(Self.hosts))\(blanks())"]
        for _ in 0..<Int.random(in: 0...5, using: &chance) { fields.append(field()) }
        var body: [UInt8] = []
        switch Int.random(in: 0..<6, using: &chance) {
        case 0, 1:
            body = payload()
            let zeros = once(in: 10) ? "00" : ""
            fields.append("\(spelled("Content-Length")):\(blanks())\(zeros)\(body.count)\(blanks())")
        case 2, 3:
            if isOld, !once(in: 10) { break }
            body = chunked()
            fields.append(
                "\(spelled("Transfer-Encoding")):\(blanks())\(once(in: 8) ? "CHUNKED" : "chunked")\(blanks())")
        default: break
        }
        fields.shuffle(using: &chance)
        let version = isOld ? "HTTP/1.0" : once(in: 40) ? pick(["HTTP/1.2", "HTTP/2.0", "HTTP/0.9"]) : "HTTP/1.1"
        let line = octets("\(pick(once(in: 16) ? Self.oddMethods : Self.methods)) \(target()) \(version)")
        return Draft(line: line, fields: fields.map(octets), body: body)
    }

    private mutating func target() -> String {
        let path = pick(Self.paths) + (once(in: 400) ? String(repeating: "long", count: pick([2000, 2100])) : "")
        switch Int.random(in: 0..<12, using: &chance) {
        case 0: return "http://\(pick(Self.hosts.filter { !$0.isEmpty }))" + path
        case 1: return once(in: 4) ? pick(Self.oddTargets) : path
        case 2: return path + "?" + String(repeating: "a=%20&", count: Int.random(in: 0...30, using: &chance))
        default: return path
        }
    }

    private mutating func field() -> String {
        if once(in: 12) { return pick(Self.oddFields) }
        if once(in: 400) { return "X-Long: " + String(repeating: "long ", count: pick([1600, 1700, 3000])) }
        let (name, values) = pick(Self.fields)
        return "\(spelled(name)):\(blanks())\(pick(values))\(blanks())"
    }

    private mutating func payload() -> [UInt8] {
        if once(in: 8) { return octets("GET /inner HTTP/1.1\r\nHost: inner\r\n\r\n") }
        return (0..<Int.random(in: 0...40, using: &chance)).map { _ in UInt8.random(in: 0...255, using: &chance) }
    }

    private mutating func chunked() -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...3, using: &chance) {
            let data = payload()
            guard !data.isEmpty else { continue }
            let size = String(data.count, radix: 16, uppercase: once(in: 2))
            let zeros = String(repeating: "0", count: once(in: 6) ? Int.random(in: 1...9, using: &chance) : 0)
            bytes += octets("\(zeros)\(size)\(once(in: 5) ? pick(Self.extensions) : "")\r\n") + data + [0x0D, 0x0A]
        }
        bytes += octets("0\(once(in: 8) ? pick(Self.extensions) : "")\r\n")
        for _ in 0..<(once(in: 4) ? Int.random(in: 1...3, using: &chance) : 0) { bytes += octets("\(field())\r\n") }
        return bytes + [0x0D, 0x0A]
    }

    // MARK: Words

    private mutating func blanks() -> String { once(in: 6) ? pick(["", "  ", "\t", " \t "]) : " " }

    private mutating func spelled(_ name: String) -> String {
        once(in: 4) ? name.lowercased() : once(in: 6) ? name.uppercased() : name
    }

    private static let methods = [
        "GET", "GET", "GET", "POST", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "M-SEARCH",
    ]
    /// Methods that readers differ over: a tunnel, other protocols', and those that nobody has registered.
    private static let oddMethods = ["CONNECT", "PRI", "SOURCE", "DESCRIBE", "BREW", "get", "x!#$%&'*+-.^_`|~"]
    private static let paths = ["/", "/bid/lindenmart", "/imp/AAAA_bbb-ccc", "/a/../b", "//x", "/%2e?q=/&r=http://h/"]
    private static let oddTargets = [
        "*", "h:443", "http://h", "http://h?q", "http://", "/a#b", "/\u{E9}", "/\u{7F}", "ftp://h/", "HTTPS://h/p", "x",
        "http://u@h/", "/a\"<>\\^`{|}", "https://h:1/p?q", "",
    ]
    private static let hosts = ["h", "bid.example.com", "127.0.0.1:8080", "[::1]:80", "A_b-c.example", "h%41~"]
    private static let extensions = [";", ";a", ";a=b", ";a=\"b c\"", "; a = b", " ;a", ";\u{E9}", ";a=b;c=d", " "]
    private static let fields: [(String, [String])] = [
        (
            "Connection",
            ["close", "keep-alive", "Keep-Alive", "CLOSE", "foo, close", "keep-alive, x", "x", "upgrade", ""]
        ),
        ("Connection", ["close, keep-alive", "keep-alive, close", "closed", "keep-alivex", ",close,"]),
        ("Content-Type", ["application/json", "application/json; charset=utf-8", ""]),
        ("Content-Encoding", ["gzip", "identity", ""]),
        ("Accept-Encoding", ["gzip", "gzip;q=0", "br, gzip;q=0.5", "*", "identity"]),
        ("Authorization", ["Bearer abc", "Basic eDp5"]),
        ("Expect", ["100-continue", "100-Continue"]),
        ("Upgrade", ["websocket", "h2c"]),
        ("X-Forwarded-For", ["10.0.0.1", "::1", ""]),
        ("User-Agent", ["curl/8", "caf\u{E9}", "a\tb"]),
        ("Cookie", ["a=b; c=d", ""]),
        ("x!#$%&'*+-.^_`|~", ["v", "\"q\\\"\"", "("]),
    ]
    /// What readers differ over.
    static let oddFields = [
        "Content-Length: 3", "Content-Length: +3", "Content-Length: 3,3", "Content-Length: 3 3", "Content-Length:",
        "Content-Length: 0x3", "Content-Length: -3", "Content-Length: 99999999999999999999999", "Content-Length : 3",
        "Content-Length: 1048577", "Content-Length: 99999999999", "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: identity",
        "Transfer-Encoding: gzip", "Transfer-Encoding:", "Transfer-Encoding : chunked",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked;a=b", "Transfer_Encoding: chunked", "Host: other", "Host: a b", "Host: a@b",
        "Host: a,b", "Host:", " folded: yes", "\tfolded", "NoColon", ": nameless", "Sp ace: v", "Nul: a\u{0}b",
        "Cr: a\rb", "Del: a\u{7F}b", "Esc: \u{1B}", "Na\u{0}me: v", "Caf\u{E9}: v", "Expect: gold", "Expect:",
        "Trailer: x", "TE: trailers", "Keep-Alive: 300", "Proxy-Connection: close",
    ]
}
