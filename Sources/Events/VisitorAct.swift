package import Units

/// Something that a visitor did: viewed a page, put a thing into the cart, bought it.
package struct VisitorAct: Equatable, Sendable {
    /// Of the sender's `event_id`, keyed: what makes a repeat harmless.
    package var id: IdentityKey
    /// `view`, `cart`, `purchase` or any other word.
    package var type: String
    /// When it happened, in whole milliseconds.
    package var instant: Instant
    package var properties: [Property] = []
    /// As `ConsentMode` numbers them.
    package var consent: UInt8 = 0
    /// Whom else it is told of: the household that the visitor's address stands for.
    package var household: IdentityKey?
    /// Of frequency caps: what it counts for, once.
    package var caps: [CappedCounter] = []

    package struct Property: Equatable, Sendable {
        package var name: String
        package var value: Value

        package init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    package enum Value: Equatable, Sendable {
        case text(String)
        /// Any number, in millionths.
        case number(Micros)
        case flag(Bool)
        case texts([String])
    }

    package init(id: IdentityKey, type: String, instant: Instant) {
        self.id = id
        self.type = type
        self.instant = instant
    }
}
