package import EventLog
package import Events
package import Ledger
package import Units

/// The log, and what money is a fold of it: the ledger, and the notices taken.
///
/// Opening it is what a start does after any end, a crash among them; whoever runs the service in simulated time opens
/// it in the same way.
package struct MoneySide: Sendable {
    package let ledger: BudgetLedger
    package let log: EventLog
    /// Of all notices in the log; a desk starts with it.
    package let register: NoticeRegister
    /// What stands for the records that were dropped from the log's beginning, without its ledger; nil where none were.
    package let checkpoint: LogCheckpoint?

    /// Reads all of the log, that is its checkpoint and what is behind it.
    ///
    /// - Parameters:
    ///   - room: what the log's disk is to keep free.
    ///   - replay: sees every event as well.
    ///   - replayVisitor: is given the records about visitors, in order with the events.
    package init(
        opening storage: any LogStorage,
        durability: Durability = .powerLoss,
        time: any TimeSource,
        ledger: BudgetLedger,
        segmentBytesMax: Int = 64 << 20,
        room: DiskRoom.Limits = .none,
        replayVisitor: (UInt64, ArraySlice<UInt8>) -> Void = { _, _ in },
        replay: (LoggedEvent) -> Void = { _ in }
    ) throws(LogError) {
        let checkpoint = try LogReader(storage).checkpoint()
        try ledger.restore(checkpoint)
        var register = NoticeRegister()
        let now = time.instant()
        ledger.beginReading(at: now)
        log = try EventLog(
            storage: storage,
            durability: durability,
            time: time,
            segmentBytesMax: segmentBytesMax,
            room: room,
            behind: checkpoint,
            replayVisitor: replayVisitor,
            replayTraffic: { _, traffic in ledger.learn(traffic) },
            replayRun: { ledger.replay($0) },
            replay: { sequence, event in
                ledger.replay(event)
                register.record(event, sequence: sequence)
                replay(event)
            }
        )
        // The order matters: who asks for limits from now on holds back what a crash may have lost.
        register.begin(after: ledger.restart(after: log.recovery.runs, at: now))
        register.prune(at: now)
        try log.beginRun(at: now)
        self.ledger = ledger
        self.register = register
        self.checkpoint = checkpoint?.withoutLedger
    }

    /// Has the ledger follow what becomes durable from now on; before the log starts.
    package func connect() {
        log.follow { [ledger] _, event in ledger.apply(event) }
        log.onTick { [ledger] in ledger.advance(to: $0) }
    }
}
