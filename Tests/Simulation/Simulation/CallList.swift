internal import Units

/// Notices on their way, and calls that wait for their answer.
///
/// A class, for answers come from wherever the service gives them.
final class CallList {
    /// A call that was answered.
    struct Call {
        let notice: Notice
        let status: Int
        let instant: Instant
        var isDurable = false
    }

    private var due: [(notice: Notice, moment: Moment)] = []
    private var open: [Int: Call] = [:]
    private var answered: [Call] = []
    private var count = 0

    /// Sends a notice off, to arrive some time.
    func put(_ notice: Notice, at now: Moment, _ chance: inout Chance) {
        let millis: Int
        switch chance.below(100) {
        case ..<60: millis = chance.within(0...3_000)
        case ..<85: millis = chance.within(1_000...240_000)
        case ..<97: millis = chance.within(200_000...1_800_000)
        default: millis = chance.within(3_600_000...100_000_000)
        }
        due.append((notice, Moment(nanos: now.nanos + Int64(millis) * 1_000_000)))
    }

    /// One of the notices that are due, in no order.
    func take(at now: Moment, _ chance: inout Chance) -> Notice? {
        let ready = due.indices.filter { due[$0].moment <= now }
        if ready.isEmpty { return nil }
        let index = chance.pick(ready)
        due.swapAt(index, due.count - 1)
        return due.removeLast().notice
    }

    /// Nanoseconds until the next is due.
    func wait(at now: Moment) -> Int64? { due.map { $0.moment.nanos - now.nanos }.min() }

    /// Notes that a call has been made whose answer waits.
    func begin(_ notice: Notice, _ status: Int, at instant: Instant) -> Int {
        count += 1
        open[count] = Call(notice: notice, status: status, instant: instant)
        return count
    }

    /// Notes that a call is answered.
    func end(_ number: Int, _ isDurable: Bool) {
        guard var call = open.removeValue(forKey: number) else { return }
        call.isDurable = isDurable
        answered.append(call)
    }

    /// Answers since the last time.
    func ended() -> [Call] {
        defer { answered = [] }
        return answered
    }

    /// Breaks all connections: callers without an answer try again, most of them.
    func hangUp(at now: Moment, _ chance: inout Chance) {
        for number in open.keys.sorted() {
            guard let call = open[number], chance.happens(perMille: 800) else { continue }
            put(call.notice, at: now, &chance)
        }
        open = [:]
        answered = []
    }
}
