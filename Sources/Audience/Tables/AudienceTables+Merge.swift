package import Events

extension AudienceTables {
    /// What a merge does with the profile of who is merged.
    package enum MergedProfile: Sendable {
        /// The survivor's holds both: of two memberships in one audience the one that ends later, counters added up.
        case united
        /// Dropped, because the survivor's was loaded from a snapshot that holds it already.
        case dropped
    }

    /// Makes one visitor of two: identifiers and numbers of `from` resolve to `into`.
    ///
    /// Who opted out stays so. Readers see the united profile under the old number or the new one, never less.
    ///
    /// - Returns: false where one of them is nobody, or there is no memory for the united profile; then nothing changed.
    ///   True where they are one already.
    /// - Complexity: O(profiles + visitors merged into `from` before).
    @discardableResult
    package func merge(_ from: VisitorNumber, into: VisitorNumber, profile: MergedProfile = .united) -> Bool {
        guard let gone = root(from.rawValue), let kept = root(into.rawValue) else { return false }
        guard gone != kept else { return true }
        let previous = directory[gone]
        if profile == .united, !unite(previous, into: kept) { return false }
        directory.setSeconds(kept, max(directory.seconds(kept), directory.seconds(gone)))
        readdress(gone, to: kept)
        visitorCount -= 1
        forget(previous.block)
        dumping?.noteMerged(kept)
        return true
    }

    private func unite(_ gone: DirectoryWord, into kept: UInt32) -> Bool {
        let keptWord = directory[kept]
        let flags = gone.flags.contains(.optedOut) ? keptWord.flags.union(.optedOut) : keptWord.flags
        guard gone.block > 0 else {
            directory[kept] = DirectoryWord(block: keptWord.block, flags: flags)
            return true
        }
        take(keptWord.block, into: &draft)
        take(gone.block, into: &otherDraft)
        draft.unite(otherDraft)
        droppedCount += draft.limit(near: FrequencyCounter.second(sweptMillis))
        return replace(kept, flags: flags)
    }

    /// Lets a number, and all that were merged into it, stand for another from now on: one step leads to whom they are.
    private func readdress(_ gone: UInt32, to kept: UInt32) {
        var number = mergedHeads.removeValue(forKey: gone) ?? 0
        let others = mergedHeads[kept] ?? 0
        directory[gone] = DirectoryWord(mergedInto: kept)
        // The chain of the survivor: first who is merged now, then who was merged into that one, then its own.
        mergedHeads[kept] = gone
        directory.setSeconds(gone, number > 0 ? number : others)
        while number > 0 {
            directory[number] = DirectoryWord(mergedInto: kept)
            let next = directory.seconds(number)
            if next == 0 { directory.setSeconds(number, others) }
            number = next
        }
    }
}
