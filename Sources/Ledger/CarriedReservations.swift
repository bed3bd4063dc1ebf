internal import Events

/// What bids of earlier runs reserved, by run and by the minute of the bid: some minutes' worth, and soon none.
///
/// Kept apart from ``MinuteBuckets``, whose minutes are of one clock: between two runs it may have been set, so that a
/// minute comes twice.
struct CarriedReservations {
    private(set) var amounts: [(run: RunMark, minute: Int64, nanos: Int64)] = []

    var sum: Int64 { amounts.reduce(0) { $0 + $1.nanos } }

    mutating func add(_ nanos: Int64, of run: RunMark, at minute: Int64) {
        if let index = amounts.firstIndex(where: { $0.minute == minute && $0.run == run }) {
            amounts[index].nanos += nanos
        } else {
            amounts.append((run, minute, nanos))
        }
    }

    /// Takes out an amount, if the run's minute has as much.
    mutating func take(_ nanos: Int64, of run: RunMark, at minute: Int64) -> Bool {
        guard let index = amounts.firstIndex(where: { $0.minute == minute && $0.run == run && $0.nanos >= nanos })
        else { return false }
        amounts[index].nanos -= nanos
        if amounts[index].nanos == 0 { amounts.remove(at: index) }
        return true
    }

    /// Takes out what is of other minutes than these.
    mutating func expire(outside minutes: ClosedRange<Int64>, _ body: (_ minute: Int64, _ nanos: Int64) -> Void) {
        guard amounts.contains(where: { !minutes.contains($0.minute) }) else { return }
        let gone = amounts.filter { !minutes.contains($0.minute) }
        amounts.removeAll { !minutes.contains($0.minute) }
        for amount in gone { body(amount.minute, amount.nanos) }
    }
}
