package import Documents
package import Events
internal import Units

/// Everything known of visitors, as a fold of the log's records about them.
///
/// One thread owns it (``AudienceKeeper``); event loops read ``tables`` beside it. Identifiers are resolved and visitors
/// made when something arrives, for the record needs to say whose it is; what a visitor did changes the profile once
/// its record is durable. Reading the same records again from any earlier state comes to the same: links and merges are
/// idempotent, and an act is known by its id.
package final class AudienceBook {
    package let tables: AudienceTables
    let policy: AudiencePolicy
    /// Of visitors that did something; one that only stands in a list has none.
    var states = VisitorStates()
    /// Of what was told and is not taken yet.
    var inboxBytes = 0
    var compiled: CompiledAudiences
    /// Of the names in histories.
    let symbols: SymbolKey
    var timers = TimerQueue()
    package internal(set) var counts = AudienceCounts()
    /// Survivors of merges since a snapshot was begun, which it has to hold as they are now.
    var merged: Set<VisitorNumber> = []
    /// Visitors whose profile changed while no rule was known yet.
    var unevaluated: Set<VisitorNumber> = []
    /// Whether what was once acknowledged is taken again, for which the memory limit does not count.
    var isReplaying = true {
        didSet { tables.bytesMax = isReplaying ? .max : policy.bytesMax }
    }
    /// Up to where the tables of the snapshot that was loaded hold what the log tells.
    var stamps: TableStamps?
    /// Of the record that is read again at the moment.
    var replayedSequence = UInt64.max
    /// Whether a list is being entered that may have somebody who is erased meanwhile.
    var remembersErased = false {
        didSet { if !remembersErased { tables.forgetErased() } }
    }
    /// Whether the snapshot that was loaded may know somebody who is to be unknown.
    var hasReplayedErasure = false
    /// Acts of those whom a loaded survivor holds already, until the log tells of the merge.
    var absorbed: [VisitorNumber: [(act: VisitorAct, millis: Int64, sequence: UInt64)]] = [:]
    /// Numbers of audiences that mean something; memberships under others are dropped.
    var inForce: Set<AudienceNumber> = []
    /// Keys that go when the record of their visitor's end is durable.
    var doomed: [(sequence: UInt64, numbers: [VisitorNumber])] = []
    /// Acts in the log that are not durable yet, in its order.
    var inFlight: [WaitingAct] = []
    private var inFlightIDs: Set<IdentityKey> = []
    /// How long a visitor may be idle: less than the policy says while there is no room.
    lazy var idleMillis = policy.visitorMillis
    /// Of the last record appended.
    private(set) var lastSequence: UInt64 = 0
    /// When the next thing falls due, in milliseconds.
    var nextDueMillis: Int64? { timers.first }
    let append: (VisitorRecord) -> AppendOutcome
    private let keys: any AudienceKeys

    /// - Parameters:
    ///   - append: puts a record into the log and returns its sequence.
    ///   - keys: of visitors' records.
    ///   - symbols: the key of the names in histories, which never changes.
    package init(
        tables: AudienceTables, policy: AudiencePolicy, keys: any AudienceKeys, symbols: SymbolKey,
        append: @escaping (VisitorRecord) -> AppendOutcome
    ) {
        self.tables = tables
        self.policy = policy
        self.append = append
        self.keys = keys
        self.symbols = symbols
        compiled = CompiledAudiences([], key: symbols) { _ in nil }
        tables.bytesMax = .max
    }

    // MARK: Who it is

    /// Whose identifiers these are, if anybody's.
    package func visitor(of identities: [Identity]) -> VisitorNumber? {
        for identity in identities {
            if let visitor = tables.find(identity.key) { return visitor }
        }
        return nil
    }

    /// The one visitor of some identifiers: found, made, or become one of several.
    ///
    /// - Parameters:
    ///   - number: of a visitor who is the same, known by another way.
    ///   - mergesMax: how many may have become one by this; a stranger's word joins a few, not everybody.
    package func resolve(
        _ identities: [Identity], and number: VisitorNumber? = nil, mergesMax: Int = .max, at millis: Int64
    ) throws(IntakeRefusal) -> VisitorNumber {
        var known = number.flatMap { tables.resolve($0) }.map { [$0] } ?? []
        var new: [Identity] = []
        for identity in identities {
            if let visitor = tables.find(identity.key) {
                if !known.contains(visitor) { known.append(visitor) }
            } else if !new.contains(identity) {
                new.append(identity)
            }
        }
        guard !identities.isEmpty || !known.isEmpty else { throw .nobody }
        // The eldest stays: whoever was told of it will find it.
        let survivor = known.min()
        guard let visitor = survivor else { return try makeVisitor(of: new, at: millis) }
        for other in known where other != visitor {
            let merged = [visitor, other].reduce(1) { $0 + (states[$1]?.former.count ?? 0) }
            guard merged <= mergesMax else { continue }
            if [visitor, other].contains(where: { tables.flags($0).contains(.optedOut) }) {
                for number in [visitor, other] { try emptyHouseholds(of: number) }
            }
            _ = try log(.merge(from: other, into: visitor))
            merge(other, into: visitor)
        }
        _ = try logLink(new, to: visitor)
        return visitor
    }

    /// Links identifiers to a visitor, as far as there is room, and logs what was linked.
    ///
    /// - Returns: how many were.
    private func logLink(_ identities: [Identity], to visitor: VisitorNumber) throws(IntakeRefusal) -> Int {
        let linked = link(identities, to: visitor)
        guard !linked.isEmpty else { return 0 }
        do throws(IntakeRefusal) {
            _ = try log(.link(visitor, linked))
        } catch {
            for identity in linked { tables.unlink(identity.key) }
            throw error
        }
        return linked.count
    }

    private func makeVisitor(of identities: [Identity], at millis: Int64) throws(IntakeRefusal) -> VisitorNumber {
        countBytes()
        let visitor = try makeNumber()
        tables.touch(visitor, atSeconds: UInt32(clamping: millis / 1000))
        do throws(IntakeRefusal) {
            // Whom nothing leads to is nobody.
            guard try logLink(identities, to: visitor) > 0 else { throw .full }
        } catch {
            tables.remove(visitor)
            throw error
        }
        counts.visitors += 1
        return visitor
    }

    /// A number with a key: after a start without a snapshot the next ones may have been those of visitors who are gone.
    private func makeNumber() throws(IntakeRefusal) -> VisitorNumber {
        while let visitor = tables.makeVisitor() {
            switch keys.make(visitor) {
            case .made: return visitor
            case .deleted: tables.remove(visitor)
            case .unavailable:
                tables.remove(visitor)
                throw .unavailable
            }
        }
        throw .full
    }

    func log(_ record: VisitorRecord) throws(IntakeRefusal) -> UInt64 {
        switch append(record) {
        case .sequence(let sequence):
            lastSequence = sequence
            return sequence
        case .unavailable: throw .unavailable
        case .unwritable: throw .tooLarge
        }
    }

    // MARK: What it did

    /// Refuses what a visitor's choice forbids, and what was told before.
    package func admit(_ id: IdentityKey, of visitor: VisitorNumber) throws(IntakeRefusal) {
        if tables.flags(visitor).contains(.optedOut) { throw .optedOut }
        if inFlightIDs.contains(id) || states[visitor]?.hasSeen(id) == true {
            counts.duplicates += 1
            throw .duplicate
        }
    }

    /// Takes an act: it is in the log, and will be in the profile once ``becameDurable(through:at:)`` tells so.
    ///
    /// - Returns: the sequence of its record.
    package func take(_ act: VisitorAct, of visitor: VisitorNumber) throws(IntakeRefusal) -> UInt64 {
        try admit(act.id, of: visitor)
        let sequence = try log(.act(visitor, act))
        inFlight.append(WaitingAct(sequence: sequence, visitor: visitor, act: act))
        inFlightIDs.insert(act.id)
        return sequence
    }

    /// Brings what the log has made durable into the profiles.
    package func becameDurable(through sequence: UInt64, at millis: Int64) {
        var applied = 0
        while applied < inFlight.count, inFlight[applied].sequence <= sequence {
            let waiting = inFlight[applied]
            inFlightIDs.remove(waiting.act.id)
            apply(waiting.act, to: waiting.visitor, at: millis, householdForgot: waiting.householdForgot)
            applied += 1
        }
        inFlight.removeFirst(applied)
        // A key goes when the record that says so is safe: else a start would find a visitor without one.
        let gone = doomed.prefix { $0.sequence <= sequence }
        doomed.removeFirst(gone.count)
        if !gone.isEmpty { keys.delete(gone.flatMap(\.numbers)) }
    }

    /// Takes a choice, which holds at once.
    package func choose(_ visitor: VisitorNumber, optOut: Bool) throws(IntakeRefusal) -> UInt64 {
        if optOut { try emptyHouseholds(of: visitor) }
        let sequence = try log(.optOut(visitor, optOut))
        // What waits for the log was told before the choice.
        if optOut { dropWaiting(of: visitor) }
        setOptOut(visitor, optOut)
        return sequence
    }

    private func dropWaiting(of visitor: VisitorNumber) {
        inFlight.removeAll { waiting in
            guard tables.resolve(waiting.visitor) == tables.resolve(visitor) else { return false }
            inFlightIDs.remove(waiting.act.id)
            return true
        }
    }

    /// Forgets a visitor: at once in the tables, and for good in the log, whose key goes.
    package func erase(_ visitor: VisitorNumber) throws(IntakeRefusal) -> UInt64 {
        try emptyHouseholds(of: visitor)
        let sequence = try log(.erase(visitor))
        let numbers = remove(visitor)
        if remembersErased { for number in numbers { tables.remember(erased: number, sequence) } }
        doomed.append((sequence, numbers))
        counts.erased += 1
        return sequence
    }

    // MARK: The fold

    /// Applies a record of the log, in its order.
    ///
    /// - Parameter profile: what a merge does with the profile in the tables: ``AudienceTables/MergedProfile/dropped``
    ///   where the survivor's was loaded from a snapshot of after the merge.
    /// - Parameter sequence: of the record, which tells what a snapshot that was loaded has counted already.
    package func apply(
        _ record: VisitorRecord, at millis: Int64, profile: AudienceTables.MergedProfile = .united,
        sequence: UInt64 = .max
    ) {
        replayedSequence = sequence
        switch record {
        case .act(let visitor, let act):
            if !holds(act, of: visitor, at: millis) { apply(act, to: visitor, at: millis) }
        case .link(let visitor, let identities):
            tables.makeVisitor(visitor)
            tables.touch(visitor, atSeconds: UInt32(clamping: millis / 1000))
            _ = link(identities, to: visitor)
        case .merge(let from, let into):
            merge(from, into: into, profile: profile)
            release(from)
        case .optOut(let visitor, let isOut): if !lets(go: visitor) { setOptOut(visitor, isOut) }
        case .erase(let visitor):
            keys.delete(remove(visitor))
            hasReplayedErasure = true
        case .household(let household, let change): apply(change, to: household)
        case .members: break
        }
    }

    /// - Returns: those that there was room for; the others are counted.
    private func link(_ identities: [Identity], to visitor: VisitorNumber) -> [Identity] {
        let linked = identities.filter { tables.link($0.key, kind: $0.kind, to: visitor) }
        counts.unlinked += UInt64(identities.count - linked.count)
        if linked.contains(where: { $0.kind == .household }) {
            tables.setFlags(visitor, tables.flags(visitor).union(.household))
        }
        return linked
    }

    private func merge(
        _ from: VisitorNumber, into: VisitorNumber, profile: AudienceTables.MergedProfile = .united
    ) {
        // Read again over a snapshot, it may be done already, or one of them not be there yet.
        if isReplaying {
            for number in [from, into] where tables.resolve(number) == nil { tables.makeVisitor(number) }
        }
        guard tables.resolve(from) == from, let into = tables.resolve(into), from != into else { return }
        if !tables.merge(from, into: into, profile: profile) {
            // There is no memory for what both have: the survivor's stays, and what rules say is worked out below.
            tables.setFlags(into, tables.flags(into).union(tables.flags(from).intersection(.optedOut)))
            tables.merge(from, into: into, profile: .dropped)
        }
        var state = states[into] ?? VisitorState()
        let isMerged = state.former.contains(from)
        if let other = states.removeValue(forKey: from), !isMerged {
            state.history.merge(other.history)
            state.see(other.seen)
            state.former += other.former
            for household in other.members { state.meet(household) }
            for plan in other.due where state.plan(plan.audience, at: plan.millis) {
                timers.insert(.init(due: plan.millis, visitor: into.rawValue, audience: plan.audience))
            }
        }
        if !isMerged { state.former.append(from) }
        states[into] = state
        if tables.flags(into).contains(.optedOut) {
            clearProfile(into)
            leaveHouseholds(into)
        }
        counts.merges += 1
        merged.insert(into)
        reviewLater(into)
    }

    private func setOptOut(_ visitor: VisitorNumber, _ isOut: Bool) {
        guard let visitor = tables.resolve(visitor) else { return }
        let flags = tables.flags(visitor)
        tables.setFlags(visitor, isOut ? flags.union(.optedOut) : flags.subtracting(.optedOut))
        guard isOut else { return }
        // What was known is not kept for a change of mind.
        clearProfile(visitor)
        leaveHouseholds(visitor)
    }

    func clearProfile(_ visitor: VisitorNumber) {
        forgetCounts(of: visitor)
        for membership in tables.memberships(visitor) {
            tables.removeMembership(visitor, audience: membership.audience)
        }
        guard let state = states[visitor] else { return }
        var emptied = VisitorState()
        emptied.former = state.former
        emptied.members = state.members
        // A repeat of what was let go is none; but what the log tells after it, read again, is.
        if !isReplaying { emptied.see(state.seen) }
        states[visitor] = emptied
    }

    /// - Returns: whose keys have to go.
    private func remove(_ visitor: VisitorNumber) -> [VisitorNumber] {
        guard let visitor = tables.resolve(visitor) else { return [visitor] }
        leaveHouseholds(visitor)
        tables.remove(visitor)
        return forgetState(of: visitor)
    }

    func forgetState(of visitor: VisitorNumber) -> [VisitorNumber] {
        (states.removeValue(forKey: visitor)?.former ?? []) + [visitor]
    }

    /// Brings an act into its visitor's profile, and into the household's that it names.
    func apply(_ act: VisitorAct, to visitor: VisitorNumber, at millis: Int64, householdForgot: Bool = false) {
        guard let visitor = tables.resolve(visitor), !tables.flags(visitor).contains(.optedOut),
            act.instant.millis > millis - policy.actMillis
        else { return }
        // Read again over a snapshot, the household may not know what the visitor does; else a repeat is nobody's act.
        if let key = act.household, isReplaying || states[visitor]?.hasSeen(act.id) != true {
            apply(act, toHousehold: key, of: visitor, at: millis, isForgotten: householdForgot)
        }
        // Read again over a snapshot, it may be in the history and not yet in the memberships.
        if isReplaying { reviewLater(visitor) }
        guard record(act, of: visitor, at: millis) else { return }
        counts.acts += 1
    }

    /// - Returns: false for an act that is known already.
    func record(_ act: VisitorAct, of visitor: VisitorNumber, at millis: Int64) -> Bool {
        let isNew = states[visitor]?.hasSeen(act.id) != true
        count(act, of: visitor, isNew: isNew)
        guard isNew else { return false }
        states[visitor, default: VisitorState()].see(act.id)
        let change = states[visitor, default: VisitorState()].history.record(ActOwner.scoped(act), by: symbols)
        tables.touch(visitor, atSeconds: UInt32(clamping: max(millis, act.instant.millis) / 1000))
        review(visitor, after: [change.recorded, change.dropped].compactMap { $0 }, at: millis)
        return true
    }
}

extension Instant {
    /// Since 1970.
    package var millis: Int64 { micros >= 0 ? micros / 1000 : (micros - 999) / 1000 }
}
