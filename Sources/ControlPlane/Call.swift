internal import Documents
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore
internal import Sealing
internal import Units

/// A request whose caller is known.
struct Call: Sendable {
    let route: Route
    let method: Method
    let caller: AccessToken
    private let request: Request

    init(_ request: Request, route: Route, method: Method, caller: AccessToken) {
        self.request = request
        self.route = route
        self.method = method
        self.caller = caller
    }

    /// Whose documents alone the caller may see and change; nil for everybody's.
    var scope: String? { caller.advertiser }

    /// What the caller is about to do.
    func change(_ action: Change.Action, at instant: Instant) -> Change {
        Change(action: action, by: caller.id, at: instant, scope: scope)
    }

    func header(_ name: String) -> String? { request.header(name) }

    /// Name and value of each parameter behind the `?`.
    var query: [(name: String, value: String)] {
        request.uri.queryParameters.filter { !$0.key.isEmpty }.map { (String($0.key), String($0.value)) }
    }

    var preconditions: Preconditions {
        Preconditions(ifMatch: header("If-Match"), ifNoneMatch: header("If-None-Match"))
    }

    /// The media type without its parameters, in lower case; nil where the caller names none.
    var mediaType: String? {
        header("Content-Type")?.split(separator: ";").first.map { part in
            var type = part.drop { $0 == " " }
            while type.last == " " { type.removeLast() }
            return type.lowercased()
        }
    }

    // MARK: Body

    /// - Throws: a ``Problem`` for a body beyond the limit, or one that is compressed.
    func body(upTo bytesMax: Int) async throws -> [UInt8] {
        if let encoding = header("Content-Encoding"), encoding.lowercased() != "identity" {
            throw Problem.wrongMediaType("Content-Encoding \(encoding)", accepted: ["the plain body"])
        }
        let limit = Problem.tooLarge("the body is larger than \(bytesMax >> 20) MiB")
        if let declared = header("Content-Length").flatMap({ Int($0) }), declared > bytesMax { throw limit }
        var bytes: [UInt8] = []
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= bytesMax else { throw limit }
            bytes += part.readableBytesView
        }
        return bytes
    }

    /// Hands over the body part by part; the next is read when `take` returns.
    ///
    /// - Throws: what `take` throws, and a ``Problem`` for a body that ends before it should.
    func eachPart(_ take: ([UInt8]) async throws -> Void) async throws {
        var count = 0
        for try await part in request.body {
            count += part.readableBytes
            try await take(Array(part.readableBytesView))
        }
        // Who stops reading, because the service does, has not read to the end.
        try Task.checkCancellation()
        if let declared = header("Content-Length").flatMap({ Int($0) }), declared != count { throw Problem.endsEarly }
    }

    /// - Throws: a ``Problem`` for any other encoding.
    var isGzip: Bool {
        get throws(Problem) {
            switch header("Content-Encoding")?.lowercased() {
            case nil, "identity": return false
            case "gzip", "x-gzip": return true
            case let other?: throw .wrongMediaType("Content-Encoding \(other)", accepted: ["gzip", "the plain body"])
            }
        }
    }

    /// The key under which a repeat of this request is answered alike; nil where the caller gave none.
    ///
    /// - Throws: a ``Problem`` for a key that is empty, too long, or not plain text.
    func idempotencyKey(_ body: [UInt8]) throws(Problem) -> IdempotencyKey? {
        guard let key = header("Idempotency-Key") else { return nil }
        guard !key.isEmpty, key.utf8.count <= ControlLimits.idempotencyKeyCharactersMax else {
            throw .malformed([
                Fault(
                    "Idempotency-Key must have 1 to \(ControlLimits.idempotencyKeyCharactersMax) characters", at: "",
                    hint: "for example a UUID")
            ])
        }
        let head = "\(method.rawValue)\n\(request.uri.path)\n\(mediaType ?? "")\n"
        return IdempotencyKey(key: key, tokenID: caller.id, digest: Digest.sha256(Array(head.utf8) + body))
    }

    /// One JSON object, without the members that the service itself adds to its answers.
    ///
    /// - Throws: a ``Problem`` that says what is not JSON, and where.
    ///
    /// - Parameter isDocument: whether it is one that the service adds to.
    static func node(_ bytes: [UInt8], isDocument: Bool = true) throws(Problem) -> Node {
        if let fault = JSONSyntax.fault(in: bytes) { throw .malformed([fault]) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed([Fault("is not valid UTF-8", at: "")])
        }
        do throws(DocumentError) {
            let node = try Node.readOne(text)
            return isDocument ? node.removing(StoredDocument.servedMembers) : node
        } catch {
            throw .malformed(error.faults)
        }
    }
}

extension Request {
    /// The header's value; of several the first.
    func header(_ name: String) -> String? {
        HTTPFields.Element.Name(name).flatMap { headers[values: $0].first }
    }
}

/// What part of a list is asked for.
struct PageQuery: Sendable {
    /// The id behind which the page starts; empty for the first page.
    var after = ""
    var limit = ControlLimits.pageItemsDefault
    /// Of strategies and audiences: whose.
    var advertiser: String?

    /// - Throws: a ``Problem`` naming everything that is wrong with the parameters.
    init(_ query: [(name: String, value: String)], known: Set<String>) throws(Problem) {
        var faults: [Fault] = []
        for (name, value) in query {
            switch name {
            case _ where !known.contains(name):
                let nearest = Nearest.name(to: name, among: known).map { "did you mean “\($0)”?" }
                faults.append(
                    Fault(
                        "unknown parameter “\(name)”", at: "",
                        hint: nearest ?? "known: \(known.sorted().joined(separator: ", "))"))
            case "limit":
                if let number = Int(value), (1...ControlLimits.pageItemsMax).contains(number) {
                    limit = number
                } else {
                    faults.append(
                        Fault("limit must be between 1 and \(ControlLimits.pageItemsMax), is “\(value)”", at: ""))
                }
            case "cursor":
                if let bytes = Base64URL.decode(value.utf8), let id = String(validating: bytes, as: UTF8.self) {
                    after = id
                } else {
                    let hint = "take it from “next” of the page before"
                    faults.append(Fault("cursor “\(value)” is none of ours", at: "", hint: hint))
                }
            default: advertiser = value
            }
        }
        if !faults.isEmpty { throw .malformed(faults) }
    }

    /// What `next` says, for the page behind `id`.
    static func cursor(after id: String) -> String { Base64URL.encode(Array(id.utf8)) }

    /// A page as it is answered.
    static func body(items: [String], next id: String?) -> String {
        let next = id.map { "\"\(cursor(after: $0))\"" } ?? "null"
        return "{\"items\":[\(items.joined(separator: ","))],\"next\":\(next)}"
    }
}
