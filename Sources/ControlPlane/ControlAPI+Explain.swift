internal import Documents

/// What is to be explained.
package struct ExplainQuery: Sendable {
    /// Which exchange is taken to have asked; nil for the only one there is.
    package var exchange: String?
    /// The bid request as JSON.
    package var request: [UInt8] = []
    /// The one strategy that is asked about; nil for all.
    package var strategy: String?
}

/// What is wrong with what is to be explained.
package struct ExplainFault: Error, Sendable {
    /// Of the body; `/request`, `/exchange` or `/strategy`.
    package let pointer: String
    package let message: String
    package let hint: String

    package init(_ message: String, at pointer: String, hint: String = "") {
        self.pointer = pointer
        self.message = message
        self.hint = hint
    }
}

/// Why strategies bid or do not: one request in full, and counts of all that came.
extension ControlAPI {
    /// `{"request":{…},"exchange":…,"strategy":…}`.
    func explain(_ call: Call) async throws -> Answer {
        if let type = call.mediaType, type != "application/json" {
            throw Problem.wrongMediaType(type, accepted: ["application/json"], header: "Accept-Post")
        }
        let node = try Call.node(try await call.body(upTo: ControlLimits.objectBytesMax), isDocument: false)
        let faults = FaultList()
        let object = ObjectReader(node, at: "", known: ["request", "exchange", "strategy"], faults)
        var query = ExplainQuery()
        query.exchange = object.string("exchange")
        query.strategy = object.string("strategy")
        if let request = object.require("request", example: "{ \"id\": …, \"imp\": […] }") {
            query.request = Array(request.json.utf8)
        }
        guard faults.faults.isEmpty else { throw Problem.invalid(faults.faults) }
        do throws(ExplainFault) {
            return .content(try await hooks.explain(query), Answer.json)
        } catch {
            throw Problem.invalid([Fault(error.message, at: error.pointer, hint: error.hint)])
        }
    }

    /// One report by its name.
    func report(_ name: String, _ call: Call) throws -> Answer {
        guard name == "passes" else { throw Problem.notFound("there is no report “\(name)”; there is: passes") }
        var strategy: String?
        for (key, value) in call.query {
            guard key == "strategy" else {
                throw Problem.malformed([Fault("unknown parameter “\(key)”", at: "", hint: "known: strategy")])
            }
            strategy = value
        }
        guard let text = hooks.passes(strategy) else {
            throw Problem.notFound("there is no strategy “\(strategy ?? "")”")
        }
        return .content(text, Answer.json)
    }
}
