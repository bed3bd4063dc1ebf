internal import Events

/// Visitors of a snapshot who are part of another's state already, while the log is yet to tell so.
///
/// States of survivors are written at the end of a snapshot, and hold what those merged into them had by then. What the
/// log tells of these before their merge waits for it: the survivor knows most of it, by the ids of the acts.
extension AudienceBook {
    /// Takes out what the survivors' states hold, once all are loaded.
    func absorbFormer() {
        for former in states.map(\.value.former) {
            for number in former {
                states[number] = nil
                absorbed[number] = []
            }
        }
    }

    /// - Returns: whether the act waits.
    func holds(_ act: VisitorAct, of visitor: VisitorNumber, at millis: Int64) -> Bool {
        guard isReplaying, absorbed[visitor] != nil else { return false }
        // Its household forgets in the order of the log, and so learns in that order.
        if let key = act.household, let owner = tables.resolve(visitor), !tables.flags(owner).contains(.optedOut) {
            apply(act, toHousehold: key, of: owner, at: millis, isForgotten: false)
        }
        var act = act
        act.household = nil
        absorbed[visitor]?.append((act, millis, replayedSequence))
        return true
    }

    /// Lets go of what waits for a visitor who opts out.
    ///
    /// - Returns: whether the choice is the survivor's already, where the tables know who that is.
    func lets(go visitor: VisitorNumber) -> Bool {
        guard isReplaying, absorbed[visitor] != nil else { return false }
        absorbed[visitor] = []
        return tables.resolve(visitor) != visitor
    }

    /// Hands what waited to the survivor.
    func release(_ visitor: VisitorNumber) {
        let current = replayedSequence
        defer { replayedSequence = current }
        for (act, millis, sequence) in absorbed.removeValue(forKey: visitor) ?? [] {
            replayedSequence = sequence
            apply(act, to: visitor, at: millis)
        }
    }

    /// Brings up to date what the log told before the rules were known.
    func endReplay(at millis: Int64) {
        // Merges that are in the snapshot, and that a crash kept out of the log.
        for visitor in absorbed.keys.sorted(by: { $0.rawValue < $1.rawValue }) { release(visitor) }
        while evaluateRest(4096, at: millis) {}
        isReplaying = false
    }
}
