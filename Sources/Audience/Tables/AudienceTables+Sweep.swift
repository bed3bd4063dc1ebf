package import Events

extension AudienceTables {
    /// What a slice of sweeping came to.
    package struct SweepTally: Equatable, Sendable {
        /// Visitors removed because they were idle.
        package var removed = 0
        /// Memberships and counters dropped because they were over.
        package var ended = 0
        /// Identifiers forgotten because they resolved to nobody.
        package var unlinked = 0
        /// Whether the last visitor was passed, so that the next slice begins anew.
        package var isRound = false
    }

    /// Goes on through the visitors where the last slice ended: drops what is over, removes who is idle, and forgets
    /// identifiers that resolve to nobody. Whole rounds do that for all.
    ///
    /// - Parameters:
    ///   - slots: visitors' numbers to look at. So many slots of identifiers go with each that both rounds take as long,
    ///     but at most 16: a table made for many, with few in it, has the longer round.
    ///   - millis: the time since 1970; what is over by then is dropped from now on wherever a profile is copied.
    ///   - isIdle: asked of each visitor, with the second since 1970 at which it was last seen; whom it says true of is
    ///     removed, and not asked about again.
    package func sweep(slots: Int, atMillis millis: Int64, isIdle: (VisitorNumber, UInt32) -> Bool) -> SweepTally {
        sweptMillis = max(sweptMillis, millis)
        var tally = SweepTally()
        for _ in 0..<max(1, slots) {
            if visitorHand >= directory.end {
                visitorHand = 1
                pageHasVisitors = true
                tally.isRound = true
                break
            }
            sweepVisitor(UInt32(visitorHand), isIdle, &tally)
            visitorHand += 1
        }
        sweepIdentities(max(1, slots) * min(Self.slotsEachMax, 1 + identities.view.slots / directory.end), &tally)
        reclaim()
        return tally
    }

    private static let slotsEachMax = 16

    private func sweepVisitor(_ number: UInt32, _ isIdle: (VisitorNumber, UInt32) -> Bool, _ tally: inout SweepTally) {
        if Int(number) % VisitorDirectory.pageNumbers == 0 { pageHasVisitors = false }
        let word = directory[number]
        if word.form == .visitor {
            if isIdle(VisitorNumber(number), directory.seconds(number)) {
                remove(VisitorNumber(number))
                tally.removed += 1
            } else {
                tidy(number, word, &tally)
                pageHasVisitors = true
            }
        } else if word.form == .merged {
            pageHasVisitors = true
        }
        let next = Int(number) + 1
        if next % VisitorDirectory.pageNumbers == 0, !pageHasVisitors {
            directory.release(page: Int(number) / VisitorDirectory.pageNumbers)
        }
    }

    /// Drops what is over; where that frees a quarter of the profile, it moves to a smaller block.
    private func tidy(_ number: UInt32, _ word: DirectoryWord, _ tally: inout SweepTally) {
        guard word.block > 0 else { return }
        let start = Int(word.block) * 2
        let head = ProfileHead(pool.words.load(start))
        let instant = Membership.instant(sweptMillis)
        var gaps = 0
        for index in start + 1..<start + 1 + head.memberships {
            let membership = Membership(word: pool.words.load(index))
            if membership.word != 0, !membership.holds(at: instant) {
                pool.words.store(0, index)
                sizes.remove(membership.word)
                tally.ended += 1
            }
            if !membership.holds(at: instant) { gaps += 1 }
        }
        let second = FrequencyCounter.second(sweptMillis)
        var over = 0
        for counter in 0..<head.counters {
            let index = start + head.counterIndex(counter)
            let found = FrequencyCounter(name: pool.words.load(index), state: pool.words.load(index + 1))
            if !found.isLive(at: second) { over += 1 }
        }
        let left = head.memberships - gaps + 2 * (head.counters - over)
        guard left == 0 || pool.capacity(1 + left) <= head.capacity * 3 / 4 else { return }
        tally.ended += over
        take(word.block, into: &draft)
        // Where there is no memory to copy it, it stays as it is.
        _ = replace(number)
    }

    private func sweepIdentities(_ slots: Int, _ tally: inout SweepTally) {
        let view = identities.view
        if identityHand >= view.slots { identityHand = 0 }
        let end = min(view.slots, identityHand + slots)
        // From behind, so that one gap closed closes those in front of it.
        for index in (identityHand..<end).reversed() {
            let slot = view[index]
            if slot.isEnd { continue }
            if slot.isGap {
                identities.closeGap(index)
                continue
            }
            guard let owner = root(slot.visitor) else {
                if erasedNumbers[slot.visitor] != nil { continue }
                identities.clear(index)
                identities.closeGap(index)
                tally.unlinked += 1
                continue
            }
            if owner != slot.visitor { identities.readdress(index, to: owner) }
        }
        identityHand = end
    }
}
