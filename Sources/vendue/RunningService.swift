internal import Auction
internal import Audience
internal import BidKit
internal import BidPlane
internal import Consent
internal import ControlPlane
internal import Creative
internal import Documents
internal import EventLog
internal import Events
internal import FlatPrice
internal import Foundation
internal import IPSignals
internal import Ledger
internal import Logging
internal import Meters
internal import NIOCore
internal import NIOSSL
internal import Sealing
internal import ServiceLifecycle
internal import Synchronization
internal import Units

/// The kinds of strategy that this executable knows: the one place to add another.
enum Bidders {
    static let kinds: [BidderKind] = [FlatPrice.kind]
}

/// The whole service in one process: built, wired and started here, and stopped in the opposite order.
final class RunningService: Sendable {
    let configuration: ServiceConfiguration
    let ledger: BudgetLedger
    let log: EventLog
    let bidServer: BidServer
    let registry: Registry
    let bidAddress: ServiceConfiguration.Address
    let controlAddress: ServiceConfiguration.Address

    private let lock: DirectoryLock
    private let control: ServiceGroup
    private let controlTask: Task<Void, any Error>
    private let readiness: Readiness
    private let audience: AudienceKeeper
    /// Publishes what has become of audiences.
    private let republishing: Task<Void, Never>
    private let files: FileWatch
    private let filesTask: Task<Void, Never>
    private let retentionTask: Task<Void, Never>

    /// Starts everything; returns when both listeners are open.
    ///
    /// - Parameter seed: of all chance in auctions; nil for the operating system's.
    static func start(
        _ configuration: ServiceConfiguration,
        seed: Seed? = nil,
        logger: Logger
    ) async throws
        -> RunningService
    {
        let tls = try BidTLS.context(configuration.bidTLS)
        let files = try files(of: configuration, logger)
        let categories = try Self.categories(configuration)
        let descriptors = FileDescriptors.raiseLimit()
        let connections = FileDescriptors.connections(configuration.connections, of: descriptors)
        if connections < configuration.connections ?? 0 {
            logger.warning("the system allows \(descriptors) open files: at most \(connections) connections are taken")
        }
        let directory = DataDirectory(path: configuration.data)
        let lock = try directory.take()
        let time = RunClock(SystemTime())
        let keys = try directory.keyRing(at: time.instant())
        let visitorKey = try directory.visitorKey()
        // Before the log, whose first record of a run says that a run began.
        let registry = try Registry(path: directory.registry, kinds: Bidders.kinds, time: time)
        if try registry.operatorTokenIfNew(delivering: { try SecretFile.write($0, to: directory.operatorToken) }) != nil
        {
            logger.info("wrote an operator token to \(directory.operatorToken)")
        }
        let ledger = BudgetLedger()
        let builder = SnapshotBuilder(
            kinds: Bidders.kinds, ledger: ledger, rates: files.terms.rates, vetting: files.terms.vetting,
            ipSignals: files.terms.ipSignals, categories: categories)
        let (republications, republish) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let views = AudienceViews()
        let clicks = ClickOpener(keys)
        let audience = try AudienceSide(
            directory, configuration, visitorKey: visitorKey, time: time, openClick: { clicks.open($0) },
            publish: { view in
                builder.use(audienceNames: view.names)
                views.put(view)
                republish.yield()
            },
            logger: logger)
        let money = try money(directory, configuration, ledger, audience, time, logger)
        var isServing = false
        // A start that comes to nothing ends its run in order: nothing was bid in it, so nothing is held back for it. The
        // rest ends with the process.
        defer { if !isServing { money.log.stop() } }
        try audience.connect(to: money.log, behind: money.checkpoint)
        let readiness = Readiness(money.log)

        let bidServer = try await BidServer(
            BidServices(
                log: money.log,
                desk: NoticeDesk(log: money.log, register: money.register) { Self.warn(of: $0, logger) },
                keys: keys,
                visitorKey: visitorKey,
                consent: configuration.consent,
                time: time,
                seed: seed ?? Self.freshSeed(),
                meters: BidMeters(),
                tables: audience.tables,
                audience: audience.keeper,
                decideConsent: { configuration.consent.decide($0.signals, at: time.instant()).mode },
                trustedProxies: TrustedProxies(configuration.trustedProxies),
                isReady: { readiness.isReady },
                status: { readiness.json }
            ),
            loops: configuration.loops ?? ProcessInfo.processInfo.activeProcessorCount,
            caps: ConnectionCensus.Caps(
                all: connections,
                perAddress: configuration.connectionsPerAddress
            )
        )
        let clock = ClockWatch(time, logger: logger)
        money.log.onTick { _ in clock.look() }
        money.connect()
        let traffic = TrafficWatch(log: money.log, ledger: ledger) { bidServer.requestCount }
        money.log.onTick { traffic.look(at: $0) }
        money.log.start()

        let latest = LatestSnapshot()
        let desk = SnapshotDesk(builder: builder, audience: audience.keeper, views: views, logger: logger) { snapshot in
            await bidServer.publish(snapshot)
            latest.snapshot = snapshot
            readiness.revision = latest.snapshot.revision
        } useSources: {
            await bidServer.publish(EventSources($0.map { ($0.hash, $0.advertiser) }))
        }
        try await registry.replay { await desk.takeFirst($0) }
        audience.start()
        await desk.publishNext()
        let republishing = Task { for await _ in republications { await desk.publishNext() } }
        let retention = LogRetention(
            directory, days: configuration.log.days, audience: audience.folder, checkpoint: money.checkpoint,
            time: time,
            logger: logger)
        let explainer = Explainer(
            keys: keys, visitorKey: visitorKey, consent: configuration.consent, audience: audience.tables, time: time,
            latest: latest)
        let service = try await RunningService(
            configuration,
            ledger: ledger,
            log: money.log,
            retention: retention,
            audience: audience.keeper,
            republishing: republishing,
            hooks: audience.hooks(visitorKey: visitorKey, log: money.log, logPath: directory.log),
            bidServer: bidServer,
            registry: registry,
            lock: lock,
            readiness: readiness,
            clock: clock,
            publish: { await desk.use($0) },
            explain: { (query) throws(ExplainFault) in try await explainer.explain(query) },
            passes: { Figures.passes($0, bidServer, builder) },
            files: FileWatch(files, logger: logger) { await desk.use($0) },
            tls: tls,
            logger: logger
        )
        isServing = true
        return service
    }

    /// Opens the log, and says what it found.
    private static func money(
        _ directory: DataDirectory,
        _ configuration: ServiceConfiguration,
        _ ledger: BudgetLedger,
        _ audience: AudienceSide,
        _ time: any TimeSource,
        _ logger: Logger
    ) throws -> MoneySide {
        let money = try MoneySide(
            opening: try DirectoryStorage(path: directory.log),
            durability: configuration.durability == .powerLoss ? .powerLoss : .processCrash,
            time: time,
            ledger: ledger,
            segmentBytesMax: configuration.log.segmentBytes,
            room: .init(
                freeBytesMin: configuration.log.freeBytesMin, reserveBytes: configuration.log.reserveBytes),
            replayVisitor: { audience.replay($0, $1) },
            replay: { audience.replay($0) }
        )
        let found = money.log.recovery
        if found.runs.endsUncleanly {
            logger.warning(
                "log: the run before this one did not end in order; of each limit a share is held back for some minutes, for bids that may be missing"
            )
        }
        if found.tornBytes > 0 {
            logger.warning(
                "log: an interrupted write of \(found.tornBytes) bytes at the end was cut; every acknowledged record is there"
            )
        }
        logger.info("log: \(found.records) records in \(found.segments) segments")
        if let checkpoint = money.checkpoint {
            logger.info("log: records 1 to \(checkpoint.next - 1) were dropped; a checkpoint stands for them")
        }
        for gap in found.gaps { logger.warning("log: \(LogGap.text(gap)); they were damaged, and were put aside") }
        if !money.log.room.isAmple { tell(hasRoom: false, logger) }
        money.log.onRoom { tell(hasRoom: $0, logger) }
        return money
    }

    private static func tell(hasRoom: Bool, _ logger: Logger) {
        if hasRoom {
            logger.notice("the log's disk has room again: bidding goes on")
        } else {
            logger.error("the log's disk is nearly full: bidding stops, notices are still taken; make room on it")
        }
    }

    /// Tells of a clearing price above our bid: an exchange or its contract is not as it should be.
    private static func warn(of overpriced: NoticeDesk.Overpriced, _ logger: Logger) {
        let facts = overpriced.facts
        let price = DecimalText.string(nanos: overpriced.price.micros * 1000)
        let bid = DecimalText.string(nanos: facts.price.micros * 1000)
        logger.warning(
            "\(overpriced.count) notices told a price above our bid; of the last minute: \(facts.exchange) says \(price) in its \(overpriced.kind.label) notice of \(facts.bidID), we bid \(bid) \(facts.currency) for \(facts.strategy). Refused, nothing is spent; ask the exchange"
        )
    }

    /// Reads the files that the configuration names, for the first time.
    private static func files(of configuration: ServiceConfiguration, _ logger: Logger) throws -> OperatorFiles {
        var files = OperatorFiles(configuration)
        let found = files.read()
        if !found.faults.isEmpty { throw Failure.input(found.faults.map(\.description).joined(separator: "\n")) }
        for fault in found.broken { logger.error("\(fault); the service does without the file") }
        for note in found.firstNotes { logger.notice("\(note)") }
        return files
    }

    private static func categories(_ configuration: ServiceConfiguration) throws -> CategoryTree {
        do throws(DocumentError) {
            return try CategoryTables.read(configuration)
        } catch {
            throw Failure.input(error.faults.map(\.description).joined(separator: "\n"))
        }
    }

    /// Looks at the operator's files now.
    func reload() async { await files.look() }

    private init(
        _ configuration: ServiceConfiguration,
        ledger: BudgetLedger,
        log: EventLog,
        retention: LogRetention,
        audience: AudienceKeeper,
        republishing: Task<Void, Never>,
        hooks: AudienceHooks,
        bidServer: BidServer,
        registry: Registry,
        lock: DirectoryLock,
        readiness: Readiness,
        clock: ClockWatch,
        publish: @escaping @Sendable (RegistryChanges) async -> Void,
        explain: @escaping @Sendable (ExplainQuery) async throws(ExplainFault) -> String,
        passes: @escaping @Sendable (String?) -> String?,
        files: FileWatch,
        tls: NIOSSLContext?,
        logger: Logger
    ) async throws {
        self.configuration = configuration
        self.ledger = ledger
        self.log = log
        self.audience = audience
        self.republishing = republishing
        self.bidServer = bidServer
        self.registry = registry
        self.lock = lock
        self.readiness = readiness
        self.files = files
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let api = ControlAPI(
            registry: registry,
            publish: publish,
            hooks: ControlHooks(
                metrics: {
                    Figures.prometheus(bidServer, log, retention, clock, files.counts, audience.figures, ledger)
                },
                status: { readiness.json },
                isReady: { readiness.isReady },
                books: { BookFigures(ledger).json },
                explain: explain,
                passes: passes,
                audience: hooks
            ),
            address: .init(host: configuration.control.host, port: configuration.control.port),
            logger: logger,
            onReady: { bound in
                port.yield(bound)
                port.finish()
            }
        )
        // Signals are the command's business: it decides what ends when.
        let control = ServiceGroup(services: [api], logger: logger)
        self.control = control
        controlTask = Task {
            defer { port.finish() }
            try await control.run()
        }
        guard let controlPort = await ports.first(where: { _ in true }) else {
            let place = "the control listener cannot be opened at \(configuration.control.text)"
            do { try await controlTask.value } catch { throw Failure.work("\(place): \(error)") }
            throw Failure.work("\(place): it ended at once")
        }
        controlAddress = .init(host: configuration.control.host, port: controlPort)
        filesTask = Task { await files.run() }
        retentionTask = Task { await retention.run() }
        do {
            let host = configuration.bid.host
            let bound = try await bidServer.listen(host: host, port: configuration.bid.port, tls: tls) { port in
                let scheme = tls == nil ? "http" : "https"
                let address = ServiceConfiguration.Address(host: host, port: port)
                return Origin(configuration.publicURL ?? "\(scheme)://\(address.text)")
            }
            bidAddress = .init(host: configuration.bid.host, port: bound.port ?? configuration.bid.port)
        } catch {
            throw Failure.work("the bid listener cannot be opened at \(configuration.bid.text): \(error)")
        }
        readiness.begin()
    }

    /// Stops in the order that loses nothing: readiness fails, requests under way end, the log is flushed.
    func stop() async {
        readiness.end()
        filesTask.cancel()
        retentionTask.cancel()
        await control.triggerGracefulShutdown()
        await bidServer.drain(seconds: 5)
        audience.stop()
        republishing.cancel()
        log.stop()
        try? await controlTask.value
        await bidServer.stop()
    }

    private static func freshSeed() -> Seed {
        let (high, low) = Digest.randomWords()
        return Seed(high: high, low: low)
    }
}

/// Records that the log says it has lost.
enum LogGap {
    /// `records 7…9 are lost`.
    static func text(_ gap: Range<UInt64>) -> String {
        let last = gap.upperBound - 1
        return gap.lowerBound == last ? "record \(last) is lost" : "records \(gap.lowerBound)…\(last) are lost"
    }
}

/// Whether the service wants traffic, and what it is.
final class Readiness: Sendable {
    private let log: EventLog
    private let serving = Atomic<Bool>(false)
    private let published = Atomic<UInt64>(0)

    init(_ log: EventLog) { self.log = log }

    /// Whether bids are answered: between the opening of the listeners and the stop, while the log takes records and its
    /// disk has room.
    var isReady: Bool { serving.load(ordering: .acquiring) && log.takesBids && log.room.isAmple }

    func begin() { serving.store(true, ordering: .releasing) }

    func end() { serving.store(false, ordering: .releasing) }

    /// Of the snapshot in use.
    var revision: UInt64 {
        get { published.load(ordering: .relaxed) }
        set { published.store(newValue, ordering: .relaxed) }
    }

    var json: String {
        "{\"version\":\"\(Build.version)\",\"ready\":\(isReady),\"revision\":\(revision)}\n"
    }
}
