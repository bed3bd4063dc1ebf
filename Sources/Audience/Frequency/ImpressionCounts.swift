package import Events
package import OpenRTB
internal import Targeting
package import Units

/// What frequency caps ask about the visitor of the request at hand: how much was counted, and how much is pending.
///
/// Part of a loop's ``Recogniser``, which says who the visitor is. Counters are read once per request, when the first
/// cap asks; who reserves looks anew, behind the reservation: what another loop's bid came to stands in one of the two.
package final class ImpressionCounts {
    private let reader: TableReader?
    private let pending: PendingImpressions?
    private let hasher: IdentityHasher
    private var visitor = Subject()
    private var household = Subject()
    private var isHouseholdAsked = false
    /// Whether consent lets anything be counted.
    private var mayCount = false

    /// Somebody for whom impressions are counted; without a key, nobody.
    private struct Subject {
        /// Under which bids reserve and notices count.
        var key: IdentityKey?
        /// nil for somebody unknown so far, of whom nothing was counted.
        var number: VisitorNumber?
        /// Under which bids reserved before the visitor was known.
        var formerKey: IdentityKey?
        var counters: [FrequencyCounter] = []
        var areCountersRead = false

        mutating func forget() {
            (key, number, formerKey) = (nil, nil, nil)
            areCountersRead = false
        }
    }

    init(reader: TableReader?, pending: PendingImpressions?, hasher: IdentityHasher) {
        self.reader = reader
        self.pending = pending
        self.hasher = hasher
        visitor.counters.reserveCapacity(TableLimits.countersMax)
        household.counters.reserveCapacity(TableLimits.countersMax)
    }

    /// Begins with another request, of nobody so far.
    func forget() {
        visitor.forget()
        household.forget()
        isHouseholdAsked = false
        mayCount = false
    }

    /// Takes who the visitor is, where consent is full.
    ///
    /// - Parameters:
    ///   - surrogate: as the bid's facts will name the visitor.
    ///   - best: the request's best identifier, by which it was named as long as nobody knew it.
    func use(_ number: VisitorNumber?, surrogate: IdentityKey?, best: IdentityKey?) {
        mayCount = pending != nil
        guard mayCount, number != nil || takesStrangers else { return }
        visitor.key = surrogate
        visitor.number = number
        visitor.formerKey = number == nil ? nil : best
    }

    /// Without room nothing could be counted for who is unknown so far.
    private var takesStrangers: Bool { pending?.takesStrangers ?? false }

    /// An address of many people stands for no household, and of such a one nothing is counted.
    private func findHousehold(_ request: borrowing BidRequest) {
        guard !isHouseholdAsked, mayCount else { return }
        isHouseholdAsked = true
        guard let address = Recogniser.address(of: request) else { return }
        let key = hasher.household(address).key
        guard let number = reader?.find(key) else {
            if takesStrangers { household.key = key }
            return
        }
        guard let flags = reader?.flags(number), flags.contains(.household), !flags.contains(.shared),
            !flags.contains(.optedOut)
        else { return }
        (household.key, household.number) = (key, number)
    }

    // MARK: What a cap asks

    /// What stands against a cap.
    package struct Tally: Equatable, Sendable {
        package let counted: Int
        package let pending: Int
    }

    /// Whether a cap leaves room for another impression.
    ///
    /// - Complexity: O(counters of the visitor) and one look into pending impressions. Allocates nothing.
    package func hasRoom(_ cap: ImpressionCap, _ request: borrowing BidRequest, at instant: Instant) -> Bool {
        guard let tally = tally(cap, request, at: instant) else { return false }
        return tally.counted + tally.pending < cap.impressions
    }

    /// What stands against a cap at the moment; nil where there is nobody for whom it could be counted.
    package func tally(_ cap: ImpressionCap, _ request: borrowing BidRequest, at instant: Instant) -> Tally? {
        guard cap.counter.isHousehold else { return tally(cap, &visitor, at: instant) }
        findHousehold(request)
        return tally(cap, &household, at: instant)
    }

    private func tally(_ cap: ImpressionCap, _ subject: inout Subject, at instant: Instant) -> Tally? {
        guard let key = subject.key, let pending else { return nil }
        if !subject.areCountersRead {
            subject.areCountersRead = true
            subject.counters.removeAll(keepingCapacity: true)
            if let number = subject.number { reader?.read(countersOf: number, into: &subject.counters) }
        }
        let name = FrequencyCounter.name(cap.counter.counter, cap.counter.windowSeconds)
        var counted = 0
        for counter in subject.counters where counter.name == name {
            counted = counter.count(at: FrequencyCounter.second(instant.millis))
        }
        var waiting = pending.count(key, cap.counter, at: instant)
        if let former = subject.formerKey { waiting += pending.count(former, cap.counter, at: instant) }
        return Tally(counted: counted, pending: waiting)
    }

    /// The household of the request, as the bid's facts have to name it; nil where no cap asked for it, or there is none.
    package var householdKey: IdentityKey? { household.key }

    // MARK: Reserving

    /// Reserves an impression against a cap of which ``hasRoom(_:_:at:)`` was asked for this request.
    ///
    /// - Returns: false where there is no room for it; then nothing is reserved.
    package func reserve(_ cap: ImpressionCap, at instant: Instant) -> Bool {
        let subject = key(cap)
        guard let key = subject.key, let pending, var waiting = pending.reserve(key, cap.counter, at: instant) else {
            return false
        }
        if let former = subject.formerKey { waiting += pending.count(former, cap.counter, at: instant) }
        // Read behind the reservation: a count ends its reservation only when it can be seen. It may even have made the
        // visitor known.
        var counted = 0
        if let number = subject.number ?? reader?.find(key) {
            counted =
                reader?.counter(
                    number, counter: cap.counter.counter, windowSeconds: cap.counter.windowSeconds,
                    atMillis: instant.millis) ?? 0
        }
        guard counted + waiting > cap.impressions else { return true }
        pending.release(key, cap.counter, at: instant)
        return false
    }

    /// Gives back what was reserved, when the bid is not sent.
    package func release(_ cap: ImpressionCap, at instant: Instant) {
        guard let key = key(cap).key else { return }
        pending?.release(key, cap.counter, at: instant)
    }

    private func key(_ cap: ImpressionCap) -> (key: IdentityKey?, number: VisitorNumber?, formerKey: IdentityKey?) {
        cap.counter.isHousehold
            ? (household.key, household.number, nil) : (visitor.key, visitor.number, visitor.formerKey)
    }
}
