internal import NIOCore
internal import NIOHTTP1
internal import Units

/// What the event loops of a run agree on.
struct SimulationPlan: Sendable {
    let configuration: ExchangeSimulator.Configuration
    let address: SocketAddress
    let auction: ExchangeAuction
    /// The `Host` header.
    let host: String
    /// The headers of every bid request but its length.
    let bidHeaders: HTTPHeaders
    let bidPath: String
    private let source: Source

    /// Where requests come from.
    private enum Source: Sendable {
        case generator(RequestGenerator)
        /// Not empty.
        case replay([GeneratedRequest])
    }

    init(_ configuration: ExchangeSimulator.Configuration) throws {
        self.configuration = configuration
        do {
            address = try SocketAddress.makeAddressResolvingHost(configuration.host, port: configuration.port)
        } catch {
            throw SimulationFault.unreachable("\(configuration.host):\(configuration.port): \(error)")
        }
        auction = ExchangeAuction(
            seed: configuration.seed, landscape: configuration.landscape, habits: configuration.habits)
        host = "\(configuration.host):\(configuration.port)"
        bidHeaders = ["host": host, "content-type": "application/json", "x-openrtb-version": "2.6"]
        bidPath = NoticeTarget(path: "/bid/\(configuration.exchange)").text
        source =
            configuration.replay.isEmpty
            ? .generator(RequestGenerator(seed: configuration.seed, profile: configuration.profile))
            : .replay(configuration.replay.map { GeneratedRequest(replaying: $0) })
    }

    /// The request of an ordinal.
    func request(at ordinal: UInt64) -> GeneratedRequest {
        switch source {
        case .generator(let generator): generator.request(at: ordinal)
        case .replay(let requests): requests[Int(ordinal % UInt64(requests.count))]
        }
    }
}

/// Which part of a run an event loop plays: the requests whose ordinal leaves `index` when divided by `count`.
struct SimulationShare: Sendable {
    let index: Int
    let count: Int

    /// An even part of a whole; what is left over goes to the first.
    func part(of total: Int) -> Int { total / count + (index < total % count ? 1 : 0) }
}
