internal import Documents

/// The errors that there are, one function each.
extension Problem {
    static func notFound(_ what: String) -> Problem {
        Problem(name: "not-found", status: 404, title: "Not found", detail: what)
    }

    static func noDocument(_ key: DocumentKey) -> Problem {
        notFound("there is no \(key.kind.singular) “\(key.id)”")
    }

    static func wrongMethod(_ method: String, allowed: [String]) -> Problem {
        let allow = allowed.joined(separator: ", ")
        return Problem(
            name: "method-not-allowed", status: 405, title: "Method not allowed",
            detail: "\(method) is not among the methods of this resource: \(allow)",
            headers: [.init(name: "Allow", value: allow)])
    }

    /// - Parameter header: `Accept-Post` or `Accept-Patch`, where there is one.
    static func wrongMediaType(_ type: String, accepted: [String], header: String? = nil) -> Problem {
        let list = accepted.joined(separator: ", ")
        return Problem(
            name: "unsupported-media-type", status: 415, title: "Unsupported media type",
            detail: "\(type) is not accepted here, send \(list)",
            headers: header.map { [.init(name: $0, value: list)] } ?? [])
    }

    static func tooLarge(_ detail: String) -> Problem {
        Problem(name: "too-large", status: 413, title: "Content too large", detail: detail)
    }

    /// The request could not be read.
    static func malformed(_ faults: [Fault]) -> Problem {
        Problem(
            name: "malformed", status: 400, title: "Malformed request",
            detail: faults.first?.description ?? "the request cannot be read", faults: faults)
    }

    /// The document was read, and has faults.
    static func invalid(_ faults: [Fault]) -> Problem {
        let count = faults.count == 1 ? "one fault" : "\(faults.count) faults"
        return Problem(
            name: "invalid-document", status: 422, title: "Invalid document",
            detail: "\(count), the first: \(faults.first?.description ?? "")", faults: faults)
    }

    static func reusedKey(_ key: String) -> Problem {
        Problem(
            name: "idempotency-key-reused", status: 422, title: "Idempotency-Key used before",
            detail: "“\(key)” came with another request within the last day")
    }

    static func unauthorized(isMissing: Bool) -> Problem {
        let challenge = "Bearer realm=\"vendue\"" + (isMissing ? "" : ", error=\"invalid_token\"")
        return Problem(
            name: "unauthorized", status: 401, title: "Unauthorized",
            detail: isMissing
                ? "send a token: Authorization: Bearer vendue_…" : "this token does not hold: wrong or revoked",
            headers: [.init(name: "WWW-Authenticate", value: challenge)])
    }

    static func forbidden(_ detail: String) -> Problem {
        Problem(name: "forbidden", status: 403, title: "Forbidden", detail: detail)
    }

    static func exists(_ key: DocumentKey) -> Problem {
        conflict(
            "\(key.kind.singular) “\(key.id)” exists already",
            Fault("exists already", at: "/id", hint: "PUT /v1/\(key.kind.rawValue)/\(key.id) replaces it"))
    }

    static func conflict(_ detail: String, _ fault: Fault? = nil) -> Problem {
        Problem(
            name: "conflict", status: 409, title: "Conflict", detail: detail, faults: fault.map { [$0] } ?? [])
    }

    /// - Parameter version: as it stands; nil where there is no such document.
    static func precondition(_ version: Int64?) -> Problem {
        Problem(
            name: "precondition-failed", status: 412, title: "Precondition failed",
            detail: version.map { "the document is at version \($0) by now: read it again" }
                ?? "there is no such document")
    }

    /// - Parameter why: in half a sentence.
    static func brokenGzip(_ why: String) -> Problem {
        let detail = "the body cannot be inflated: \(why); nothing was changed"
        return Problem(name: "malformed", status: 400, title: "Malformed request", detail: detail)
    }

    static let endsEarly = Problem(
        name: "malformed", status: 400, title: "Malformed request",
        detail: "the body ended before its declared length; nothing was changed")

    static let undeclaredGzip = Problem(
        name: "unsupported-media-type", status: 415, title: "Unsupported media type",
        detail: "the body is gzip and does not say so: send Content-Encoding: gzip")

    /// A service that was built without an audience.
    static let noVisitors = Problem(
        name: "no-visitors", status: 503, title: "No visitors kept", detail: "this service does not keep visitors")

    static let noVisitor = notFound("nobody is known by that identifier")

    /// One export at a time, for each reads the whole log.
    static let exporting = Problem(
        name: "busy", status: 503, title: "Busy", detail: "another person's export is being made; ask again",
        headers: [.init(name: "Retry-After", value: "2")])

    /// Our own failure: an answer that leaves out what could not be read would be untrue.
    static func notExported(_ detail: String) -> Problem {
        Problem(name: "not-exported", status: 500, title: "Not exported", detail: detail)
    }

    /// Our own failure, of the log or the visitors' keys.
    static let notErased = Problem(
        name: "not-erased", status: 503, title: "Not erased",
        detail: "the visitor could not be erased, see the service's log; ask again",
        headers: [.init(name: "Retry-After", value: "5")])

    /// Our own failure, of the memory of visitors or the log.
    static let notApplied = Problem(
        name: "not-applied", status: 503, title: "Not applied",
        detail: "the list could not be applied and nothing was changed, see the service's log",
        headers: [.init(name: "Retry-After", value: "5")])

    /// Our own failure: the disk is full, the file is locked, and the like.
    ///
    /// - Parameter remedy: what its operator is to do, where it is known.
    static func unavailable(_ remedy: String? = nil) -> Problem {
        Problem(
            name: "registry-unavailable", status: 503, title: "Registry unavailable",
            detail: "the registry could not be read or written: \(remedy ?? "see the service's log")",
            headers: [.init(name: "Retry-After", value: "5")])
    }
}
