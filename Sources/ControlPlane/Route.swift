internal import Documents

/// A method that some resource knows; HEAD is answered as GET without its body.
enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
}

/// A resource of the control side.
enum Route: Equatable, Sendable {
    case home, openAPI, live, ready, metrics, status
    case books, explain
    case report(name: String)
    case documents(DocumentKind)
    case document(DocumentKey)
    /// Who is in an audience, as it is uploaded.
    case members(audience: String)
    /// One person, by any identifier.
    case visitor(String)
    case setState(id: String, StrategyDocument.State)
    case tokens
    case token(id: String)

    /// Who may see it.
    enum Access: Sendable {
        case everybody
        /// Everybody on this machine; with a token from elsewhere.
        case machine
        case token
    }

    /// - Returns: nil for a path at which there is nothing.
    init?(path: String) {
        var parts: [String] = []
        for part in path.split(separator: "/") {
            guard let text = Self.decoded(part) else { return nil }
            parts.append(text)
        }
        switch parts.count {
        case 0: self = .home
        case 1: self.init(top: parts[0])
        case 2 where parts[0] == "health": self.init(health: parts[1])
        default:
            guard parts[0] == "v1" else { return nil }
            self.init(versioned: Array(parts.dropFirst()))
        }
    }

    private init?(top: String) {
        switch top {
        case "openapi.json": self = .openAPI
        case "metrics": self = .metrics
        case "status": self = .status
        default: return nil
        }
    }

    private init?(health: String) {
        switch health {
        case "live": self = .live
        case "ready": self = .ready
        default: return nil
        }
    }

    private init?(versioned parts: [String]) {
        switch (parts[0], parts.count) {
        case ("books", 1): self = .books
        case ("explain", 1): self = .explain
        case ("reports", 2): self = .report(name: parts[1])
        case ("tokens", 1): self = .tokens
        case ("tokens", 2): self = .token(id: parts[1])
        case ("strategies", 3) where parts[2] == "pause": self = .setState(id: parts[1], .paused)
        case ("strategies", 3) where parts[2] == "resume": self = .setState(id: parts[1], .active)
        case ("visitors", 2): self = .visitor(parts[1])
        case ("audiences", 3) where parts[2] == "members": self = .members(audience: parts[1])
        case (_, 1), (_, 2):
            guard let kind = DocumentKind(rawValue: parts[0]) else { return nil }
            self = parts.count == 1 ? .documents(kind) : .document(DocumentKey(kind: kind, id: parts[1]))
        default: return nil
        }
    }

    var methods: [Method] {
        switch self {
        case .home, .openAPI, .live, .ready, .metrics, .status, .books, .report: [.get]
        case .explain: [.post]
        case .documents, .tokens: [.get, .post]
        case .document: [.get, .put, .patch, .delete]
        case .members: [.get, .put]
        case .visitor: [.get, .delete]
        case .setState: [.post]
        case .token: [.get, .delete]
        }
    }

    /// As `Allow` lists them.
    var allowed: [String] { methods.flatMap { $0 == .get ? ["GET", "HEAD"] : [$0.rawValue] } }

    var access: Access {
        switch self {
        case .home, .openAPI, .live, .ready: .everybody
        case .metrics, .status: .machine
        default: .token
        }
    }

    /// Every path, for the page at `/`; `{id}` stands for an identifier.
    static let patterns =
        [
            "/openapi.json", "/health/live", "/health/ready", "/status", "/metrics", "/v1/books", "/v1/explain",
            "/v1/reports/passes",
        ] + DocumentKind.allCases.flatMap { ["/v1/\($0.rawValue)", "/v1/\($0.rawValue)/{id}"] } + [
            "/v1/strategies/{id}/pause", "/v1/strategies/{id}/resume", "/v1/audiences/{id}/members", "/v1/tokens",
            "/v1/tokens/{id}", "/v1/visitors/{id}",
        ]

    /// - Returns: nil for a broken escape.
    private static func decoded(_ part: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = part.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(code)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
