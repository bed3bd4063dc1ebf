import Consent
import Documents
import Events
import Foundation
import Synchronization
import Targeting
import Units

@testable import Audience

/// A clock that only a test moves; slow, it lets a slice of long work do one thing and no more.
final class KeeperClock: TimeSource {
    private let state = Mutex((millis: Int64(1_793_500_000_000), nanos: Int64(0), stepNanos: Int64(0)))

    func instant() -> Instant { Instant(micros: state.withLock { $0.millis } * 1000) }

    func moment() -> Moment {
        state.withLock { state in
            state.nanos += state.stepNanos
            return Moment(nanos: state.nanos)
        }
    }

    var millis: Int64 { state.withLock { $0.millis } }

    func advance(millis: Int64) { state.withLock { $0.millis += millis } }

    /// From now on a millisecond, the time of a slice, passes between two looks.
    func makeSlow(_ isSlow: Bool = true) { state.withLock { $0.stepNanos = isSlow ? 600_000 : 0 } }
}

/// The log's records about visitors, in memory.
final class RecordedLog {
    private(set) var records: [(millis: Int64, record: VisitorRecord)] = []
    var isRefusing = false

    func append(_ record: VisitorRecord, at millis: Int64) -> AppendOutcome {
        guard !isRefusing else { return .unavailable }
        records.append((millis, record))
        return .sequence(UInt64(records.count))
    }

    var end: UInt64 { UInt64(records.count) }
}

/// Which visitors have a key.
final class KeyList: AudienceKeys {
    private(set) var visitors: Set<VisitorNumber> = []
    private(set) var deleted: Set<VisitorNumber> = []

    func make(_ visitor: VisitorNumber) -> KeyOutcome {
        guard !deleted.contains(visitor) else { return .deleted }
        // A number that a crash kept out of the log gets another key.
        visitors.insert(visitor)
        return .made
    }

    func delete(_ gone: [VisitorNumber]) {
        visitors.subtract(gone)
        deleted.formUnion(gone)
    }
}

/// A directory that goes when the test does.
final class KeeperDirectory {
    let path = FileManager.default.temporaryDirectory.appending(path: "vendue-keeper-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// What the keeper told others.
final class Told: Sendable {
    private let lists = Mutex((reports: [String](), answers: [(name: String, outcome: IntakeOutcome)]()))

    func report(_ text: String) { lists.withLock { $0.reports.append(text) } }
    func answer(_ name: String, _ outcome: IntakeOutcome) { lists.withLock { $0.answers.append((name, outcome)) } }

    var reports: [String] { lists.withLock { $0.reports } }
    var answers: [(name: String, outcome: IntakeOutcome)] { lists.withLock { $0.answers } }
    /// Whose submissions were answered, in order.
    var names: [String] { answers.map(\.name) }
}

/// A keeper over real tables and a folder, whose turns the test takes instead of the thread.
final class KeeperWorld {
    static let key = (0..<32).map { UInt8($0) }

    /// What clicks are of, by their ids.
    static let clicks = [
        "click-acme": OpenedClick(advertiser: "acme", surrogate: IdentityKey(high: 7, low: 1)),
        "click-bolt": OpenedClick(advertiser: "bolt", surrogate: IdentityKey(high: 7, low: 2)),
        "click-nobody": OpenedClick(advertiser: "bolt", surrogate: nil),
    ]

    let clock: KeeperClock
    let policy: AudiencePolicy
    let log: RecordedLog
    let keys: KeyList
    let directory: KeeperDirectory
    let told = Told()
    let tables: AudienceTables
    let book: AudienceBook
    let keeper: AudienceKeeper
    let hasher = IdentityHasher(key: KeeperWorld.key)
    private(set) var documents: [AudienceDocument]

    /// - Parameter before: the world that ended: its log is read again, behind its folder's snapshot if there is one.
    init(
        _ documents: [String] = [], policy: AudiencePolicy = AudiencePolicy(), after before: KeeperWorld? = nil,
        directory: KeeperDirectory? = nil
    ) throws {
        let clock = before?.clock ?? KeeperClock()
        let log = before?.log ?? RecordedLog()
        let keys = before?.keys ?? KeyList()
        let policy = before?.policy ?? policy
        (self.clock, self.log, self.keys, self.policy) = (clock, log, keys, policy)
        self.directory = directory ?? before?.directory ?? KeeperDirectory()
        let folder = try AudienceFolder(path: self.directory.path)
        tables = AudienceTables(visitors: 100, identities: 400, bytesMax: policy.bytesMax)
        book = AudienceBook(
            tables: tables, policy: policy, keys: keys, symbols: SymbolKey(identityKey: Self.key)
        ) { log.append($0, at: clock.millis) }
        let stamps = try book.load(from: folder)
        book.planLoaded()
        keeper = try AudienceKeeper(
            AudienceServices(
                policy: policy, consent: ConsentPolicy(), identityKey: Self.key, time: clock,
                openClick: { Self.clicks[$0] },
                publish: { _ in }, report: { [told] in told.report($0) }),
            book: book, folder: folder)
        // What waits for the disk is done within a turn.
        keeper.inBackground = { $0() }
        self.documents = try before?.documents ?? documents.map(Self.document)
        if before != nil { replay(behind: stamps) }
        keeper.useFirst(self.documents)
        book.endReplay(at: clock.millis)
        keeper.removeLists()
        if book.hasReplayedErasure { keeper.hastenSnapshot() }
        if before != nil { becomeDurable() }
    }

    /// As the service does it at its start; acts and links of those whose key is gone can be read by nobody.
    private func replay(behind stamps: TableStamps?) {
        for (index, (millis, record)) in log.records.enumerated() {
            let sequence = UInt64(index + 1)
            if let stamps, sequence <= stamps.oldest { continue }
            if record.kind.isSealed, let visitor = record.visitor, keys.deleted.contains(visitor) { continue }
            keeper.replay(record, sequence, at: millis, behind: stamps)
        }
    }

    static func document(_ text: String) throws -> AudienceDocument { try AudienceDocument(Node.readOne(text)) }

    /// A rule of the operator's, or of an advertiser's.
    static func rule(_ id: String, _ when: String, of advertiser: String = "") -> String {
        let owner = advertiser.isEmpty ? "" : #","advertiser":"\#(advertiser)""#
        return #"{"id":"\#(id)"\#(owner),"when":\#(when)}"#
    }

    // MARK: Telling

    func events(_ body: String, from advertiser: String? = nil, as name: String = "") {
        let submission = Submission.events(
            body: Array(body.utf8), source: EventSource(advertiser: advertiser), at: clock.instant())
        keeper.submit(submission) { [told] in told.answer(name, $0) }
    }

    /// One event of a visitor whom a cookie names; the name of the answer is the event's id.
    func event(_ type: String, _ cookie: String, _ more: String = "", id: String = "", from advertiser: String? = nil) {
        let eventID = id.isEmpty ? "" : #""event_id":"\#(id)","#
        events(
            #"{\#(eventID)"type":"\#(type)","visitor":{"cookie":"\#(cookie)"}\#(more)}"#, from: advertiser, as: id)
    }

    func optOut(_ cookie: String, _ isOptedOut: Bool = true) {
        keeper.submit(.optOut([.cookie(cookie)], isOptedOut: isOptedOut, at: clock.instant())) { [told] in
            told.answer("choice", $0)
        }
    }

    /// Several cookies become one visitor's.
    func join(_ cookie: String, _ other: String, id: String = "") {
        keeper.submit(
            .sync(SyncDraft(exchange: "x", uid: other, cookie: cookie, consent: ConsentFields(), at: clock.instant()))
        ) { [told] in told.answer("join", $0) }
    }

    func becomeDurable() {
        keeper.logIsDurable(through: log.end, hasFailed: false)
        settle()
    }

    /// Takes turns until there is nothing more to do at once.
    func settle() { for _ in 0..<10_000 where !keeper.turn() { return } }

    /// Lets all that was told become durable and known.
    func flush() {
        settle()
        becomeDurable()
        settle()
    }

    func put(_ texts: [String], removed: [String] = []) throws {
        let put = try texts.map(Self.document)
        documents.removeAll { old in removed.contains(old.id) || put.contains { $0.id == old.id } }
        documents += put
        keeper.post(.documents(put: put, removed: removed) {})
    }

    /// Uploads a list of cookies, as the control side does.
    ///
    /// - Returns: its name.
    @discardableResult
    func upload(
        _ audience: String, _ cookies: [String], done: @escaping @Sendable (Int?) -> Void = { _ in }
    ) throws
        -> String
    {
        let list = try keeper.folder.makeList("upload-" + AudienceKeeper.freshName())
        for cookie in cookies { try list.add(hasher.identity(.cookie(cookie))) }
        try list.finish()
        keeper.post(.upload(audience: audience, list: list.name, done))
        return list.name
    }

    func erase(_ cookie: String) {
        keeper.post(.erase(.identifier(.cookie(cookie))) { _ in })
        settle()
    }

    /// Nothing that waits for the disk is done any more: no snapshot will be whole.
    func stopDisk() { keeper.inBackground = { (_: @escaping @Sendable () -> Void) in } }

    func snapshot() {
        keeper.hastenSnapshot()
        settle()
    }

    // MARK: Asking

    func key(_ cookie: String) -> IdentityKey { hasher.identity(.cookie(cookie)).key }

    func visitor(_ cookie: String) -> VisitorNumber? { tables.find(key(cookie)) }

    func household(_ address: String) -> VisitorNumber? {
        IPAddress(address.utf8).flatMap { tables.find(hasher.household($0).key) }
    }

    /// Ids of the audiences that bids see a visitor in.
    func audiences(_ cookie: String) -> [String] { audiences(of: visitor(cookie)) }

    func audiences(of visitor: VisitorNumber?) -> [String] {
        guard let visitor else { return [] }
        var list = MembershipList()
        _ = tables.makeReader().read(visitor, atMillis: clock.millis, into: &list)
        return keeper.catalog.roster.entries.filter { list.contains($0.value.number) }.map(\.key).sorted()
    }

    func history(_ cookie: String) -> VisitorHistory? { visitor(cookie).flatMap { book.states[$0]?.history } }

    func acts(_ cookie: String) -> Int { history(cookie)?.count ?? 0 }

    func flags(_ cookie: String) -> VisitorFlags { visitor(cookie).map { tables.flags($0) } ?? [] }
}
