internal import Audience
internal import Consent
internal import ControlPlane
internal import Documents
internal import EventLog
internal import Events
internal import Foundation
internal import Logging
internal import Sealing
internal import Synchronization
internal import Units

/// What is known of visitors, opened and brought up to date with the log, and the thread that keeps it.
///
/// Made before the log, which is replayed into it; ``connect(to:)`` lets the thread write to the log, ``start`` begins.
final class AudienceSide {
    let tables: AudienceTables
    let keeper: AudienceKeeper
    let folder: AudienceFolder
    private let book: AudienceBook
    private let keys: VisitorKeys
    private let sealer: VisitorSealer
    private let line: LogLine
    private let stamps: TableStamps?
    private let logger: Logger
    /// Of the log, the latest notices: what of them is not in a profile yet is taken again.
    private var notices: [LoggedEvent] = []
    private var damaged: UInt64?

    /// More than are under way between the log and the profiles at any moment.
    private static let noticesMax = 8192

    /// - Parameter openClick: what the click's id says that a landing page hands back.
    init(
        _ directory: DataDirectory, _ configuration: ServiceConfiguration, visitorKey: [UInt8], time: any TimeSource,
        openClick: @escaping (String) -> OpenedClick?, publish: @escaping @Sendable (AudienceView) -> Void,
        logger: Logger
    ) throws {
        let policy = configuration.audience
        folder = try AudienceFolder(path: directory.audience)
        try folder.checkKeys(path: directory.visitorKeys)
        keys = try VisitorKeys(path: directory.visitorKeys)
        sealer = VisitorSealer(keys: keys, directoryKey: visitorKey)
        tables = AudienceTables(
            visitors: policy.visitors, identities: policy.visitors * 4, bytesMax: policy.bytesMax)
        let line = LogLine()
        let writer = VisitorSealer(keys: keys, directoryKey: visitorKey)
        book = AudienceBook(
            tables: tables, policy: policy, keys: KeyRegister(keys: keys, logger: logger),
            symbols: SymbolKey(identityKey: visitorKey)
        ) { record in line.append(record, by: writer, at: time.instant()) }
        self.line = line
        self.logger = logger
        stamps = try book.load(from: folder)
        book.planLoaded()
        keeper = try AudienceKeeper(
            AudienceServices(
                policy: policy, consent: configuration.consent, identityKey: visitorKey, time: time,
                openClick: openClick, publish: publish, report: { logger.warning("\($0)") }),
            book: book, folder: folder)
    }

    // MARK: Replay

    /// Takes a record about a visitor out of the log, in its order with the events.
    func replay(_ sequence: UInt64, _ bytes: ArraySlice<UInt8>) {
        if let stamps, sequence <= stamps.oldest { return }
        switch try? sealer.read(bytes) {
        case .record(let instant, let record):
            keeper.replay(record, sequence, at: instant.millis, behind: stamps)
        case .unreadable: break
        case nil: damaged = damaged ?? sequence
        }
    }

    /// Takes an event out of the log.
    func replay(_ logged: LoggedEvent) {
        if logged.booking.isCapped, logged.kind == .bid || logged.kind == .loss, let event = logged.event {
            tables.pending.replay(event)
        }
        guard logged.kind != .bid else { return }
        if notices.count == Self.noticesMax { notices.removeFirst(Self.noticesMax / 2) }
        notices.append(logged)
    }

    /// Lets the keeper write to the log, and the log tell it how far it is durable.
    ///
    /// - Parameter checkpoint: what stands for the log's beginning.
    /// - Throws: where the log has records that cannot be read though their keys are there, and where records were
    ///   dropped that no snapshot holds: visitors, their opt-outs among them, would be forgotten in silence.
    func connect(to log: EventLog, behind checkpoint: LogCheckpoint?) throws {
        let known = stamps?.oldest ?? 0
        if let checkpoint, checkpoint.visitorsThrough > known {
            let snapshots = known == 0 ? "there is none" : "the newest is of record \(known)"
            throw Failure.input(
                "the log was trimmed: what its records up to \(checkpoint.visitorsThrough) say of visitors is in the "
                    + "snapshots in \(folder.path) alone, and \(snapshots); restore that folder from a copy that is newer"
            )
        }
        if let damaged {
            throw Failure.input(
                "record \(damaged) of the log, about a visitor, cannot be read: visitor.keys and keys/visitor in the data "
                    + "directory are not those that it was written with; restore them from the copy that the log is from"
            )
        }
        line.log = log
        log.beforeGroup { [keys, logger] in
            do throws(VisitorKeysError) {
                try keys.sync()
                return true
            } catch {
                logger.error("\(error)")
                return false
            }
        }
        log.onDurable { [keeper, unowned log] in keeper.logIsDurable(through: $0, hasFailed: log.failure != nil) }
        log.follow { [keeper] _, event in keeper.follow(event) }
    }

    /// What the control side may ask.
    func hooks(visitorKey: [UInt8], log: EventLog, logPath: String) -> AudienceHooks {
        let export = PersonExport(keeper: keeper, keys: keys, visitorKey: visitorKey, log: log, logPath: logPath)
        return AudienceHooks(
            members: MemberLists(keeper: keeper, folder: folder, key: visitorKey),
            visitor: { (query, scope) throws(ExportFault) in try await export.text(of: query, scope: scope) },
            erase: { [keeper] query in
                switch await keeper.erase(VisitorName(query)) {
                case .erased: return true
                case .unknown: return false
                case .unavailable: throw Failure.work("the log takes no records")
                }
            },
            audienceSize: { [keeper] in keeper.figures.sizes[$0] })
    }

    /// Starts the thread; every profile is as the log and the registered rules say when this returns.
    func start() {
        keeper.start(durable: line.log?.durableSequence ?? 0)
        for notice in notices.compactMap(\.event) { keeper.follow(notice, isOld: true) }
        notices = []
    }
}

/// The way of the keeper's records into the log, which is opened after the keeper.
private final class LogLine: @unchecked Sendable {
    // Unchecked because of the variable. Invariant: it is set once, before the keeper's thread, its only reader, starts.
    var log: EventLog?

    func append(_ record: VisitorRecord, by sealer: VisitorSealer, at instant: Instant) -> AppendOutcome {
        do throws(VisitorKeysError) {
            guard let log else { return .unavailable }
            guard let bytes = try sealer.bytes(of: record, at: instant) else { return .unwritable }
            return log.append(bytes).map { .sequence($0) } ?? .unavailable
        } catch {
            return .unavailable
        }
    }
}

/// Opens the clicks that landing pages hand back; on the keeper's thread alone.
final class ClickOpener {
    private let opener: Sealer

    init(_ ring: KeyRing) { opener = Sealer(ring: ring) }

    /// Nil for a text that nobody here sealed.
    func open(_ click: String) -> OpenedClick? {
        guard let opened = opener.open(Array(click.utf8)), let token = Token(opened: opened),
            token.purpose == .browser
        else { return nil }
        let facts = token.facts
        let isSomebody = facts.visitorHigh != 0 || facts.visitorLow != 0
        return OpenedClick(
            advertiser: facts.advertiser,
            surrogate: isSomebody ? IdentityKey(high: facts.visitorHigh, low: facts.visitorLow) : nil)
    }
}

/// The file of keys as the keeper uses it.
private struct KeyRegister: AudienceKeys {
    let keys: VisitorKeys
    let logger: Logger

    func make(_ visitor: VisitorNumber) -> KeyOutcome {
        do throws(VisitorKeysError) {
            try keys.make(visitor.rawValue)
            return .made
        } catch {
            if case .deleted = error { return .deleted }
            logger.error("\(error)")
            return .unavailable
        }
    }

    func delete(_ visitors: [VisitorNumber]) {
        do throws(VisitorKeysError) {
            try keys.delete(visitors.map(\.rawValue))
        } catch {
            logger.error("\(error)")
        }
    }
}

/// Uploaded lists, on their way into the keeper's folder.
struct MemberLists: MemberIntake {
    let keeper: AudienceKeeper
    let folder: AudienceFolder
    let key: [UInt8]

    func begin(audience: String, advertiser: String) async throws -> any MemberUpload {
        MemberList(audience, self, try folder.makeList("upload-" + AudienceKeeper.freshName()))
    }
}

private actor MemberList: MemberUpload {
    private let audience: String
    private let lists: MemberLists
    private let name: String
    private let file: AudienceFolder.ListWriter
    private let hasher: IdentityHasher

    init(_ audience: String, _ lists: MemberLists, _ file: sending AudienceFolder.ListWriter) {
        self.audience = audience
        self.lists = lists
        name = file.name
        self.file = file
        hasher = IdentityHasher(key: lists.key)
    }

    func add(_ identifiers: [Audience.Identifier]) throws {
        for identifier in identifiers { try file.add(hasher.identity(identifier)) }
    }

    func finish() async throws -> MemberSummary {
        try file.finish()
        guard let members = await lists.keeper.replaceMembers(of: audience, by: name) else {
            throw Failure.work("another list took the place of this one, or the audience is gone")
        }
        return MemberSummary(members: members)
    }

    func cancel() { file.cancel() }
}
