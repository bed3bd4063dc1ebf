internal import OpenRTB

/// An answer as the bid side's logic gives it, before any framing.
enum Reply {
    /// The loop's response buffer holds a bid response.
    case bid
    case noContent
    /// A transparent image of one pixel.
    case pixel
    case redirect(to: String)
    /// Plain text or JSON for people and probes.
    case text(Status, String, type: StaticString)
    /// This answer, once the log has made `sequence` durable; 503 if it cannot.
    indirect case afterDurable(sequence: UInt64, Reply)
}

/// The statuses that the bid side answers.
enum Status: Int, CaseIterable {
    case ok = 200
    case noContent = 204
    case found = 302
    case badRequest = 400
    case unauthorized = 401
    case notFound = 404
    case methodNotAllowed = 405
    case gone = 410
    case contentTooLarge = 413
    case unsupportedMediaType = 415
    case serviceUnavailable = 503
}

extension Reply {
    /// A refusal that says what to mend, as a problem document.
    ///
    /// - Source: RFC 9457.
    static func problem(_ status: Status, _ detail: String) -> Reply {
        let body =
            "{\"status\":\(status.rawValue),\"title\":\"\(status.title)\",\"detail\":\(JSONText.quoted(detail))}\n"
        return .text(status, body, type: "application/problem+json")
    }
}

extension Status {
    var title: String {
        switch self {
        case .ok: "OK"
        case .noContent: "No Content"
        case .found: "Found"
        case .badRequest: "Bad Request"
        case .unauthorized: "Unauthorized"
        case .notFound: "Not Found"
        case .methodNotAllowed: "Method Not Allowed"
        case .gone: "Gone"
        case .contentTooLarge: "Content Too Large"
        case .unsupportedMediaType: "Unsupported Media Type"
        case .serviceUnavailable: "Service Unavailable"
        }
    }
}
