internal import Events
internal import Units

/// What should come of a call, as who made it sees it.
enum Deserts: Equatable {
    /// A record of its kind, durable before the answer.
    case record
    /// A success, and no effect.
    case nothing
    /// A refusal: nobody sealed it.
    case refusal
}

/// A call of an exchange or a browser, to be made perhaps more than once.
struct Notice {
    /// Of the bid in the witness's list.
    let bid: Int
    let kind: EventKind
    /// Path and query.
    let target: String
    /// Told as the clearing price; nil where none, or none that can be read, is told.
    var price: CPM?
    var deserts = Deserts.record

    var request: [UInt8] { Array("GET \(target) HTTP/1.1\r\nHost: bid.example\r\n\r\n".utf8) }
}

/// A bid as the exchange received it.
struct ReceivedBid {
    let id: BidID
    let strategy: String
    let price: CPM
    let quantity: Quantity
    let exchange: String
    let isTest: Bool
    let instant: Instant
    /// Tokens of the URLs, by the path they were in.
    let exchangeToken: String
    let browserToken: String

    /// What the bid set aside.
    var reserved: Spend { isTest ? .zero : Spend(at: price, quantity: quantity) }
    var billsAtImpression: Bool { exchange == SimulatedRegistry.shows }
    var billableKind: EventKind { billsAtImpression ? .impression : .billing }
}
