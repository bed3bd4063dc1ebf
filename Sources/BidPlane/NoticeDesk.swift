package import EventLog
package import Events
package import Ledger
internal import OpenRTB
package import Sealing
internal import Synchronization
package import Units

/// Takes notices: decides whether one is the first of its kind, what it books, and puts it into the log.
///
/// One desk for all loops: whether a notice is a repeat must be decided in one place. Bids never come here.
package final class NoticeDesk: Sendable {
    package enum Verdict: Equatable, Sendable {
        /// In the log under this sequence; answer when that is durable.
        case accepted(UInt64)
        /// Taken before, under this sequence; answer when that is durable.
        case repeated(UInt64)
        /// Nothing to book, by the sender's own word or by ours.
        case audit, unpriced, refused
        /// Past its window.
        case expired
        /// The log takes nothing.
        case unavailable
    }

    /// A notice refused because it told a price above what was bid.
    package struct Overpriced: Sendable {
        package let kind: EventKind
        package let facts: BidFacts
        package let price: CPM
        /// How many there were since the alarm before, this one among them.
        package let count: UInt64
    }

    private let register: Mutex<NoticeRegister>
    private let log: EventLog
    private let alarm: @Sendable (Overpriced) -> Void
    private let unalarmed = Atomic<UInt64>(0)
    private let alarmed = Atomic<Int64>(.min)

    /// Seconds between two alarms: an exchange that is wrong is wrong with every notice.
    private static let alarmSeconds: Int64 = 60

    /// - Parameters:
    ///   - register: of all notices in the log.
    ///   - alarm: called on a loop, once a minute at most.
    package init(
        log: EventLog, register: NoticeRegister, alarm: @escaping @Sendable (Overpriced) -> Void = { _ in }
    ) {
        self.log = log
        self.register = Mutex(register)
        self.alarm = alarm
    }

    /// A win, bill or loss of the exchange, or an impression or click of a browser.
    package struct Notice: Sendable {
        package let kind: EventKind
        package let token: Token
        package let price: PriceDecoder.Outcome
        /// As the notice names it; nil where it does not.
        package var currency: Currency?
        package var reason: Int32?
        package var minToWin: CPM?
        /// Impressions won of those offered.
        package var multiplier: Quantity?

        package init(_ kind: EventKind, _ token: Token, price: PriceDecoder.Outcome) {
            self.kind = kind
            self.token = token
            self.price = price
        }
    }

    package func take(_ notice: Notice, at now: Instant) -> Verdict {
        let facts = notice.token.facts
        let age = now.micros - facts.instant.micros
        guard age <= notice.kind.windowSeconds * 1_000_000 else { return .expired }
        var event = Event(notice.kind, at: now, facts: facts)
        if let verdict = readPrice(of: notice, into: &event) { return verdict }
        event.reason = notice.reason
        event.minToWin = notice.minToWin
        return register.withLock { register in
            register.prune(at: now)
            let entry = register.entry(facts.bidID, bidInstant: facts.instant)
            if let entry, entry.has(notice.kind) { return .repeated(entry.sequence) }
            book(&event, notice, entry)
            if event.released != nil, register.isLost(facts, at: now) {
                event.isUnlogged = true
            }
            return append(event, factBytes: notice.token.factBytes, &register)
        }
    }

    /// - Returns: a verdict where the price ends the matter.
    private func readPrice(of notice: Notice, into event: inout Event) -> Verdict? {
        // Where the impression is the bill, one without a price must not use up the notice's identity.
        let needsPrice =
            notice.kind == .win || notice.kind == .billing
            || notice.kind == .impression && notice.token.facts.billsAtImpression
        switch notice.price {
        case .price(let price):
            if let currency = notice.currency, currency != notice.token.facts.currency { return .refused }
            event.price = price
            // A loser is told the winner's price, which may be any.
            if notice.kind != .loss, price > notice.token.facts.price {
                raiseAlarm(notice, price, at: event.instant)
                if needsPrice { return .refused }
                event.price = nil
            }
        case .audit:
            return .audit
        case .empty, .unreplaced, .invalid:
            if needsPrice { return .unpriced }
        }
        return nil
    }

    private func raiseAlarm(_ notice: Notice, _ price: CPM, at now: Instant) {
        unalarmed.add(1, ordering: .relaxed)
        let last = alarmed.load(ordering: .relaxed)
        guard last == .min || now.micros - last >= Self.alarmSeconds * 1_000_000,
            alarmed.compareExchange(expected: last, desired: now.micros, ordering: .relaxed).exchanged
        else { return }
        let count = unalarmed.exchange(0, ordering: .relaxed)
        alarm(Overpriced(kind: notice.kind, facts: notice.token.facts, price: price, count: count))
    }

    /// What the event spends, and which reservation it ends.
    private func book(_ event: inout Event, _ notice: Notice, _ entry: NoticeRegister.Entry?) {
        let facts = event.facts
        guard !facts.isTest else { return }
        let isReleased = entry?.isReleased ?? false
        let isBillable = facts.billsAtImpression ? event.kind == .impression : event.kind == .billing
        if isBillable, let price = event.price, !(entry?.isSettled ?? false) {
            let quantity = min(
                notice.multiplier?.thousandths ?? facts.quantity.thousandths,
                facts.quantity.thousandths
            )
            event.settled = Spend(at: Self.budgetPrice(price, facts), quantity: Quantity(thousandths: quantity))
            if !isReleased { event.released = facts.reserved }
        } else if event.kind == .loss, !isReleased {
            event.released = facts.reserved
        }
    }

    /// A clearing price in the strategy's currency, by the ratio at which the bid itself was converted.
    private static func budgetPrice(_ price: CPM, _ facts: BidFacts) -> CPM {
        if facts.currency == facts.budgetCurrency || price == facts.price || facts.price == .zero {
            return facts.currency == facts.budgetCurrency ? price : facts.budgetPrice
        }
        let product = facts.budgetPrice.micros.multipliedFullWidth(by: price.micros)
        return CPM(micros: facts.price.micros.dividingFullWidth(product).quotient)
    }

    /// A conversion that an advertiser's page reports.
    ///
    /// - Parameter click: opened, where the page handed it back.
    package func take(conversion event: Event, click: Token?) -> Verdict {
        var facts = ByteWriter(capacity: 256)
        if click == nil { Self.writeFacts(of: event.facts, into: &facts) }
        let bytes = click?.factBytes ?? facts.array()[...]
        return register.withLock { register in
            register.prune(at: event.instant)
            if let sequence = register.conversion(event.id) { return .repeated(sequence) }
            return append(event, factBytes: bytes, &register)
        }
    }

    private static func writeFacts(of facts: BidFacts, into out: inout ByteWriter) {
        BidFactsWriter.write(
            .init(
                bidID: facts.bidID,
                instant: facts.instant,
                price: .zero,
                currency: facts.currency,
                budgetPrice: .zero,
                budgetCurrency: facts.budgetCurrency,
                quantity: .one,
                mtype: facts.mtype,
                consent: facts.consent,
                isTest: facts.isTest,
                billsAtImpression: false,
                width: 0,
                height: 0,
                visitorHigh: 0,
                visitorLow: 0
            ),
            into: &out
        )
        for text in ["", facts.advertiser, "", "", "", "", "", "", "", ""] {
            BidFactsWriter.write(Array(text.utf8), into: &out)
        }
    }

    private func append(_ event: Event, factBytes: ArraySlice<UInt8>, _ register: inout NoticeRegister) -> Verdict {
        var record = ByteWriter(capacity: 1024)
        EventCoder.write(event, factBytes: factBytes, into: &record)
        guard let sequence = log.append(record.array()) else { return .unavailable }
        register.record(event, sequence: sequence)
        return .accepted(sequence)
    }
}
