internal import Consent
internal import Events
internal import OpenRTB
internal import Sealing
internal import Targeting
internal import Units

/// What visitors and advertisers tell.
extension AudienceKeeper {
    func take(_ submission: Submission) -> IntakeOutcome {
        switch submission {
        case .events(let body, let source, let instant): return take(events: body, source, at: instant)
        case .act(let draft): return take(one: draft)
        case .sync(let draft): return take(sync: draft)
        case .optOut(let identifiers, let isOptedOut, let instant):
            return choose(identifiers, isOptedOut: isOptedOut, at: instant)
        }
    }

    private func take(events body: [UInt8], _ source: EventSource, at instant: Instant) -> IntakeOutcome {
        let batch = reader.read(body, from: source, at: instant)
        var outcome = IntakeOutcome()
        outcome.refused = batch.refused
        for entry in batch.entries {
            do throws(IntakeRefusal) {
                var draft = entry.draft
                draft.surrogate = try surrogate(ofClick: draft.click, from: source)
                outcome.sequence = try take(draft)
                outcome.accepted += 1
            } catch {
                switch error {
                case .duplicate: outcome.duplicates += 1
                case .unavailable where outcome.accepted == 0: return .unavailable
                default: outcome.refused.append(RefusedEvent(line: entry.line, reason: Self.reason(error)))
                }
            }
        }
        outcome.refused.sort { $0.line < $1.line }
        // A repeat is answered when the first is durable, and that is not behind what is in the log by now.
        if outcome.duplicates > 0 { outcome.sequence = max(outcome.sequence ?? 0, book.lastSequence) }
        return outcome
    }

    private func take(one draft: EventDraft) -> IntakeOutcome {
        var outcome = IntakeOutcome()
        do throws(IntakeRefusal) {
            outcome.sequence = try take(draft, mergesMax: Self.browserMergesMax)
            outcome.accepted = 1
        } catch {
            switch error {
            case .duplicate:
                outcome.duplicates = 1
                outcome.sequence = book.lastSequence
            case .unavailable: return .unavailable
            default: outcome.refused = [RefusedEvent(line: 1, reason: Self.reason(error))]
            }
        }
        return outcome
    }

    private static func reason(_ refusal: IntakeRefusal) -> String {
        switch refusal {
        case .consent: "the visitor's consent does not allow it to be kept"
        case .optedOut: "the visitor has opted out"
        case .duplicate: "an event with this event_id was taken before"
        case .nobody: "visitor: no identifier that can be used; give id, email_sha256, ifa or eids"
        case .foreignClick: "click: it is of another advertiser's ad; leave it out"
        case .full: "the memory for visitors is full; idle ones are being forgotten, try again"
        case .tooLarge: "the event is larger than a record of the log; send fewer or shorter properties"
        case .unavailable: "the log takes no records; try again later"
        }
    }

    // MARK: Acts

    /// What a browser's calls may join: a few devices of one person. Whoever has a token is believed.
    private static let browserMergesMax = 8

    private func take(_ draft: EventDraft, mergesMax: Int = .max) throws(IntakeRefusal) -> UInt64 {
        let decision = services.consent.decide(draft.consent.signals, at: draft.instant)
        guard decision.mode == .full else { throw .consent }
        let identities = draft.visitor.filter { decision.ifaAllowed || $0.kind != .ifa }.map { hasher.identity($0) }
        let millis = draft.instant.millis
        let visitor = try resolve(identities, draft.surrogate, mergesMax: mergesMax, at: millis)
        let id = draft.eventID.map { hasher.eventID($0, sender: draft.advertiser ?? "") } ?? freshID()
        var act = VisitorAct(id: id, type: draft.type, instant: draft.instant)
        act.properties = draft.properties.filter { $0.name != ActOwner.property }
        if let advertiser = draft.advertiser { act.properties.append(.init(ActOwner.property, .text(advertiser))) }
        act.consent = decision.mode.rawValue
        // Nothing of who opted out reaches a household, and no repeat: none is even made for it.
        try book.admit(id, of: visitor)
        act.household = try draft.ip.flatMap { ip throws(IntakeRefusal) in try household(ip, at: millis) }
        return try book.take(act, of: visitor)
    }

    /// Whom the clicked bid was made for: told to nobody but its advertiser and the operator.
    private func surrogate(ofClick text: String?, from source: EventSource) throws(IntakeRefusal) -> IdentityKey? {
        guard let text, let click = services.openClick(text) else { return nil }
        if let presenter = source.advertiser, presenter != click.advertiser { throw .foreignClick }
        return click.surrogate
    }

    /// The visitor of identifiers and of a bid's pseudonym: all of them are one.
    private func resolve(
        _ identities: [Identity], _ surrogate: IdentityKey?, mergesMax: Int = .max, at millis: Int64
    ) throws(IntakeRefusal) -> VisitorNumber {
        guard let surrogate else { return try book.resolve(identities, mergesMax: mergesMax, at: millis) }
        if let number = surrogates.visitor(of: surrogate) {
            return try book.resolve(identities, and: number, mergesMax: mergesMax, at: millis)
        }
        return try book.resolve(identities + [Identity(.bid, surrogate)], mergesMax: mergesMax, at: millis)
    }

    /// - Returns: nil where there is no room for another household: the act is the visitor's all the same.
    private func household(_ address: IPAddress, at millis: Int64) throws(IntakeRefusal) -> IdentityKey? {
        let identity = hasher.household(address)
        do throws(IntakeRefusal) {
            _ = try book.resolve([identity], at: millis)
        } catch .full {
            return nil
        }
        return identity.key
    }

    private func freshID() -> IdentityKey {
        let (high, low) = Digest.randomWords()
        return IdentityKey(high: high, low: low)
    }

    // MARK: Our own notices

    /// Whether a notice is something that a visitor did, and may be kept.
    static func isAct(_ event: Event) -> Bool {
        let facts = event.facts
        // A conversion comes as an act of its own, by whoever reported it.
        guard event.kind == .impression || event.kind == .click || isCounted(event) else { return false }
        return facts.consent == ConsentMode.full.rawValue && !facts.isTest
            && (facts.visitorHigh != 0 || facts.visitorLow != 0)
    }

    /// An impression, click or conversion is an act like any other, whose type is its kind.
    ///
    /// - Parameter isOld: of before this start.
    func take(notice event: Event, isOld: Bool) {
        let facts = event.facts
        let surrogate = IdentityKey(high: facts.visitorHigh, low: facts.visitorLow)
        let kind = Self.isCounted(event) ? EventKind.impression : event.kind
        let id = hasher.eventID(Event(kind, at: event.instant, facts: facts).id, sender: "vendue")
        var act = VisitorAct(id: id, type: kind.label, instant: Instant(micros: event.instant.millis * 1000))
        act.consent = facts.consent
        if Self.isCounted(event) { (act.caps, act.household) = (facts.caps, facts.household) }
        for (name, text) in [
            ("advertiser", facts.advertiser), ("strategy", facts.strategy), ("creative", facts.creative),
            ("exchange", facts.exchange), ("domain", facts.domain),
        ] where !text.isEmpty { act.properties.append(.init(name, .text(Self.label(text)))) }
        // Whom nobody knows any more is not made again by what was booked before.
        if isOld,
            surrogates.visitor(of: surrogate).flatMap({ book.tables.resolve($0) }) ?? book.tables.find(surrogate) == nil
        {
            return
        }
        // A visitor who opted out meanwhile, or a log that takes nothing: the notice itself is booked all the same.
        guard let visitor = try? resolve([], surrogate, at: act.instant.millis) else { return }
        if let household = act.household {
            _ = try? book.resolve([Identity(.household, household)], at: act.instant.millis)
        }
        guard let sequence = try? book.take(act, of: visitor) else { return }
        if !act.caps.isEmpty { uncounted.append((sequence, facts)) }
    }

    /// A text as an act may have it, cut behind a whole character.
    private static func label(_ text: String) -> String {
        var end = text.startIndex
        while end < text.endIndex {
            let next = text.index(after: end)
            guard text.utf8.distance(from: text.startIndex, to: next) <= VisitorRecordLimits.textBytesMax else { break }
            end = next
        }
        return String(text[..<end])
    }

    // MARK: Cookies

    private func take(sync draft: SyncDraft) -> IntakeOutcome {
        var outcome = IntakeOutcome()
        guard services.consent.decide(draft.consent.signals, at: draft.instant).mode == .full else { return outcome }
        let identifiers: [Identifier] = [
            .cookie(draft.cookie), .exchangeUser(exchange: draft.exchange, id: draft.uid),
        ]
        let before = book.lastSequence
        do throws(IntakeRefusal) {
            _ = try book.resolve(
                identifiers.map { hasher.identity($0) }, mergesMax: Self.browserMergesMax, at: draft.instant.millis)
            outcome.accepted = 1
            if book.lastSequence != before { outcome.sequence = book.lastSequence }
        } catch {
            if error == .unavailable { return .unavailable }
        }
        return outcome
    }

    private func choose(_ identifiers: [Identifier], isOptedOut: Bool, at instant: Instant) -> IntakeOutcome {
        var outcome = IntakeOutcome()
        guard !identifiers.isEmpty else { return outcome }
        let identities = identifiers.map { hasher.identity($0) }
        // Who is unknown has nothing to be opted in to.
        if !isOptedOut, book.visitor(of: identities) == nil { return outcome }
        do throws(IntakeRefusal) {
            let visitor = try book.resolve(identities, at: instant.millis)
            outcome.sequence = try book.choose(visitor, optOut: isOptedOut)
            outcome.accepted = 1
        } catch .full {
            // Nobody is known by these, so there is nothing to forget; the browser's own cookie tells the choice.
            return outcome
        } catch {
            return .unavailable
        }
        return outcome
    }
}
