package import Events
package import Units

/// Which notices have been taken: what makes a repeat harmless, however late and however often it comes.
///
/// A notice is (exchange, our bid id, kind). Our bid ids are 128 random bits and the token binds each to its exchange,
/// so the id alone tells bids apart. Entries stand in the hour of their bid and go with it when its windows are over:
/// a notice that comes later is refused by its age, so forgetting it changes nothing.
package struct NoticeRegister: Sendable {
    /// What is known of one bid.
    package struct Entry: Sendable {
        fileprivate var kinds: UInt8 = 0
        /// Of the newest record about this bid.
        package fileprivate(set) var sequence: UInt64 = 0
        /// Whether the exchange's notices have spent money for it.
        package fileprivate(set) var isSettled = false
        /// Whether its reservation has ended.
        package fileprivate(set) var isReleased = false

        fileprivate mutating func add(_ kind: EventKind, settles: Bool, releases: Bool, _ sequence: UInt64) {
            kinds |= 1 << kind.rawValue
            self.sequence = sequence
            if settles { isSettled = true }
            if releases { isReleased = true }
        }

        package func has(_ kind: EventKind) -> Bool { kinds & 1 << kind.rawValue != 0 }
    }

    private var hours: [Int64: [BidID: Entry]] = [:]
    /// Conversions by their own identity, in the day they came: those without a click have no bid.
    private var conversions: [Int64: [String: UInt64]] = [:]
    private var pruned: Int64 = .min
    private var restart: Restart?

    package init() {}

    /// Bids and conversions known.
    package var count: Int {
        hours.values.reduce(0) { $0 + $1.count } + conversions.values.reduce(0) { $0 + $1.count }
    }

    package func entry(_ id: BidID, bidInstant: Instant) -> Entry? { hours[Self.hour(bidInstant)]?[id] }

    /// The sequence under which a conversion was recorded before.
    package func conversion(_ id: String) -> UInt64? {
        for day in conversions.values {
            if let sequence = day[id] { return sequence }
        }
        return nil
    }

    /// Tells what the start found, so that bids that a crash took out of the log are known as such.
    package mutating func begin(after restart: Restart) { self.restart = restart }

    /// Whether a bid whose reservation lives is not in the log: a crash lost its record.
    package func isLost(_ facts: BidFacts, at now: Instant) -> Bool {
        restart?.isLost(facts.bidID, of: facts.run, at: facts.instant, now: now) ?? false
    }

    /// Remembers an event that has been put into the log.
    package mutating func record(_ event: Event, sequence: UInt64) {
        switch event.kind {
        case .bid: break
        case .conversion: record(conversion: event, sequence)
        default:
            hours[Self.hour(event.facts.instant), default: [:]][event.facts.bidID, default: Entry()]
                .add(event.kind, settles: event.settled != nil, releases: event.released != nil, sequence)
        }
    }

    /// Remembers an event that the log holds.
    package mutating func record(_ logged: LoggedEvent, sequence: UInt64) {
        let booking = logged.booking
        switch booking.kind {
        case .bid: break
        case .conversion: if let event = logged.event { record(conversion: event, sequence) }
        default:
            hours[Self.hour(booking.bidInstant), default: [:]][booking.bidID, default: Entry()]
                .add(booking.kind, settles: booking.settled != nil, releases: booking.released != nil, sequence)
        }
    }

    private mutating func record(conversion event: Event, _ sequence: UInt64) {
        conversions[event.instant.micros / 86_400_000_000, default: [:]][event.id] = sequence
    }

    /// Forgets what no notice can repeat any more; cheap when called often.
    package mutating func prune(at now: Instant) {
        let hour = Self.hour(now)
        guard hour > pruned else { return }
        pruned = hour
        restart?.forget(at: now)
        let clickHours = EventKind.click.windowSeconds / 3600
        let noticeHours = EventKind.billing.windowSeconds / 3600
        hours = hours.filter { $0.key >= hour - clickHours - 1 }
        // Past a day only clicks are still taken, so only bids that were clicked need to be remembered.
        for key in hours.keys where key < hour - noticeHours - 1 {
            hours[key] = hours[key]?.filter { $0.value.has(.click) }
        }
        conversions = conversions.filter { $0.key >= hour / 24 - clickHours / 24 - 1 }
    }

    private static func hour(_ instant: Instant) -> Int64 { instant.micros / 3_600_000_000 }
}
