internal import Dispatch
package import Events
internal import Foundation
internal import OpenRTB
internal import Synchronization
package import Units

/// When an append counts as safe.
package enum Durability: String, CaseIterable, Sendable {
    /// After `fdatasync`: it survives a power cut.
    case powerLoss = "power-loss"
    /// After `write`: it survives this process, not the machine.
    case processCrash = "process-crash"
}

/// The one log: everything durable is in it, everything in memory is a fold of it.
///
/// Appending puts a record into a queue and returns its sequence; a single writer thread takes all that is queued,
/// writes it, makes it durable, tells the listeners how far, and folds it into the followers. With notices waiting the
/// next group starts when the last has ended, so a group holds what arrived during one `fdatasync`: under load the
/// groups grow, not the waiting. Decision records, for which nobody waits, go with the next notice or every 20 ms.
package final class EventLog: @unchecked Sendable {
    // Unchecked because it has variables without a lock. Invariant: `writer` and `spare` belong to the writer
    // thread (and before it starts to who opens the log); `listeners`, `followers`, `tickers`, `rings`, `runNumber` and
    // the hooks are set before `start`. Everything else is behind a lock or atomic.
    private struct Pending: ~Copyable {
        var frames = ByteWriter(capacity: 1 << 16)
        /// Whether some of them came by ``EventLog/append(_:)``.
        var hasAppended = false
        var next: UInt64
        var accepting = true
    }

    package typealias Follower = @Sendable (UInt64, Event) -> Void

    private let time: any TimeSource
    private let writer: SegmentWriter
    private let pending: Mutex<Pending>
    private let durable: Atomic<UInt64>
    private let failed = Mutex<LogError?>(nil)
    private let isFailed = Atomic<Bool>(false)
    private let bell = DispatchSemaphore(value: 0)
    private let sleeping = Atomic<Bool>(false)
    private let hurried = Atomic<Bool>(false)
    private let stopping = Atomic<Bool>(false)
    private let started = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)
    /// Of the run at hand; zero where the log does not tell when runs begin and end.
    private var runNumber: UInt32 = 0
    private var marksRuns: Bool { runNumber > 0 }
    private var spare = ByteWriter(capacity: 1 << 16)
    private var rings: [DecisionRing] = []
    private var listeners: [@Sendable (UInt64) -> Void] = []
    private var followers: [Follower] = []
    private var tickers: [@Sendable (Instant) -> Void] = []
    private var preparations: [@Sendable () -> Bool] = []
    private var roomListeners: [@Sendable (_ hasRoom: Bool) -> Void] = []

    /// How full its disk is.
    package let room: DiskRoom

    /// What opening found.
    package let recovery: LogReader.Summary

    /// Bytes that may wait to be written: a hundred thousand notices.
    private static let pendingBytesMax = 64 << 20
    /// Milliseconds between looks at the rings when no notice rings the bell.
    private static let idleMillis = 20

    /// Opens the log: reads all of it, cuts a torn tail, and gives every event to `replay` in order.
    ///
    /// - Parameters:
    ///   - segmentBytesMax: a segment that has as many is sealed.
    ///   - room: what its disk is to keep free.
    ///   - checkpoint: what stands for the beginning of the log: only what is behind it is read.
    ///   - replayVisitor: is given the records about visitors, in order with the events, as ``VisitorRecordCoder`` reads
    ///     them.
    ///   - replayTraffic: is given the records about traffic.
    ///   - replayRun: is given what tells of runs.
    package init(
        storage: any LogStorage,
        durability: Durability = .powerLoss,
        time: any TimeSource = SystemTime(),
        segmentBytesMax: Int = 64 << 20,
        room: DiskRoom.Limits = .none,
        behind checkpoint: LogCheckpoint? = nil,
        replayVisitor: (UInt64, ArraySlice<UInt8>) -> Void = { _, _ in },
        replayTraffic: (UInt64, TrafficRecord) -> Void = { _, _ in },
        replayRun: (RunRecord) -> Void = { _ in },
        replay: (UInt64, LoggedEvent) -> Void
    ) throws(LogError) {
        self.time = time
        recovery = try LogReader(storage).walkRecords(behind: checkpoint) {
            (sequence, record: FoldedRecord) throws(LogError) in
            switch record {
            case .event(let event): replay(sequence, event)
            case .other(.visitor(_, let bytes)): replayVisitor(sequence, bytes)
            case .other(.traffic(let traffic)): replayTraffic(sequence, traffic)
            case .other(.run(let run)): replayRun(run)
            case .other(.event): break
            }
        }
        pending = Mutex(Pending(next: recovery.next))
        durable = Atomic(recovery.next - 1)
        self.room = DiskRoom(storage, room)
        writer = try SegmentWriter(
            storage, durability, self.room, time, segmentBytesMax: segmentBytesMax, after: recovery)
        _ = self.room.look(at: time.instant())
    }

    // MARK: Wiring, before `start`

    /// A ring for one event loop's decision records.
    package func makeRing(capacity: Int = 1 << 22) -> DecisionRing {
        let ring = DecisionRing(capacity: capacity)
        rings.append(ring)
        return ring
    }

    /// Calls `listener` on the writer's thread with the last durable sequence, after each group and after a failure.
    package func onDurable(_ listener: @escaping @Sendable (UInt64) -> Void) { listeners.append(listener) }

    /// Calls `follower` on the writer's thread with each durable event, in order.
    ///
    /// Records about visitors and runs are not told: whoever appends them knows them.
    package func follow(_ follower: @escaping Follower) { followers.append(follower) }

    /// Calls `ticker` on the writer's thread between groups, at least every 20 ms or so.
    package func onTick(_ ticker: @escaping @Sendable (Instant) -> Void) { tickers.append(ticker) }

    /// Calls `listener` on the writer's thread when the disk has become too full to bid, and when it has room again.
    package func onRoom(_ listener: @escaping @Sendable (_ hasRoom: Bool) -> Void) { roomListeners.append(listener) }

    /// Calls `body` on the writer's thread before each group with appended records is written.
    ///
    /// What those records need, keys above all, is made durable there: what was done before a record was appended is
    /// done when `body` is called for its group. Groups of decision records alone need nothing and call nothing.
    ///
    /// - Parameter body: where it returns false, nothing is written and the log has failed, as after a failed sync.
    package func beforeGroup(_ body: @escaping @Sendable () -> Bool) { preparations.append(body) }

    /// Writes that a run begins, durably: a crash of its first moments is then told from the clean end before it.
    ///
    /// To be called before anything is appended or bid.
    ///
    /// - Parameter instant: that of the start.
    /// - Returns: the record that the log has of it.
    @discardableResult
    package func beginRun(at instant: Instant) throws(LogError) -> RunRecord {
        let run = RunRecord(.start, at: instant, number: recovery.runs.count + 1)
        try writeAlone(run)
        runNumber = run.number
        return run
    }

    /// Which run this is, as bids of it say; none before ``beginRun(at:)``.
    package var run: RunMark { RunRecord(.start, at: Instant(micros: 0), number: runNumber).mark }

    package func start() {
        started.store(true, ordering: .releasing)
        let thread = Thread { [self] in work() }
        thread.name = "event-log"
        thread.start()
    }

    // MARK: Appending, from any thread

    /// Queues a record.
    ///
    /// - Parameter record: bytes as ``EventCoder``, ``VisitorRecordCoder`` or ``TrafficRecord`` writes them.
    /// - Returns: its sequence, durable once ``durableSequence`` reaches it; nil when the log no longer takes any.
    package func append(_ record: [UInt8]) -> UInt64? {
        let sequence: UInt64? = pending.withLock { pending in
            // A disk that hangs must not fill the memory: whoever asks then is told to come again.
            guard pending.accepting, pending.frames.count < Self.pendingBytesMax else { return nil }
            let sequence = pending.next
            Segment.appendFrame(sequence: sequence, to: &pending.frames) { $0.append(record) }
            pending.hasAppended = true
            pending.next += 1
            return sequence
        }
        ring()
        return sequence
    }

    /// The last sequence that is safe.
    package var durableSequence: UInt64 { durable.load(ordering: .acquiring) }

    /// Why the log stopped taking records, if it has.
    package var failure: LogError? { failed.withLock { $0 } }

    /// Whether it has: without a lock, for event loops.
    package var hasFailed: Bool { isFailed.load(ordering: .relaxed) }

    /// Whether a bid may be made whose record comes through a ring: not after a failure, and not once it stops.
    package var takesBids: Bool { !hasFailed && !stopping.load(ordering: .relaxed) }

    /// Decision records refused because a ring was full.
    package var refusedRecords: UInt64 { rings.reduce(0) { $0 + $1.refused } }

    /// Writes out what is queued, makes it durable and closes the file. No loop may push records any more.
    ///
    /// After ``beginRun()`` the last record says that the run ended in order. Who takes the writer's turns itself calls
    /// this on the same thread.
    package func stop() {
        guard !stopping.exchange(true, ordering: .acquiringAndReleasing) else { return }
        guard started.load(ordering: .acquiring) else {
            if marksRuns { end() }
            return
        }
        bell.signal()
        ended.wait()
    }

    /// Returns when everything appended before the call is durable and folded, or the log has failed.
    package func flush() {
        // A ring is emptied under the same lock that hands out sequences: once it is empty, its records have theirs.
        wait { !self.rings.contains { !$0.isEmpty } }
        let target = pending.withLock { $0.next } - 1
        wait { self.durableSequence >= target && self.folded(through: target) }
    }

    private func wait(_ condition: () -> Bool) {
        while !condition(), failure == nil, !stopping.load(ordering: .acquiring) {
            bell.signal()
            Thread.sleep(forTimeInterval: 0.001)
        }
    }

    private let foldedSequence = Atomic<UInt64>(0)
    private func folded(through target: UInt64) -> Bool {
        target <= recovery.next - 1 || foldedSequence.load(ordering: .acquiring) >= target
    }

    /// Has the rings emptied now, and not at the writer's next look: a budget waits for their records.
    package func hurry() {
        hurried.store(true, ordering: .sequentiallyConsistent)
        ring()
    }

    private func ring() {
        if sleeping.exchange(false, ordering: .sequentiallyConsistent) { bell.signal() }
    }

    // MARK: The writer's thread

    /// One turn of the writer: writes what is queued as one group, and tells the tickers the time.
    ///
    /// The thread of ``start()`` does nothing else. Who has a loop and a clock of its own, as a simulation has, calls this
    /// instead of starting a thread, always from one thread.
    ///
    /// - Returns: whether there was anything to write.
    @discardableResult
    package func turn() -> Bool {
        let wrote = writeGroup()
        let now = time.instant()
        for ticker in tickers { ticker(now) }
        if failure == nil, let hasRoom = room.look(at: now) {
            for listener in roomListeners { listener(hasRoom) }
        }
        return wrote
    }

    private func work() {
        while true {
            let wasStopping = stopping.load(ordering: .acquiring)
            let wrote = turn()
            if wasStopping {
                if wrote { continue }
                end()
                return
            }
            // Decision records alone wake nobody: nobody waits for them, and a sync for each handful of them cost a third
            // of the processor.
            sleeping.store(true, ordering: .sequentiallyConsistent)
            // What arrived since the group was taken saw nobody sleeping and rang no bell.
            let isHurried = hurried.exchange(false, ordering: .sequentiallyConsistent)
            if failure == nil, isHurried || pending.withLock({ $0.frames.count > 0 }) {
                sleeping.store(false, ordering: .relaxed)
                continue
            }
            _ = bell.wait(timeout: .now() + .milliseconds(Self.idleMillis))
            sleeping.store(false, ordering: .releasing)
        }
    }

    /// Takes nothing more, writes what came last and closes the file.
    private func end() {
        // An auction that began before it could see this has pushed its record by then.
        if marksRuns, !rings.isEmpty, started.load(ordering: .relaxed) {
            Thread.sleep(forTimeInterval: Double(Self.idleMillis) / 1000)
        }
        pending.withLock { $0.accepting = false }
        while turn() {}
        if marksRuns, failure == nil {
            do throws(LogError) {
                try writeAlone(RunRecord(.stop, at: time.instant(), number: runNumber))
            } catch {
                fail(error)
            }
        }
        writer.close()
        ended.signal()
    }

    /// Writes one record as a group of its own.
    private func writeAlone(_ run: RunRecord) throws(LogError) {
        spare.clear()
        let sequence = pending.withLock { pending in
            defer { pending.next += 1 }
            return pending.next
        }
        Segment.appendFrame(sequence: sequence, to: &spare) { $0.append(run.bytes) }
        try writer.write(spare, first: sequence)
        durable.store(sequence, ordering: .releasing)
        foldedSequence.store(sequence, ordering: .releasing)
    }

    /// - Returns: whether there was anything to write.
    private func writeGroup() -> Bool {
        // Sequences that a failed group took are lost: nothing may be written behind the gap.
        guard failure == nil else { return false }
        spare.clear()
        let (last, hasAppended): (UInt64, Bool) = pending.withLock { pending in
            for ring in rings {
                unsafe ring.drain { first, second in
                    Segment.appendFrame(sequence: pending.next, to: &pending.frames) { out in
                        unsafe out.append(first)
                        unsafe out.append(second)
                    }
                    pending.next += 1
                }
            }
            swap(&pending.frames, &spare)
            defer { pending.hasAppended = false }
            return (pending.next - 1, pending.hasAppended)
        }
        guard spare.count > 0 else { return false }
        let first = durableSequence + 1
        do throws(LogError) {
            if hasAppended { try prepare() }
            try writer.write(spare, first: first)
        } catch {
            fail(error)
            return false
        }
        durable.store(last, ordering: .releasing)
        for listener in listeners { listener(last) }
        fold(first: first)
        foldedSequence.store(last, ordering: .releasing)
        return true
    }

    private func prepare() throws(LogError) {
        for body in preparations where !body() { throw .unprepared }
    }

    /// After a failed write or sync nobody knows what the disk holds: nothing more is taken or acknowledged.
    private func fail(_ error: LogError) {
        failed.withLock { $0 = error }
        isFailed.store(true, ordering: .releasing)
        pending.withLock { pending in
            pending.accepting = false
            pending.frames.clear()
        }
        for listener in listeners { listener(durableSequence) }
    }

    private func fold(first: UInt64) {
        guard !followers.isEmpty else { return }
        var sequence = first
        var reader = ByteReader(spare.array()[...])
        while let length = reader.fixed(UInt32.self), reader.fixed(UInt32.self) != nil,
            let payload = reader.take(Int(length))
        {
            if let kind = payload.first, !VisitorRecordCoder.isVisitorRecord(kind),
                !TrafficRecord.isTrafficRecord(kind), !RunRecord.isRunRecord(kind)
            {
                guard let event = EventCoder.read(payload) else { preconditionFailure("our own record is no event") }
                for follower in followers { follower(sequence, event) }
            }
            sequence += 1
        }
    }
}
