package import Units

/// A bid request and what its exchange remembers of it.
package struct GeneratedRequest: Sendable {
    /// The OpenRTB 2.6 document: one JSON object, UTF-8, no line breaks.
    package let body: [UInt8]
    /// The same request as the exchange's auction sees it.
    package let facts: RequestFacts

    /// - Parameters:
    ///   - body: sent as it is.
    ///   - facts: held to be true of `body`.
    package init(body: [UInt8], facts: RequestFacts) {
        self.body = body
        self.facts = facts
    }
}

/// What an exchange must know of a request to judge the answer and run the auction.
package struct RequestFacts: Sendable, Equatable {
    /// `BidRequest.id`, which the answer must echo.
    package var id: String
    /// Milliseconds that the whole answer may take; nil where the request names none.
    package var tmaxMillis: Int?
    /// `at`: 1 first price, 2 second price (OpenRTB's default), 500 and above treated as first price.
    package var auctionType: Int
    /// Currencies in which a bid is accepted; empty for any.
    package var currencies: [Currency]
    /// Whether `test` is 1: nothing that follows may be billed.
    package var isTest: Bool
    /// In the order of the request; ids unique.
    package var imps: [ImpFacts]

    /// A live first-price or second-price request; `currencies` empty accepts any.
    package init(
        id: String, tmaxMillis: Int? = nil, auctionType: Int = 2, currencies: [Currency] = [], isTest: Bool = false,
        imps: [ImpFacts] = []
    ) {
        self.id = id
        self.tmaxMillis = tmaxMillis
        self.auctionType = auctionType
        self.currencies = currencies
        self.isTest = isTest
        self.imps = imps
    }
}

/// What an exchange must know of one impression that it offers.
package struct ImpFacts: Sendable, Equatable {
    /// `Imp.id`.
    package var id: String
    /// `Imp.bidfloor`, zero where absent.
    package var floor: CPM
    /// `Imp.bidfloorcur`.
    package var floorCurrency: Currency
    /// The format offered, the first one where a replayed request offers several.
    package var format: ImpFormat
    /// The deals of `Imp.pmp`.
    package var deals: [DealFacts]
    /// Whether `pmp.private_auction` is 1: a bid without a deal is refused.
    package var isPrivate: Bool
    /// Impressions that one play counts for.
    package var quantity: Quantity

    /// An impression of the open auction, with a floor in US dollars unless another currency is named.
    package init(
        id: String, floor: CPM = .zero, floorCurrency: Currency = .usd, format: ImpFormat = .banner,
        deals: [DealFacts] = [], isPrivate: Bool = false, quantity: Quantity = .one
    ) {
        self.id = id
        self.floor = floor
        self.floorCurrency = floorCurrency
        self.format = format
        self.deals = deals
        self.isPrivate = isPrivate
        self.quantity = quantity
    }
}

/// The kind of advertisement that an impression asks for.
package enum ImpFormat: String, Sendable, CaseIterable {
    /// Named as the members of `Imp`.
    case banner, video, audio, native
}

/// What an exchange must know of a deal offered with an impression.
package struct DealFacts: Sendable, Equatable {
    /// `Deal.id`, which a bid on the deal names.
    package var id: String
    /// The deal's own floor; nil where it names none and the impression's holds.
    package var floor: CPM?
    /// `Deal.bidfloorcur`, US dollars where absent: it is not inherited from the impression.
    package var floorCurrency: Currency
    /// `Deal.at` where present: 1, 2, or 3 for a fixed price, which is the floor.
    package var auctionType: Int?

    /// A deal; without a floor and a type of its own it follows impression and request.
    package init(id: String, floor: CPM? = nil, floorCurrency: Currency = .usd, auctionType: Int? = nil) {
        self.id = id
        self.floor = floor
        self.floorCurrency = floorCurrency
        self.auctionType = auctionType
    }
}
