internal import Units

/// What a call after the auction reports.
enum NoticeKind: String, Sendable {
    case win, billing, loss, impression, click, conversion

    /// Whether the service took the notice: what it may answer is fixed by its public interface.
    func isAcknowledged(status: Int, contentType: String?) -> Bool {
        switch self {
        case .win, .billing, .loss: status == 204
        case .impression: status == 204 || status == 200 && contentType?.hasPrefix("image/gif") == true
        case .click: status == 302
        case .conversion: status == 204 || status == 200
        }
    }
}

/// One notice that is to be made, and what its acknowledgement means.
struct NoticeStep: Equatable, Sendable {
    let kind: NoticeKind
    /// What is called.
    ///
    /// More than one where markup carries several pixels, which report one event together. A conversion's target ends
    /// where the id of the click is to follow.
    let targets: [NoticeTarget]
    /// How often each is called, for exchanges and browsers repeat themselves: 1, 2 or 3.
    let copies: Int
    /// What we owe once it is acknowledged; nil for a notice that bills nothing.
    let bill: Spend?
}

/// How exchange and visitors behave after an auction.
package struct NoticeHabits: Sendable {
    /// Share of notices that are sent a second and perhaps a third time.
    package var repeatShare = 0.02
    /// Share of lost bids whose `lurl` is called.
    package var lossNoticeShare = 1.0
    /// Share of impressions that are clicked.
    package var clickRate = 0.02
    /// Share of clicks that end in a purchase.
    package var conversionRate = 0.1
    /// The advertiser of a `bid.cid`; without one nobody converts.
    package var advertiser: @Sendable (String) -> String? = { _ in nil }

    /// Two notices in a hundred repeated, every loss told, two clicks in a hundred impressions, no conversions.
    package init() {}
}
