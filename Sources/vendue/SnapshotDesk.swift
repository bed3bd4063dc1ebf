internal import Auction
internal import BidPlane
internal import ControlPlane
internal import Logging

/// Publishes what is registered under the terms of the operator's files, whichever of the two has changed.
///
/// Snapshots reach the loops in the order in which they were asked for, and each is made of the newest of both.
actor SnapshotDesk {
    private let compiler: SnapshotCompiler
    private let publish: @Sendable (Snapshot) async -> Void
    private let logger: Logger
    private var terms: OperatorFiles.Terms
    private var contents: RegistryContents?
    /// The publication under way, which the next one waits for.
    private var last: Task<Void, Never>?

    init(
        compiler: SnapshotCompiler,
        terms: OperatorFiles.Terms,
        logger: Logger,
        publish: @escaping @Sendable (Snapshot) async -> Void
    ) {
        self.compiler = compiler
        self.terms = terms
        self.logger = logger
        self.publish = publish
    }

    /// Returns when every loop uses what is registered now.
    func use(_ contents: RegistryContents) async {
        self.contents = contents
        await publishNext()
    }

    /// Returns when every loop uses the terms.
    func use(_ terms: OperatorFiles.Terms) async {
        self.terms = terms
        await publishNext()
    }

    private func publishNext() async {
        let before = last
        let next = Task {
            await before?.value
            await compileAndPublish()
        }
        last = next
        await next.value
    }

    private func compileAndPublish() async {
        guard let contents else { return }
        let snapshot = compiler.compile(contents, terms)
        for fault in snapshot.faults { logger.warning("\(fault)") }
        await publish(snapshot)
    }
}

extension SnapshotCompiler {
    func compile(_ contents: RegistryContents, _ terms: OperatorFiles.Terms) -> Snapshot {
        compile(
            revision: contents.revision,
            advertisers: contents.advertisers,
            strategies: contents.strategies,
            exchanges: contents.exchanges,
            rates: terms.rates,
            vetting: terms.vetting
        )
    }
}
