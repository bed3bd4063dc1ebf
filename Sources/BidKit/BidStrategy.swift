@_exported public import OpenRTB
@_exported public import Units

/// What a strategy is asked: would you buy this impression, and for how much?
///
/// Targeting, blocked lists, floors and budgets are the auction's business: who is asked may bid. A strategy is a
/// pure function of what it is given, on the event loop, in microseconds: no I/O, no clock, no randomness of its own,
/// no allocation.
public protocol BidStrategy: ~Copyable, Sendable {
    /// The most that any answer can offer, in the strategy's currency.
    var maxCPM: CPM { get }

    /// Whether it heeds ``Opportunity/multiplier``: then it is asked whatever the pace of its budget is. One that does
    /// not, as by default, is asked less often instead.
    var pricesByValue: Bool { get }

    /// - Parameters:
    ///   - opportunity: the impression, as it looks to this strategy.
    ///   - request: borrowed from the loop; valid during the call.
    /// - Returns: an offer of at most ``maxCPM``, or a pass.
    borrowing func answer(_ opportunity: borrowing Opportunity, in request: borrowing BidRequest) -> Answer
}

extension BidStrategy where Self: ~Copyable {
    public var pricesByValue: Bool { false }
}

/// One impression as one strategy sees it.
public struct Opportunity: BitwiseCopyable, Sendable {
    /// Of the request; its lists are read through the request.
    public let imp: Imp
    /// The format that the chosen creative would fill.
    public let mtype: MarkupType
    /// Index of the chosen creative in the strategy's document.
    public let creative: Int
    /// The least offer that can win, in the strategy's currency.
    public let floor: CPM
    /// Whether the winner pays what it offered.
    public let isFirstPrice: Bool
    public let instant: Instant
    /// For a strategy that needs chance: the same in every replay.
    public let seed: Seed
    /// What part of an impression's value to bid, so that the budget lasts: 1 / (1 + μ).
    public let multiplier: Multiplier

    public init(
        imp: Imp,
        mtype: MarkupType,
        creative: Int,
        floor: CPM,
        isFirstPrice: Bool,
        instant: Instant,
        seed: Seed,
        multiplier: Multiplier = .one
    ) {
        self.imp = imp
        self.mtype = mtype
        self.creative = creative
        self.floor = floor
        self.isFirstPrice = isFirstPrice
        self.instant = instant
        self.seed = seed
        self.multiplier = multiplier
    }
}

/// What a strategy says: a price or a pass, and a word for the log.
public struct Answer: BitwiseCopyable, Sendable {
    /// In the strategy's currency; nil for a pass.
    public let price: CPM?
    /// Why: stands in the log as `label`.
    public let label: StaticString

    public static func offer(_ price: CPM, label: StaticString = "") -> Answer { Answer(price: price, label: label) }

    public static func pass(_ label: StaticString) -> Answer { Answer(price: nil, label: label) }

    private init(price: CPM?, label: StaticString) {
        self.price = price
        self.label = label
    }
}
