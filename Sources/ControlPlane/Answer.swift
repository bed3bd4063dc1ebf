internal import Documents
internal import Hummingbird
internal import NIOCore

/// What the control side answers: a value, so that it can be remembered and tested.
struct Answer: Sendable {
    struct Header: Sendable {
        let name: String
        let value: String
    }

    var status: Int
    var headers: [Header] = []
    var body = ""

    static let json = "application/json"

    /// A body with its media type.
    static func content(_ body: String, _ type: String, status: Int = 200) -> Answer {
        Answer(status: status, headers: [Header(name: "Content-Type", value: type)], body: body)
    }

    func adding(_ name: String, _ value: String) -> Answer {
        var answer = self
        answer.headers.append(Header(name: name, value: value))
        return answer
    }

    // MARK: Remembering

    /// A line a header.
    var headerText: String { headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n") }

    static func headers(from text: String) -> [Header] {
        text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            return Header(name: String(parts[0]), value: String(parts[1].drop { $0 == " " }))
        }
    }

    // MARK: HTTP

    /// - Parameter isHead: leaves the body out, and its length in.
    func response(isHead: Bool) -> Response {
        var fields = HTTPFields()
        for header in headers {
            guard let name = HTTPFields.Element.Name(header.name) else { continue }
            fields[name] = header.value
        }
        let response = Response(
            status: .init(code: status), headers: fields, body: .init(byteBuffer: ByteBuffer(string: body)))
        return isHead ? response.createHeadResponse() : response
    }
}

/// An error as the control side answers it.
///
/// - Source: RFC 9457, Problem Details for HTTP APIs.
struct Problem: Error, Sendable {
    /// Last part of its `type`.
    let name: String
    let status: Int
    let title: String
    let detail: String
    var faults: [Fault] = []
    var headers: [Answer.Header] = []

    var answer: Answer {
        let body = Node.object([
            ("type", .text("urn:vendue:problem:\(name)")), ("title", .text(title)), ("status", .number(status)),
            ("detail", .text(detail)), ("faults", .list(faults.map { $0.node })),
        ])
        var answer = Answer.content(body.json, "application/problem+json", status: status)
        answer.headers += headers
        return answer
    }
}

extension Fault {
    /// Line and column are of the body that was sent.
    var node: Node {
        var members: [(String, Node)] = [
            ("pointer", .text(pointer)), ("message", .text(message)), ("hint", .text(hint)),
        ]
        if let position {
            members += [("line", .number(position.line)), ("column", .number(position.column))]
        }
        return .object(members)
    }

    /// The fault at another place of the text, or at none.
    func moved(to position: Position?) -> Fault {
        var fault = self
        fault.position = position
        return fault
    }
}
