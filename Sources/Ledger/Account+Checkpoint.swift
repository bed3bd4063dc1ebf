internal import Events
internal import Synchronization
internal import Units

/// What a checkpoint keeps of an account that has only been folded: no limits, and nothing that the log does not hold.
///
/// A new field is a line in ``fields``; where it is missing in an older checkpoint, the account keeps what it began with.
extension Account {
    /// One number of an account.
    struct Field: Sendable {
        let name: String
        let read: @Sendable (Account) -> Int64
        let write: @Sendable (Account, Int64) -> Void
    }

    static let fields: [Field] = [
        Field(name: "reserved") {
            $0.reserved.load(ordering: .relaxed)
        } write: {
            $0.reserved.store($1, ordering: .relaxed)
        },
        Field(name: "settled", \.totals.settled),
        Field(name: "settledLate", \.totals.settledLate),
        Field(name: "released", \.totals.released),
        Field(name: "expired", \.totals.expired),
        Field(name: "settledToday", \.settledToday),
        Field(name: "billedAfterLoss", \.billedAfterLoss),
        Field(name: "committed") {
            $0.committed.load(ordering: .relaxed)
        } write: {
            $0.committed.store($1, ordering: .relaxed)
        },
        Field(name: "committedToday") {
            $0.committedToday.load(ordering: .relaxed)
        } write: {
            $0.committedToday.store($1, ordering: .relaxed)
        },
        Field(name: "expiredThrough") {
            $0.expiredThrough.load(ordering: .relaxed)
        } write: {
            $0.expiredThrough.store($1, ordering: .relaxed)
        },
        Field(name: "largestBid") {
            $0.largestBid.load(ordering: .relaxed)
        } write: {
            $0.largestBid.store($1, ordering: .relaxed)
        },
        Field(name: "stale") {
            $0.buckets.staleAmount
        } write: {
            $0.buckets.restoreStale($1)
        },
        Field(name: "currency") {
            Currency.number($0.currency)
        } write: {
            $0.currency = Currency(number: $1)
        },
        Field(name: "countedQuarter", \.countedQuarter),
        Field(name: "countedClock") {
            Int64($0.countedClock)
        } write: {
            $0.countedClock = UInt32(clamping: $1)
        },
    ]
}

extension Account.Field {
    fileprivate init(name: String, _ path: any ReferenceWritableKeyPath<Account, Int64> & Sendable) {
        self.init(name: name) {
            $0[keyPath: path]
        } write: {
            $0[keyPath: path] = $1
        }
    }

    fileprivate init(name: String, _ path: any ReferenceWritableKeyPath<Account, Spend> & Sendable) {
        self.init(name: name) {
            $0[keyPath: path].nanos
        } write: {
            $0[keyPath: path] = Spend(nanos: $1)
        }
    }
}

extension Currency {
    /// Zero where there is none.
    static func number(_ currency: Currency?) -> Int64 { currency.map { Int64($0.rawValue) } ?? 0 }

    /// Nil for zero, and for what are not three letters.
    init?(number: Int64) {
        self.init([
            UInt8(truncatingIfNeeded: number >> 16), UInt8(truncatingIfNeeded: number >> 8),
            UInt8(truncatingIfNeeded: number),
        ])
    }
}
