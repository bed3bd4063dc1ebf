internal import Events
internal import HTTP1
package import Meters
package import OpenRTB

/// What the bid side counts.
package struct BidMeters: Sendable {
    package let plan: MeterPlan
    package let requests: MeterPlan.Counters
    package let responses: MeterPlan.Counters
    package let bids: MeterPlan.Counters
    package let noBids: MeterPlan.Counters
    package let refusals: MeterPlan.Counters
    package let late: MeterPlan.Counters
    package let timeouts: MeterPlan.Counters
    package let connectionsRefused: MeterPlan.Counters
    package let passes: MeterPlan.Counters
    package let notices: [MeterPlan.Counters]
    package let playerEvents: MeterPlan.Counters
    package let events: MeterPlan.Counters
    package let syncs: MeterPlan.Counters
    package let duration: MeterPlan.Durations

    /// How a notice ended.
    package enum NoticeOutcome: String, CaseIterable, Sendable {
        /// Put into the log.
        case accepted
        /// Taken before; nothing more happened.
        case repeated
        /// A quality check's `AUDIT`.
        case audit
        /// No price where one is due.
        case unpriced
        /// A price above what we bid, or in another currency.
        case refused
        /// A token that nobody here sealed.
        case forged
        /// Past its window.
        case expired
        /// The log takes nothing.
        case unavailable
    }

    /// How an event of a visitor ended.
    package enum EventOutcome: String, CaseIterable, Sendable {
        case accepted
        /// Taken before, by its id.
        case duplicate
        case refused
        /// A pixel without the consent that it takes.
        case withheld
    }

    /// How a cookie match ended.
    package enum SyncOutcome: String, CaseIterable, Sendable {
        /// Our cookie and the exchange's id are one visitor's.
        case linked
        /// Nothing to link was told, or the audience takes nothing.
        case unlinked
        /// Without the consent that it takes.
        case withheld
        /// To a host that is not registered.
        case refused
    }

    package init() {
        var plan = MeterPlan()
        requests = plan.counters("vendue_bid_requests_total", "Bid requests received.")
        responses = plan.counters("vendue_bid_responses_total", "Bid requests answered with a bid.")
        bids = plan.counters("vendue_bids_total", "Bids in all responses.")
        noBids = plan.counters(
            "vendue_no_bids_total",
            "Bid requests answered with 204.",
            label: "reason",
            values: NoBidReason.allCases.map(\.label)
        )
        refusals = plan.counters(
            "vendue_refusals_total",
            "Requests answered with an error.",
            label: "status",
            values: Status.allCases.map { "\($0.rawValue)" }
        )
        late = plan.counters("vendue_late_total", "Answers whose last byte left after arrival and tmax.")
        timeouts = plan.counters("vendue_timeouts_total", "Requests given up because their bytes came too slowly.")
        connectionsRefused = plan.counters(
            "vendue_connections_refused_total",
            "Connections closed at once because there were too many."
        )
        passes = plan.counters(
            "vendue_passes_total",
            "Strategies that did not bid on an impression.",
            label: "reason",
            values: PassReason.allCases.map(\.label)
        )
        var notices: [MeterPlan.Counters] = []
        for kind in EventKind.allCases {
            notices.append(
                plan.counters(
                    "vendue_\(kind.label)_notices_total",
                    "Notices of kind \(kind.label).",
                    label: "outcome",
                    values: NoticeOutcome.allCases.map(\.rawValue)
                )
            )
        }
        self.notices = notices
        playerEvents = plan.counters(
            "vendue_player_events_total",
            "What players and native ads told of ads that ran.",
            label: "event",
            values: PlayerEvent.allCases.map(\.rawValue)
        )
        events = plan.counters(
            "vendue_events_total",
            "Events of visitors, sent or by pixel.",
            label: "outcome",
            values: EventOutcome.allCases.map(\.rawValue)
        )
        syncs = plan.counters(
            "vendue_syncs_total",
            "Cookie matches.",
            label: "outcome",
            values: SyncOutcome.allCases.map(\.rawValue)
        )
        duration = plan.durations("vendue_bid_duration_seconds", "From a bid request's arrival to its answer's flush.")
        self.plan = plan
    }

    package static func index(_ reason: NoBidReason) -> Int { NoBidReason.allCases.firstIndex(of: reason) ?? 0 }
    package static func index(_ outcome: NoticeOutcome) -> Int { NoticeOutcome.allCases.firstIndex(of: outcome) ?? 0 }
    package static func index(_ outcome: EventOutcome) -> Int { EventOutcome.allCases.firstIndex(of: outcome) ?? 0 }
    package static func index(_ outcome: SyncOutcome) -> Int { SyncOutcome.allCases.firstIndex(of: outcome) ?? 0 }
    static func index(_ status: Status) -> Int { Status.allCases.firstIndex(of: status) ?? 0 }
}
