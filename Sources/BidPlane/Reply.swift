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
    /// This answer, once the log has made `sequence` durable; 503 if it cannot.
    indirect case afterDurable(sequence: UInt64, Reply)
}

extension Reply {
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
