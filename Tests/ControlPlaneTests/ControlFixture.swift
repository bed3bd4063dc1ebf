import BidKit
import Documents
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Synchronization
import Testing
import Units

@testable import ControlPlane

/// A control side over a registry in a directory of its own, asked without sockets.
final class ControlFixture: Sendable {
    let directory: ScratchDirectory
    let time: StoppedTime
    let registry: Registry
    let api: ControlAPI
    let published = PublicationLog()
    let intake = RecordingIntake()
    let people = KnownPeople()
    /// The operator's secret.
    let operatorSecret: String

    init(in directory: ScratchDirectory? = nil, time: StoppedTime = StoppedTime(), secret: String? = nil) throws {
        self.directory = try directory ?? ScratchDirectory()
        self.time = time
        registry = try Registry(path: self.directory.path("registry.sqlite"), kinds: [TestBid.kind], time: time)
        let made = try registry.operatorTokenIfNew()
        operatorSecret = try #require(secret ?? made)
        let published = published
        let (intake, people) = (intake, people)
        let audience = AudienceHooks(
            members: intake,
            visitor: { (query, scope) throws(ExportFault) in try await people.export(query, scope: scope) },
            erase: { try people.erase($0) },
            audienceSize: { intake.list(of: $0)?.count })
        api = ControlAPI(
            registry: registry, publish: { await published.note($0) },
            hooks: .test(audience),
            address: ControlAddress(host: "127.0.0.1", port: 0),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// - Parameters:
    ///   - secret: empty for a call without a token; nil for the operator's.
    ///   - type: of the body.
    func send(
        _ method: String, _ path: String, _ body: String? = nil, type: String? = "application/json",
        headers: [String: String] = [:], secret: String? = nil, to api: ControlAPI? = nil
    ) async throws -> Reply {
        var fields = HTTPFields()
        var headers = headers
        let secret = secret ?? operatorSecret
        if !secret.isEmpty { headers["Authorization"] = "Bearer \(secret)" }
        if body != nil, let type { headers["Content-Type"] = type }
        for (name, value) in headers { fields[try #require(HTTPFields.Element.Name(name))] = value }
        let content = RequestBody(buffer: ByteBuffer(string: body ?? ""))
        return try await send(method, path, fields, content, to: api ?? self.api)
    }

    /// Sends a body in pieces, with what was declared of it and with the operator's token.
    ///
    /// - Parameter failing: what reading ends with instead of the body's end.
    func put(
        _ path: String, pieces: [[UInt8]], headers: [String: String] = [:], failing: (any Error)? = nil
    ) async throws -> Reply {
        let stream = AsyncThrowingStream<ByteBuffer, any Error> { stream in
            for piece in pieces { stream.yield(ByteBuffer(bytes: piece)) }
            stream.finish(throwing: failing)
        }
        return try await put(path, RequestBody(asyncSequence: stream), headers)
    }

    /// Sends a body piece by piece as they come.
    func put(_ path: String, stream: AsyncStream<[UInt8]>) async throws -> Reply {
        try await put(path, RequestBody(asyncSequence: stream.map { ByteBuffer(bytes: $0) }), [:])
    }

    private func put(_ path: String, _ body: RequestBody, _ headers: [String: String]) async throws -> Reply {
        var fields = HTTPFields()
        for (name, value) in headers { fields[try #require(HTTPFields.Element.Name(name))] = value }
        fields[try #require(HTTPFields.Element.Name("Authorization"))] = "Bearer \(operatorSecret)"
        return try await send("PUT", path, fields, body, to: api)
    }

    private func send(
        _ method: String, _ path: String, _ fields: HTTPFields, _ body: RequestBody, to api: ControlAPI
    ) async throws -> Reply {
        let head = HTTPRequest(
            method: try #require(HTTPRequest.Method(method)), scheme: "http", authority: "localhost", path: path,
            headerFields: fields)
        return try await Reply(await api.respond(to: Request(head: head, body: body)))
    }

    /// Registers an advertiser that strategies can name.
    func addAdvertiser(_ id: String = "acme") async throws {
        let reply = try await send("POST", "/v1/advertisers", "{\"id\":\"\(id)\",\"name\":\"\(id)\"}")
        try #require(reply.status == 201)
    }

    /// Registers an advertiser and so many strategies of it, `s0` first.
    ///
    /// - Returns: the ids in the order of their registration.
    @discardableResult
    func fill(strategies count: Int) async throws -> [String] {
        try await addAdvertiser()
        let ids = (0..<count).map { "s\($0)" }
        let body = ids.map { Self.strategy($0) }.joined(separator: "\n")
        let reply = try await send("POST", "/v1/strategies", body, type: "application/x-ndjson")
        try #require(reply.status == 200)
        return ids
    }

    /// Makes a token and returns its secret.
    ///
    /// - Parameter advertiser: whose; of the role advertiser alone.
    func token(_ role: String, id: String, advertiser: String? = nil) async throws -> String {
        let whose = advertiser.map { ",\"advertiser\":\"\($0)\"" } ?? ""
        let reply = try await send("POST", "/v1/tokens", "{\"id\":\"\(id)\",\"role\":\"\(role)\"\(whose)}")
        return try #require(reply.node["secret"]?.text)
    }

    static func strategy(_ id: String, advertiser: String = "acme", cpm: String = "2.50", more: String = "") -> String {
        """
        {"id":"\(id)","advertiser":"\(advertiser)","bidder":"test-bid","terms":{"cpm":"\(cpm)"},"creatives":[{"id":"c",\
        "adomain":["acme.example"],"landing":"https://acme.example/","banner":{"html":"<b>{click}</b>"}}]\(more)}
        """
    }
}

/// What came back.
struct Reply: Sendable {
    let status: Int
    let body: String
    private let fields: HTTPFields

    init(_ response: Response) async throws {
        status = response.status.code
        fields = response.headers
        let box = BodyBox()
        try await response.body.write(BodyCollector(box: box))
        body = box.text
    }

    subscript(header: String) -> String? {
        HTTPFields.Element.Name(header).flatMap { fields[$0] }
    }

    /// The body as JSON; null where it is none.
    var node: Node { (try? Node.readOne(body)) ?? Node(.null) }

    /// Each line of an ndjson body.
    var lines: [Node] { body.split(separator: "\n").map { (try? Node.readOne(String($0))) ?? Node(.null) } }

    var faults: [Fault] { node["faults"].map(Self.faults) ?? [] }

    /// Where the faults are.
    var pointers: [String] { faults.map(\.pointer) }

    static func faults(_ node: Node) -> [Fault] {
        node.elements.map { fault in
            let line = fault["line"]?.integer
            return Fault(
                fault["message"]?.text ?? "", at: fault["pointer"]?.text ?? "", hint: fault["hint"]?.text ?? "",
                position: line.map { Fault.Position(line: $0, column: fault["column"]?.integer ?? 0) })
        }
    }
}

extension Node {
    var elements: [Node] {
        guard case .list(let nodes) = content else { return [] }
        return nodes
    }

    var integer: Int? {
        guard case .number(let text) = content else { return nil }
        return Int(text)
    }

    var keys: [String] {
        guard case .map(let members) = content else { return [] }
        return members.map(\.key)
    }
}

private final class BodyBox: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }

    func append(_ buffer: ByteBuffer) { bytes.withLock { $0 += buffer.readableBytesView } }
}

private struct BodyCollector: ResponseBodyWriter {
    let box: BodyBox

    mutating func write(_ buffer: ByteBuffer) async throws { box.append(buffer) }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
