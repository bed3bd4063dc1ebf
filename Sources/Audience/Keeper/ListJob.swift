internal import Events
internal import Units

/// Puts the members of a list into the tables.
struct ListJob: AudienceJob {
    private let making: AudienceCatalog.Making
    private let terms: ListTerms
    private let file: AudienceFolder.ListReader
    /// How far the log was when the list came: who was erased since does not come back by it.
    private let begun: UInt64
    /// Told how many members there are, when bids go by them.
    private let done: @Sendable (Int?) -> Void
    private var visitors: Set<VisitorNumber> = []
    private var members: [Identity] = []
    private var next = 0

    init(
        _ making: AudienceCatalog.Making, _ terms: ListTerms, _ file: AudienceFolder.ListReader, begun: UInt64,
        _ done: @escaping @Sendable (Int?) -> Void
    ) {
        self.making = making
        self.terms = terms
        self.file = file
        self.begun = begun
        self.done = done
    }

    mutating func step(_ keeper: AudienceKeeper, hasTime: () -> Bool) -> Bool {
        while hasTime() {
            if next == members.count {
                do {
                    (members, next) = (try file.next(), 0)
                } catch {
                    keeper.drop(list: terms.file, of: making.id, error)
                    done(nil)
                    return true
                }
                if members.isEmpty { return end(keeper) }
            }
            let last = min(next + 64, members.count)
            let millis = keeper.services.time.instant().millis
            while next < last {
                let identity = members[next]
                if !keeper.book.wasErased(identity.key, since: begun) {
                    // The log takes no more for the moment: the rest waits.
                    guard
                        let outcome = keeper.book.add(identity, to: making.number, until: terms.untilMillis, at: millis)
                    else { return giveUp(keeper) }
                    if let visitor = outcome { visitors.insert(visitor) }
                }
                next += 1
            }
        }
        return false
    }

    private func end(_ keeper: AudienceKeeper) -> Bool {
        guard let sequence = try? keeper.book.note(list: terms.file, of: making.id) else { return giveUp(keeper) }
        keeper.enteredLists.append(
            EnteredList(sequence: sequence, making: making, terms: terms, count: visitors.count, done: done))
        return true
    }

    /// - Returns: whether the log takes nothing any more, ever.
    private func giveUp(_ keeper: AudienceKeeper) -> Bool {
        if keeper.hasLogFailed { done(nil) }
        return keeper.hasLogFailed
    }

    func cancel() { done(nil) }
}

/// Gives the members of a list other ends, where they stand.
///
/// That is written into the roster when a snapshot holds it: after a crash before that the old ends hold, and are seen to
/// be others than the document's.
struct RevisionJob: AudienceJob {
    private let making: AudienceCatalog.Making
    private let terms: ListTerms
    private var next: UInt32 = 1
    private let end: UInt32

    init(_ making: AudienceCatalog.Making, _ terms: ListTerms, _ book: AudienceBook) {
        self.making = making
        self.terms = terms
        end = UInt32(clamping: book.tables.directory.end)
    }

    mutating func step(_ keeper: AudienceKeeper, hasTime: () -> Bool) -> Bool {
        while hasTime() {
            for _ in 0..<256 {
                guard next < end else {
                    keeper.revised.append(making)
                    keeper.lastSnapshotMillis = .min
                    return true
                }
                keeper.book.revise(VisitorNumber(next), in: making.number, until: terms.untilMillis)
                next += 1
            }
        }
        return false
    }
}
