package import Events

extension AudienceTables {
    /// Lets a visitor belong to an audience until an instant; what was said before of the two is replaced.
    ///
    /// - Parameter untilMillis: since 1970; the first at which it is over. `.max` for never.
    /// - Returns: false for nobody's number, a number that no audience has, or when the visitor has too many memberships
    ///   or there is no memory; the last two are counted in ``droppedCount``.
    @discardableResult
    package func setMembership(_ visitor: VisitorNumber, audience: AudienceNumber, untilMillis: Int64) -> Bool {
        guard let number = root(visitor.rawValue), let membership = Membership(audience, untilMillis: untilMillis)
        else {
            return false
        }
        guard !membership.isOver else {
            removeMembership(visitor, audience: audience)
            return true
        }
        let block = directory[number].block
        guard block > 0 else { return add(membership.word, to: number) }
        let start = Int(block) * 2
        let head = ProfileHead(pool.words.load(start))
        var gap: Int?
        for index in start + 1..<start + 1 + head.memberships {
            let word = pool.words.load(index)
            if word >> 40 == membership.word >> 40, word != 0 {
                pool.words.store(membership.word, index)
                return true
            }
            if word == 0 { gap = index }
        }
        if let gap {
            pool.words.store(membership.word, gap)
        } else if head.free > 0, head.memberships < TableLimits.membershipsMax {
            pool.words.store(membership.word, start + 1 + head.memberships)
            pool.words.storeReleasing(head.word + 1 << 16, start)
        } else {
            return add(membership.word, to: number)
        }
        sizes.add(membership.word)
        return true
    }

    private func add(_ membership: UInt64, to number: UInt32) -> Bool {
        take(directory[number].block, into: &draft)
        guard draft.memberships.count < TableLimits.membershipsMax else {
            droppedCount += 1
            return false
        }
        draft.memberships.append(membership)
        return replace(number)
    }

    package func removeMembership(_ visitor: VisitorNumber, audience: AudienceNumber) {
        guard let number = root(visitor.rawValue), let index = membershipIndex(number, audience) else { return }
        sizes.remove(pool.words.load(index))
        pool.words.store(0, index)
    }

    /// Until when a visitor belongs to an audience, in milliseconds since 1970; nil where it does not, whatever the time.
    package func membership(_ visitor: VisitorNumber, audience: AudienceNumber) -> Int64? {
        guard let number = root(visitor.rawValue), let index = membershipIndex(number, audience) else { return nil }
        return Membership(word: pool.words.load(index)).untilMillis
    }

    private func membershipIndex(_ number: UInt32, _ audience: AudienceNumber) -> Int? {
        let block = directory[number].block
        guard block > 0, audience.rawValue < 1 << 24 else { return nil }
        let start = Int(block) * 2
        let head = ProfileHead(pool.words.load(start))
        return (start + 1..<start + 1 + head.memberships).first { index in
            let word = pool.words.load(index)
            return word >> 40 == UInt64(audience.rawValue) && word != 0
        }
    }

    /// All memberships of a visitor, ended ones not yet swept among them.
    package func memberships(_ visitor: VisitorNumber) -> [Membership] {
        guard let number = root(visitor.rawValue) else { return [] }
        take(directory[number].block, into: &draft, keepsEnded: true)
        return draft.memberships.map(Membership.init(word:))
    }

    // MARK: Counters

    /// Counts something for a visitor, within a window that slides.
    ///
    /// - Parameters:
    ///   - counter: which; with its window it is one counter.
    ///   - windowSeconds: how long the window is.
    ///   - millis: when it happened, since 1970.
    /// - Returns: false for nobody's number, or when there is no memory, which ``droppedCount`` counts.
    @discardableResult
    package func count(_ visitor: VisitorNumber, counter: UInt32, windowSeconds: UInt32, at millis: Int64) -> Bool {
        guard let number = root(visitor.rawValue) else { return false }
        let second = FrequencyCounter.second(millis)
        let name = FrequencyCounter.name(counter, windowSeconds)
        let block = directory[number].block
        let start = Int(block) * 2
        if block > 0 {
            let head = ProfileHead(pool.words.load(start))
            for index in 0..<head.counters where pool.words.load(start + head.counterIndex(index)) == name {
                let stateIndex = start + head.counterIndex(index) + 1
                var found = FrequencyCounter(name: name, state: pool.words.load(stateIndex))
                found.increment(at: second)
                pool.words.store(found.state, stateIndex)
                return true
            }
        }
        let fresh = FrequencyCounter(name: name, at: second)
        if block > 0, append(fresh, start) { return true }
        take(block, into: &draft)
        draft.counters.append(fresh)
        droppedCount += draft.limit(near: max(second, FrequencyCounter.second(sweptMillis)))
        return replace(number)
    }

    /// Forgets all that was counted for a visitor.
    ///
    /// - Returns: false where there is no memory for the rest of the profile; then it stays as it was.
    @discardableResult
    package func removeCounters(_ visitor: VisitorNumber) -> Bool {
        guard let number = root(visitor.rawValue) else { return true }
        take(directory[number].block, into: &draft)
        guard !draft.counters.isEmpty else { return true }
        draft.counters.removeAll(keepingCapacity: true)
        return replace(number)
    }

    private func append(_ counter: FrequencyCounter, _ start: Int) -> Bool {
        let head = ProfileHead(pool.words.load(start))
        guard head.free > 1, head.counters < TableLimits.countersMax else { return false }
        let index = start + head.counterIndex(head.counters)
        pool.words.store(counter.name, index)
        pool.words.store(counter.state, index + 1)
        pool.words.storeReleasing(head.word + 1, start)
        counterCount += 1
        return true
    }

    // MARK: Blocks

    /// Copies a profile out of its block, without what is over.
    func take(_ block: BlockPool.Block, into draft: inout ProfileDraft, keepsEnded: Bool = false) {
        draft.clear()
        guard block > 0 else { return }
        let start = Int(block) * 2
        let head = ProfileHead(pool.words.load(start))
        let instant = sweptMillis == .min || keepsEnded ? 0 : Membership.instant(sweptMillis)
        for index in start + 1..<start + 1 + head.memberships {
            let word = pool.words.load(index)
            if word != 0, keepsEnded || instant == 0 || Membership(word: word).holds(at: instant) {
                draft.memberships.append(word)
            }
        }
        let keepsCounters = keepsEnded || sweptMillis == .min
        let second = FrequencyCounter.second(sweptMillis)
        for counter in 0..<head.counters {
            let index = start + head.counterIndex(counter)
            let found = FrequencyCounter(name: pool.words.load(index), state: pool.words.load(index + 1))
            if keepsCounters || found.isLive(at: second) { draft.counters.append(found) }
        }
    }

    /// Puts the draft in the place of a visitor's profile, which readers see until then.
    ///
    /// - Returns: false when there is no memory; then the profile stays as it was, and one thing is counted as dropped.
    func replace(_ number: UInt32, flags: VisitorFlags? = nil) -> Bool {
        let previous = directory[number]
        var block: BlockPool.Block = 0
        if draft.words > 0 {
            guard let taken = pool.take(draft.words) else {
                droppedCount += 1
                return false
            }
            block = taken
            fill(block)
        }
        for membership in draft.memberships { sizes.add(membership) }
        counterCount += draft.counters.count
        directory[number] = DirectoryWord(block: block, flags: flags ?? previous.flags)
        forget(previous.block)
        return true
    }

    private func fill(_ block: BlockPool.Block) {
        let start = Int(block) * 2
        let head = ProfileHead(
            capacity: pool.capacity(draft.words), memberships: draft.memberships.count, counters: draft.counters.count)
        for (index, word) in draft.memberships.enumerated() { pool.words.store(word, start + 1 + index) }
        for (counter, words) in draft.counters.enumerated() {
            let index = start + head.counterIndex(counter)
            pool.words.store(words.name, index)
            pool.words.store(words.state, index + 1)
        }
        pool.words.storeReleasing(head.word, start)
    }

    /// Lets go of a profile that is out of sight.
    func forget(_ block: BlockPool.Block) {
        guard block > 0 else { return }
        let start = Int(block) * 2
        let head = ProfileHead(pool.words.load(start))
        for index in start + 1..<start + 1 + head.memberships {
            let membership = pool.words.load(index)
            if membership != 0 { sizes.remove(membership) }
        }
        counterCount -= head.counters
        retire(block)
    }
}
