internal import Documents
internal import GRDB
internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import ServiceLifecycle

/// What the control side shows of the rest of the service.
package struct ControlHooks: Sendable {
    /// The metrics in Prometheus' text format.
    package let metrics: @Sendable () -> String
    /// What the service says of itself: one JSON object.
    package let status: @Sendable () -> String
    /// Whether bids are answered; false while starting and while stopping.
    package let isReady: @Sendable () -> Bool
    /// The books, as of now: one JSON value.
    package let books: @Sendable () async -> String
    /// Why each strategy bids on a request or does not: one JSON object.
    package let explain: @Sendable (ExplainQuery) async throws(ExplainFault) -> String
    /// Why a strategy made no bids, or all of them together, counted since the start: one JSON object, nil for a
    /// strategy that never was.
    package let passes: @Sendable (_ strategy: String?) -> String?
    /// Who keeps visitors; nil for a service that keeps none.
    package let audience: AudienceHooks?

    package init(
        metrics: @escaping @Sendable () -> String, status: @escaping @Sendable () -> String,
        isReady: @escaping @Sendable () -> Bool, books: @escaping @Sendable () async -> String,
        explain: @escaping @Sendable (ExplainQuery) async throws(ExplainFault) -> String,
        passes: @escaping @Sendable (_ strategy: String?) -> String?, audience: AudienceHooks? = nil
    ) {
        self.audience = audience
        self.explain = explain
        self.passes = passes
        self.metrics = metrics
        self.status = status
        self.isReady = isReady
        self.books = books
    }
}

/// Where the control side listens.
package struct ControlAddress: Sendable {
    /// A name or an IP address.
    package let host: String
    /// 0 for one that is free.
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Whether only this machine reaches it.
    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}

/// The control side: registering, tokens, and what the service says of itself, over HTTP.
///
/// Documents and tokens are behind bearer tokens; health and the API's description are open to everybody, metrics and
/// status to everybody on this machine.
package struct ControlAPI: Service {
    let registry: Registry
    let desk: ChangeDesk
    let hooks: ControlHooks
    let logger: Logger
    let memberDesk = MemberDesk()
    /// For the export of a person, which reads the whole log.
    let exports = Turnstile()
    private let address: ControlAddress
    private let onReady: @Sendable (Int) -> Void
    private let refusals: Refusals

    /// - Parameters:
    ///   - publish: called after every change, never twice at a time, with revisions that never go back, and with what
    ///     changed since the last call or since the registry's replay. The change is answered once it returns, so it
    ///     returns when every event loop has it. What is there at start is the caller's to publish, by a replay.
    ///   - onReady: called with the port once the listener is bound.
    package init(
        registry: Registry, publish: @escaping @Sendable (RegistryChanges) async -> Void, hooks: ControlHooks,
        address: ControlAddress, logger: Logger, onReady: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.registry = registry
        self.hooks = hooks
        self.address = address
        self.logger = logger
        self.onReady = onReady
        desk = ChangeDesk(registry: registry, publish: publish)
        refusals = Refusals(logger: logger, time: registry.time)
    }

    /// Listens until graceful shutdown, which lets the requests under way end.
    ///
    /// - Throws: where the address cannot be bound.
    package func run() async throws {
        let application = Application(
            responder: ControlResponder(api: self),
            server: .http1(configuration: .init(idleTimeout: .seconds(ControlLimits.idleSecondsMax))),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port),
                availableConnectionsDelegate: MaximumAvailableConnections(ControlLimits.connectionsMax)),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? address.port) }, logger: logger)
        try await application.run()
    }

    // MARK: Answering

    /// Answers a request, from wherever it came; errors are answers too.
    func respond(to request: Request) async -> Response {
        var answer: Answer
        do {
            answer = try await self.answer(request)
        } catch let problem as Problem {
            answer = problem.answer
        } catch is CancellationError {
            // The caller hung up, or the service stops: nobody reads this.
            answer = Problem.unavailable().answer
        } catch {
            let fault = RegistryFault(error, at: registry.path)
            logger.error("\(request.method) \(Self.place(request)): \(fault.map(\.description) ?? "\(error)")")
            answer = Problem.unavailable(fault?.remedy).answer
        }
        if !answer.headers.contains(where: { $0.name == "Cache-Control" }) {
            answer = answer.adding("Cache-Control", "no-store")
        }
        return answer.response(isHead: request.method == .head)
    }

    private func answer(_ request: Request) async throws -> Answer {
        guard let route = Route(path: request.uri.path) else {
            throw Problem.notFound("there is nothing at \(request.uri.path.prefix(200))")
        }
        let verb = request.method.rawValue
        guard let method = Method(rawValue: verb == "HEAD" ? "GET" : verb), route.methods.contains(method) else {
            throw Problem.wrongMethod(String(verb.prefix(40)), allowed: route.allowed)
        }
        if route.access == .everybody || route.access == .machine && address.isLoopback { return open(route) }
        let caller = try await self.caller(request)
        try caller.check(method, route)
        let call = Call(request, route: route, method: method, caller: caller)
        switch route {
        case .documents(let kind): return try await documents(kind, call)
        case .document(let key): return try await document(key, call)
        case .setState(let id, let state): return try await setState(id, state, call)
        case .members(let audience): return try await members(audience, call)
        case .visitor(let text): return try await visitor(text, call)
        case .tokens: return try await tokens(call)
        case .token(let id): return try await token(id, call)
        case .explain: return try await explain(call)
        case .report(let name): return try report(name, call)
        case .books: return .content(await hooks.books(), Answer.json)
        default: return open(route)
        }
    }

    /// Where a request went, for the log: without the identifier of a visitor.
    private static func place(_ request: Request) -> String {
        if case .visitor = Route(path: request.uri.path) { return "/v1/visitors/…" }
        return String(request.uri.path.prefix(200))
    }

    private func open(_ route: Route) -> Answer {
        switch route {
        case .openAPI: return .content(OpenAPI.document, Answer.json)
        case .live: return .content("live\n", "text/plain")
        case .ready:
            return hooks.isReady()
                ? .content("ready\n", "text/plain") : .content("not ready\n", "text/plain", status: 503)
        case .metrics: return .content(hooks.metrics(), "text/plain; version=0.0.4")
        case .status: return .content(hooks.status(), Answer.json)
        default: return .content(HomePage.html, "text/html; charset=utf-8")
        }
    }

    private func caller(_ request: Request) async throws -> AccessToken {
        guard let text = request.header("Authorization") else { throw Problem.unauthorized(isMissing: true) }
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw Problem.unauthorized(isMissing: true) }
        let hash = TokenSecret.hash(String(parts[1]))
        guard let token = try await registry.read({ try $0.token(hash: hash) }) else {
            refusals.count()
            throw Problem.unauthorized(isMissing: false)
        }
        return token
    }
}

/// Hands requests from the listener over to the API.
private struct ControlResponder: HTTPResponder {
    let api: ControlAPI

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        await api.respond(to: request)
    }
}

/// The page at `/`.
private enum HomePage {
    static let html = """
        <!doctype html>
        <title>Vendue: control side</title>
        <h1>Vendue: control side</h1>
        <p>Described in <a href="/openapi.json">/openapi.json</a>. Send <code>Authorization: Bearer</code> and the \
        token that the first start wrote to <code>operator.token</code> in the data directory.</p>
        <ul>
        \(Route.patterns.map { "<li><code>\($0)</code></li>" }.joined(separator: "\n"))
        </ul>

        """
}
