internal import Audience
internal import HTTP1
internal import Meters
internal import OpenRTB

/// `POST /v1/events`: what advertisers' servers tell of visitors.
///
/// The loop only copies the body; reading it is the audience thread's, so that a batch of ten thousand delays no bid.
extension BidLoop {
    func events(_ arrival: borrowing Arrival) -> Reply {
        guard arrival.head.method == .post else { return .methodNotAllowed(allow: "POST") }
        guard let source = bearer(arrival).flatMap({ sources.source(ofToken: $0) }) else {
            return .problem(
                .unauthorized, "events need “Authorization: Bearer” and a token of an advertiser or operator")
        }
        let type = arrival.head.contentType
        let types: [StaticString] = ["application/json", "application/x-ndjson", "application/ndjson"]
        guard type.isEmpty || types.contains(where: { isJSON(type, arrival, named: $0) }) else {
            return .problem(
                .unsupportedMediaType,
                "Content-Type must be application/json or application/x-ndjson, is \(arrival.text(type))")
        }
        let body: [UInt8]
        do throws(BodyRefusal) {
            let length = try takeBody(arrival)
            body = unsafe Array(self.body[..<length])
        } catch {
            return .problem(error.status, error.detail)
        }
        return submit(.events(body: body, source: source, at: arrival.instant)) { [self] outcome in
            if outcome.isUnavailable {
                return .problem(
                    .serviceUnavailable, "no events are taken; try again later, repeats are harmless by event_id")
            }
            count(outcome)
            let answer = Reply.text(.ok, EventAnswer.text(outcome), type: "application/json")
            return outcome.sequence.map { .afterDurable(sequence: $0, answer) } ?? answer
        }
    }

    /// The token behind `Bearer`; nil where there is none.
    private func bearer(_ arrival: borrowing Arrival) -> [UInt8]? {
        let given = arrival.head.authorization
        let scheme = Slice(offset: Int(given.offset), count: 7)
        guard given.count > 7, arrival.equals(scheme, "bearer ") else { return nil }
        return unsafe arrival.withBytes(Slice(given.range.dropFirst(7))) { bytes in
            unsafe Array(bytes.drop { $0 == UInt8(ascii: " ") })
        }
    }
}

/// The answer to events: how many were taken, and of each that was not the line and the reason.
enum EventAnswer {
    static func text(_ outcome: IntakeOutcome) -> String {
        var text = "{\"accepted\":\(outcome.accepted),\"duplicates\":\(outcome.duplicates),\"refused\":["
        for (index, refused) in outcome.refused.enumerated() {
            text += index == 0 ? "" : ","
            text += "{\"line\":\(refused.line),\"reason\":\(JSONText.quoted(refused.reason))}"
        }
        return text + "]}\n"
    }
}
