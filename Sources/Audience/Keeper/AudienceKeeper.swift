package import Consent
internal import Dispatch
package import Documents
package import Events
internal import Foundation
internal import Sealing
internal import Synchronization
package import Targeting
package import Units

/// The one thread that writes profiles: it takes what visitors and advertisers tell, resolves who it was, puts it into
/// the log, and brings what has become durable into the tables that bids read.
///
/// Whoever tells it something leaves a message and goes on. Long work (a changed rule over all histories, a list of
/// millions, a snapshot) is done a slice at a time between messages, so that an event is in its profile within
/// milliseconds whatever else goes on.
package final class AudienceKeeper: AudienceIntake, @unchecked Sendable {
    // Unchecked because it has variables without a lock. Invariant: everything but `inbox`, `bell`, `sleeping`, `ended`
    // and `held`, which are safe to share, and `folder`, whose lists have names of their own, belongs to the keeper's
    // thread from `start` to `stop`, and before to whoever makes it and starts it, one after the other.
    enum Message: Sendable {
        case submission(Submission, @Sendable (IntakeOutcome) -> Void)
        /// The log is durable so far.
        case durable(UInt64, hasFailed: Bool)
        /// An impression, click or conversion of ours has become durable.
        case notice(Event, isOld: Bool)
        case documents(put: [AudienceDocument], removed: [String], @Sendable () -> Void)
        case upload(audience: String, list: String, @Sendable (Int?) -> Void)
        case export(VisitorName, @Sendable (VisitorExport?) -> Void)
        case erase(VisitorName, @Sendable (EraseOutcome) -> Void)
        case snapshot(SnapshotOutcome)
        case stop
    }

    let services: AudienceServices
    package let book: AudienceBook
    let hasher: IdentityHasher
    let surrogates: SurrogateCipher
    let folder: AudienceFolder
    let reader: EventReader
    var catalog: AudienceCatalog
    var jobs: [any AudienceJob] = []
    /// Of the log.
    var durable: UInt64 = 0
    /// What was taken, and is answered when it is durable and in the profiles: the next bid knows of it.
    private var answers: [(sequence: UInt64, outcome: IntakeOutcome, done: @Sendable (IntakeOutcome) -> Void)] = []
    var hasLogFailed = false
    /// Bids whose impressions were taken, and are counted when they are durable.
    var uncounted: [(sequence: UInt64, facts: BidFacts)] = []
    /// Erasures that wait for their record to be durable.
    var erasures: [(sequence: UInt64, done: @Sendable (EraseOutcome) -> Void)] = []
    /// Lists whose memberships stand in the tables, and which the next snapshot makes superfluous.
    var appliedLists: [String] = []
    /// Lists whose last record is not durable yet.
    var enteredLists: [EnteredList] = []
    /// Lists whose memberships have got other ends, which the next snapshot is to hold.
    var revised: [AudienceCatalog.Making] = []
    /// When one was begun; `.min` asks for one at once.
    var lastSnapshotMillis: Int64
    /// From the beginning until it is on the disk.
    var isWritingSnapshot = false
    var snapshotPace = SnapshotPace()
    /// Does what waits for the disk.
    var inBackground: (@escaping @Sendable () -> Void) -> Void = { Thread.detachNewThread($0) }
    private var nextSweepMillis: Int64 = 0
    var isStopping = false

    private let inbox = Mutex(Inbox())
    private let bell = DispatchSemaphore(value: 0)
    private let sleeping = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)
    private let held: Mutex<AudienceFigures>

    /// - Parameters:
    ///   - book: with what the log held before this start.
    ///   - catalog: with the roster as it was left.
    package init(_ services: AudienceServices, book: AudienceBook, folder: AudienceFolder) throws {
        self.services = services
        self.book = book
        self.folder = folder
        guard let roster = AudienceRoster(try folder.roster()) else {
            throw AudienceFault("the roster at \(folder.path)/roster is damaged; restore it from a copy")
        }
        catalog = AudienceCatalog(roster: roster)
        hasher = IdentityHasher(key: services.identityKey)
        surrogates = SurrogateCipher(directoryKey: services.identityKey)
        reader = EventReader(retentionSeconds: Int64(services.policy.actDays) * 86_400)
        lastSnapshotMillis = services.time.instant().millis
        held = Mutex(AudienceFigures())
    }

    /// Takes the documents there are at start, before the thread runs.
    package func useFirst(_ documents: [AudienceDocument]) { use(documents, removed: []) }

    /// Brings up to date what the log told before the rules were known, and starts the thread.
    ///
    /// - Parameter durable: the last record of the log that was read again; a snapshot bears what is durable.
    package func start(durable sequence: UInt64) {
        durable = max(durable, sequence)
        folder.removeParts()
        let millis = services.time.instant().millis
        book.endReplay(at: millis)
        removeLists()
        if book.hasReplayedErasure { hastenSnapshot() }
        let thread = Thread { [self] in run() }
        thread.name = "audience"
        thread.start()
    }

    /// Takes what has been told so far, and ends the thread.
    package func stop() {
        post(.stop)
        ended.wait()
    }

    // MARK: From any thread

    package func submit(_ submission: Submission, done: @escaping @Sendable (IntakeOutcome) -> Void) {
        let isTaken = inbox.withLock { inbox in
            // Who tells faster than can be written down is told to come again.
            inbox.offer(.submission(submission, done), bytesMax: services.policy.bytesMax / Self.inboxShare)
        }
        guard isTaken else { return done(.unavailable) }
        ring()
    }

    /// Tells how far the log is durable, and whether it has failed: then nothing more will be.
    package func logIsDurable(through sequence: UInt64, hasFailed: Bool) {
        post(.durable(sequence, hasFailed: hasFailed))
    }

    /// Tells of a notice that is durable.
    ///
    /// - Parameter isOld: of before this start, which may be in the profile already.
    package func follow(_ event: Event, isOld: Bool = false) {
        if !isOld { book.tables.pending.follow(event) }
        guard Self.isAct(event) else { return }
        post(.notice(event, isOld: isOld))
    }

    /// Takes documents, new, changed and removed; returns when targeting goes by them, as far as they need no long work.
    package func use(put: [AudienceDocument], removed: [String]) async {
        await withCheckedContinuation { continuation in
            post(.documents(put: put, removed: removed) { continuation.resume() })
        }
    }

    /// Replaces the members of an audience by a list in the folder; returns when bids go by it.
    ///
    /// - Returns: how many there are; nil where there is no such audience, or a newer list took this one's place.
    package func replaceMembers(of audience: String, by list: String) async -> Int? {
        await withCheckedContinuation { continuation in
            post(.upload(audience: audience, list: list) { continuation.resume(returning: $0) })
        }
    }

    /// What is known of a visitor; nil where nothing is.
    package func export(_ name: VisitorName) async -> VisitorExport? {
        await withCheckedContinuation { continuation in
            post(.export(name) { continuation.resume(returning: $0) })
        }
    }

    /// Forgets a visitor; returns when that is durable.
    package func erase(_ name: VisitorName) async -> EraseOutcome {
        await withCheckedContinuation { continuation in
            post(.erase(name) { continuation.resume(returning: $0) })
        }
    }

    /// As they were a moment ago.
    package var figures: AudienceFigures { held.withLock { $0 } }

    func post(_ message: Message) {
        let isTaken = inbox.withLock { inbox in
            inbox.add(message)
        }
        if isTaken { ring() } else { Self.decline(message) }
    }

    private func ring() {
        if sleeping.exchange(false, ordering: .sequentiallyConsistent) { bell.signal() }
    }

    // MARK: The thread

    /// What part of the memory limit may wait to be taken.
    private static let inboxShare = 16
    /// How long a slice of long work may take: what an event waits at most behind it.
    private static let sliceNanos: Int64 = 1_000_000
    private static let idleMillis = 20
    /// Every ``idleMillis``: ten million visitors are gone through in some minutes.
    private static let sweepSlots = 512

    private func run() {
        while !isStopping {
            let isBusy = turn()
            guard !isBusy else { continue }
            sleeping.store(true, ordering: .sequentiallyConsistent)
            if inbox.withLock({ !$0.messages.isEmpty }) {
                sleeping.store(false, ordering: .relaxed)
                continue
            }
            _ = bell.wait(timeout: .now() + .milliseconds(waitMillis))
            sleeping.store(false, ordering: .releasing)
        }
        end()
        ended.signal()
    }

    /// Leaves nobody waiting.
    private func end() {
        hasLogFailed = true
        answer()
        endErasures()
        endLists()
        for job in jobs { job.cancel() }
        let rest = inbox.withLock { inbox in
            inbox.isClosed = true
            return inbox.take().messages
        }
        for message in rest { Self.decline(message) }
    }

    /// Answers a message that nobody will take any more.
    private static func decline(_ message: Message) {
        switch message {
        case .submission(_, let done): done(.unavailable)
        case .documents(_, _, let done): done()
        case .upload(_, _, let done): done(nil)
        case .export(_, let done): done(nil)
        case .erase(_, let done): done(.unavailable)
        case .durable, .notice, .snapshot, .stop: break
        }
    }

    /// Until the next thing falls due.
    private var waitMillis: Int {
        guard let due = book.nextDueMillis else { return Self.idleMillis }
        return min(Self.idleMillis, max(0, Int(clamping: due - services.time.instant().millis)))
    }

    /// Takes all messages, sees to what has fallen due, and does one slice of long work.
    ///
    /// - Returns: whether there is more to do at once.
    package func turn() -> Bool {
        let (messages, bytes) = inbox.withLock { $0.take() }
        book.inboxBytes = bytes
        for message in messages { handle(message) }
        let millis = services.time.instant().millis
        var isBusy = book.advance(to: millis, limit: 1000)
        isBusy = book.evaluateRest(200, at: millis) || isBusy
        book.inboxBytes = inbox.withLock { $0.bytes }
        book.countBytes()
        // Where there is no room, somebody idle has to go now.
        if millis >= nextSweepMillis || !book.tables.hasRoom {
            nextSweepMillis = millis + Int64(Self.idleMillis)
            book.sweep(Self.sweepSlots, at: millis)
        }
        book.tables.pending.takesStrangers = book.tables.hasRoom
        planSnapshot(at: millis)
        if !jobs.isEmpty {
            let until = services.time.moment().nanos + Self.sliceNanos
            // What it does may bring more jobs.
            var job = jobs.removeFirst()
            if !job.step(self, hasTime: { services.time.moment().nanos < until }) { jobs.insert(job, at: 0) }
            isBusy = true
            if book.remembersErased, !jobs.contains(where: { $0 is ListJob }) { book.remembersErased = false }
        }
        let figures = AudienceFigures(book, catalog, jobs: jobs.count)
        held.withLock { $0 = figures }
        return isBusy || !messages.isEmpty
    }

    /// Answers whatever has become durable; all of it when nothing more will.
    private func answer() {
        var ready = 0
        while ready < answers.count, answers[ready].sequence <= durable || hasLogFailed {
            let (sequence, outcome, done) = answers[ready]
            done(sequence <= durable ? outcome : .unavailable)
            ready += 1
        }
        answers.removeFirst(ready)
    }

    private func handle(_ message: Message) {
        switch message {
        case .submission(let submission, let done):
            let outcome = take(submission)
            if let sequence = outcome.sequence, sequence > durable, !hasLogFailed {
                answers.append((sequence, outcome, done))
            } else {
                done(outcome)
            }
        case .durable(let sequence, let hasFailed):
            durable = max(durable, sequence)
            book.becameDurable(through: durable, at: services.time.instant().millis)
            releaseCounted()
            hasLogFailed = hasLogFailed || hasFailed
            answer()
            endErasures()
            endLists()
        case .notice(let event, let isOld): take(notice: event, isOld: isOld)
        case .documents(let put, let removed, let done):
            use(put, removed: removed)
            done()
        case .upload(let audience, let list, let done): takeUpload(audience, list, done)
        case .export(let name, let done):
            guard let visitor = visitor(named: name) else { return done(nil) }
            jobs.append(ExportJob(visitor, self, done))
        case .erase(let name, let done): erase(name, done)
        case .snapshot(let outcome): end(outcome)
        case .stop: isStopping = true
        }
    }
}

/// Long work that is done a slice at a time.
protocol AudienceJob {
    /// Goes on for as long as there is time.
    ///
    /// - Returns: whether it is done.
    mutating func step(_ keeper: AudienceKeeper, hasTime: () -> Bool) -> Bool
    /// Tells whoever waits for it that it will not be done.
    func cancel()
}

extension AudienceJob {
    func cancel() {}
}

/// What makes the audience's files unusable.
package struct AudienceFault: Error, CustomStringConvertible, Sendable {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// What the keeper needs of the rest of the service.
package struct AudienceServices {
    package let policy: AudiencePolicy
    package let consent: ConsentPolicy
    /// 32 bytes, of all hashes of identifiers.
    package let identityKey: [UInt8]
    package let time: any TimeSource
    /// Opens what `vclick` brought back; nil for a text that nobody here sealed.
    package let openClick: (String) -> OpenedClick?
    /// Hands what targeting has to know of audiences to the loops.
    package let publish: @Sendable (AudienceView) -> Void
    /// Says something to the operator.
    package let report: @Sendable (String) -> Void

    package init(
        policy: AudiencePolicy, consent: ConsentPolicy, identityKey: [UInt8], time: any TimeSource,
        openClick: @escaping (String) -> OpenedClick?, publish: @escaping @Sendable (AudienceView) -> Void,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.policy = policy
        self.consent = consent
        self.identityKey = identityKey
        self.time = time
        self.openClick = openClick
        self.publish = publish
        self.report = report
    }
}

/// What a click's id says.
package struct OpenedClick: Equatable, Sendable {
    /// Of the bid that was clicked.
    package let advertiser: String
    /// Whom that bid was made for; nil where it was made for nobody in particular.
    package let surrogate: IdentityKey?

    package init(advertiser: String, surrogate: IdentityKey?) {
        self.advertiser = advertiser
        self.surrogate = surrogate
    }
}

/// What targeting has to know of audiences: how they are spelled, and which addresses are in which.
package struct AudienceView: Sendable {
    package let names: AudienceNames
    package let addresses: [(range: AddressRange, number: UInt32)]
}

/// How somebody names a visitor.
package enum VisitorName: Hashable, Sendable {
    case identifier(Identifier)
    /// The pseudonym that the log shows.
    case surrogate(IdentityKey)
}

/// What became of an erasure.
package enum EraseOutcome: Equatable, Sendable {
    case erased
    case unknown
    /// The log takes nothing.
    case unavailable
}
