import HTTP1
import Testing

/// Bytes, and what they are to be read as.
struct Row: Sendable, CustomTestStringConvertible {
    enum Expected: Equatable, Sendable {
        case accepted(RequestHead.Method, String, body: String, keepsAlive: Bool)
        case refused(Refusal)
        /// Good as far as it goes.
        case unfinished
    }

    let testDescription: String
    let bytes: [UInt8]
    let expected: Expected

    /// - Parameter text: one character a byte, up to U+00FF.
    init(_ name: String, _ text: String, _ expected: Expected) {
        testDescription = name
        bytes = octets(text)
        self.expected = expected
    }

    init(_ name: String, _ text: String, _ refusal: Refusal) { self.init(name, text, .refused(refusal)) }

    /// The whole bytes give the expected request or refusal, and cutting them changes nothing.
    func check() {
        let reading = Reading(bytes)
        #expect(read(reading) == expected)
        #expect(reading.requests.last.map { $0.end == bytes.count } ?? true)
        let cut = Cuts.disagreement(bytes, with: reading)
        #expect(cut == nil, "read differently when cut there")
    }

    private func read(_ reading: Reading) -> Expected? {
        if case .refused(let refusal) = reading.ending { return reading.requests.isEmpty ? .refused(refusal) : nil }
        guard reading.requests.count <= 1 else { return nil }
        guard let request = reading.requests.first else { return .unfinished }
        return .accepted(
            request.method, request.target, body: String(decoding: request.body, as: UTF8.self),
            keepsAlive: request.keepsAlive)
    }
}

extension Row.Expected {
    /// A GET without a body, after which the connection stays.
    static func get(_ target: String) -> Self { .accepted(.get, target, body: "", keepsAlive: true) }

    /// A POST to `/`, after which the connection stays.
    static func post(_ body: String) -> Self { .accepted(.post, "/", body: body, keepsAlive: true) }

    static func other(_ target: String) -> Self { .accepted(.other, target, body: "", keepsAlive: true) }
}

/// A request with that line, and a Host.
func line(_ line: String) -> String { "\(line)\r\nHost: h\r\n\r\n" }

/// A GET of `/` with these fields behind its Host.
func get(_ fields: String...) -> String {
    (["GET / HTTP/1.1", "Host: h"] + fields + ["", ""]).joined(separator: "\r\n")
}

/// A POST to `/` with these fields behind its Host, and the body behind them.
func post(_ fields: String..., body: String = "") -> String {
    (["POST / HTTP/1.1", "Host: h"] + fields + ["", body]).joined(separator: "\r\n")
}

/// A POST to `/` with a chunked body, as it is on the wire.
func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked", body: body) }
