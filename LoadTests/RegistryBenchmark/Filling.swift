internal import ControlPlane
internal import FlatPrice
internal import Foundation

/// Registers everything, transaction by transaction.
struct Filling {
    private(set) var seconds = 0.0
    private(set) var bytesPerStrategy = 0
    private(set) var fileBytes = 0

    /// Documents in one transaction, as a client would send them.
    private static let batch = 10_000

    init(_ path: String, _ texts: StrategyTexts) async throws {
        let registry = try Registry(path: path, kinds: [FlatPrice.kind])
        let start = ContinuousClock.now
        try await registry.fill(.advertisers, with: (0..<texts.advertisers).map { texts.advertiser($0) })
        var bytes = 0
        for start in stride(from: 0, to: texts.strategies, by: Self.batch) {
            let lines = (start..<min(texts.strategies, start + Self.batch)).map { texts.strategy($0) }
            bytes += lines.reduce(0) { $0 + $1.utf8.count }
            try await registry.fill(.strategies, with: lines)
        }
        seconds = (ContinuousClock.now - start).inSeconds
        bytesPerStrategy = bytes / texts.strategies
        fileBytes = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
