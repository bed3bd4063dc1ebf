/// Why a request got no bid, with OpenRTB's code where it has one.
///
/// Not bidding is an outcome, not an error. Codes of 500 and above are our own.
/// - Source: OpenRTB 2.6, 5.24 (AdCOM 1.0, No-Bid Reason Codes).
public enum NoBidReason: Int32, CaseIterable, Sendable {
    case unknown = 0
    case technicalError = 1
    case invalidRequest = 2
    case knownCrawler = 3
    case nonHuman = 4
    case proxyIP = 5
    case unsupportedDevice = 6
    case blockedPublisher = 7
    case unmatchedUser = 8
    case dailyUserCap = 9
    case dailyDomainCap = 10
    case adsTxtUnavailable = 11
    case adsTxtViolation = 12
    case adsCertUnavailable = 13
    case adsCertViolation = 14
    case insufficientTime = 15
    case incompleteSchain = 16
    case blockedSchainNode = 17
    /// No strategy is registered, or none is active now.
    case noStrategies = 500
    /// Strategies are there, but none reaches this request.
    case noMatch = 501
    /// Strategies reach it, but each passed, was blocked, too cheap or out of money.
    case noOffer = 502
    /// Consent forbids bidding.
    case privacy = 503
    /// No accepted currency can be converted to.
    case currency = 504
    /// The exchange is paused.
    case exchangePaused = 505
    /// The service is stopping or its log cannot be written.
    case notServing = 506
    /// The event loop is behind: the request had waited too long to be decided in time.
    case overload = 507
    /// The log's disk is nearly full: what room there is belongs to notices.
    case disk = 508
    /// The log is behind: its queue has no room for the bid's record, and a bid without one is not made.
    case logBehind = 509

    /// As it stands in metrics and logs.
    public var label: String { "\(self)" }
}

/// Why a strategy that was considered for an impression makes no bid on it: the first rule that stopped it.
public enum PassReason: UInt8, CaseIterable, Sendable {
    /// Outside its flight, or paused.
    case notInFlight
    /// `wseat`, `bseat`.
    case seat
    /// The targeting does not match.
    case targeting
    /// No creative of an offered format, size, duration or asset list.
    case format
    /// `bcat`, `acat`.
    case category
    /// `badv`.
    case advertiser
    /// `bapp`.
    case app
    /// `battr`.
    case attribute
    /// `wlang`, `wlangb`.
    case language
    /// The creative carries http where https is demanded.
    case notSecure
    /// The visitor is rewarded for seeing the ad through, and the creative can be skipped.
    case rewarded
    /// A private auction without a deal of ours, or a deal that excludes us.
    case deal
    /// The supply is not what the strategy's `supply` asks for.
    case supplyChain
    /// The impression may come later than the strategy's `exp` allows.
    case exp
    /// It takes all impressions or none, and cannot have all.
    case roadblock
    /// The break already has the creative, or another ad of its advertiser.
    case podDuplicate
    /// No rate between the strategy's currency and an accepted one.
    case currency
    /// Below the floor.
    case floor
    /// Its budget, or its advertiser's, is spent evenly, and this auction is not among those that it takes part in.
    case pacing
    /// Total or daily budget used up or reserved.
    case budget
    /// A frequency cap is reached, or there is nobody for whom it could be counted.
    case frequency
    /// The strategy itself passed.
    case strategyPassed
    /// Another strategy of ours offered more.
    case outbid
    /// It cannot bid what another strategy already offers, or what the floor asks: it was not looked at.
    case outranked
    /// Time ran out before it was asked.
    case deadline

    public var label: String { "\(self)" }
}

/// Why a bid lost, as the exchange says in `${AUCTION_LOSS}`.
///
/// - Source: OpenRTB 2.6, 5.25 (AdCOM 1.0, Loss Reason Codes).
public enum LossReason: Int32, CaseIterable, Sendable {
    case won = 0
    case internalError = 1
    case opportunityExpired = 2
    case invalidResponse = 3
    case invalidDealID = 4
    case invalidAuctionID = 5
    case invalidAdvertiserDomain = 6
    case missingMarkup = 7
    case missingCreativeID = 8
    case missingPrice = 9
    case missingApprovalData = 10
    case belowAuctionFloor = 100
    case belowDealFloor = 101
    case lostToHigherBid = 102
    case lostToDeal = 103
    case seatBlocked = 104
    case filtered = 200
    case pendingProcessing = 201
    case disapproved = 202
    case size = 203
    case format = 204
    case advertiser = 205
    case appStoreID = 206
    case notSecure = 207
    case language = 208
    case category = 209
    case creativeAttribute = 210
    case adType = 211
    case animationTooLong = 212
    case notAllowedInDeal = 213
    case invalidSKAdNetwork = 214
    case appBundle = 215

    /// The standard's words for a code; `code 512` for one of the exchange's own.
    public static func label(code: Int32) -> String {
        LossReason(rawValue: code).map { "\($0)" } ?? "code \(code)"
    }
}

/// The four formats, numbered as `Bid.mtype` numbers them.
///
/// - Source: OpenRTB 2.6, 4.2.3.
public enum MarkupType: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    case banner = 1
    case video = 2
    case audio = 3
    case native = 4
}
