internal import HTTP1
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
    /// A problem document, with the methods that the path takes.
    case methodNotAllowed(allow: StaticString)
    /// This answer, with cookies for the browser (the values of `Set-Cookie`).
    indirect case settingCookies([String], Reply)
    /// An answer that is not known yet.
    case pending(PendingReply)
    /// This answer, once the log has made `sequence` durable; 503 if it cannot.
    indirect case afterDurable(sequence: UInt64, Reply)
}

extension Reply {
    /// Whether something has to happen before there is an answer to frame.
    var isWaiting: Bool {
        switch self {
        case .afterDurable, .pending: true
        default: false
        }
    }

    /// A refusal that says what to mend, as a problem document.
    ///
    /// - Source: RFC 9457.
    static func problem(_ status: Status, _ detail: String) -> Reply {
        .text(status, problemText(status, detail), type: "application/problem+json")
    }

    static func problemText(_ status: Status, _ detail: String) -> String {
        "{\"status\":\(status.rawValue),\"title\":\"\(status.title)\",\"detail\":\(JSONText.quoted(detail))}\n"
    }
}
