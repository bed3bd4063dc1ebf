internal import Events

/// What frequency caps count: a fold of acts as everything else, in the tables alone.
extension AudienceBook {
    /// Counts an impression for its caps: each once, also where the log is read again behind a snapshot.
    ///
    /// Whether it was counted a snapshot tells by its stamps: histories are written at another time than the tables.
    ///
    /// - Parameters:
    ///   - visitor: the visitor whose act it is, or the household.
    ///   - isNew: whether the act is in no history yet.
    func count(_ act: VisitorAct, of visitor: VisitorNumber, isNew: Bool) {
        guard !act.caps.isEmpty, isReplaying ? !isCounted(visitor) : isNew else { return }
        let isHousehold = tables.flags(visitor).contains(.household)
        for cap in act.caps where cap.isHousehold == isHousehold {
            tables.count(visitor, counter: cap.counter, windowSeconds: cap.windowSeconds, at: act.instant.millis)
        }
    }

    /// Forgets what was counted for a visitor, unless the snapshot that was loaded is of after that.
    func forgetCounts(of visitor: VisitorNumber) {
        if isReplaying, isCounted(visitor) { return }
        tables.removeCounters(visitor)
    }

    private func isCounted(_ visitor: VisitorNumber) -> Bool {
        guard let stamps else { return false }
        return replayedSequence <= stamps.stamp(of: visitor)
    }
}
