internal import Auction
internal import Documents
internal import Events
internal import HTTP1
internal import Meters
internal import OpenRTB
internal import Sealing
internal import Units

/// Which endpoint answers a request.
///
/// - Source: the bid side of the public interface; every path of it is in this file.
extension BidLoop {
    func answer(_ arrival: borrowing Arrival) -> (Reply, due: Moment?) {
        guard let (first, rest) = arrival.splitPath() else { return (.problem(.notFound, "no such path"), nil) }
        if let rest, arrival.equals(first, "bid"), isLast(rest, arrival) {
            guard arrival.head.method == .post else { return (.methodNotAllowed(allow: "POST"), nil) }
            return bid(arrival, exchange: rest)
        }
        switch arrival.head.method {
        case .get, .post: return (answerOther(arrival, first, rest), nil)
        case .head, .other: return (.methodNotAllowed(allow: "GET, POST"), nil)
        }
    }

    /// Everything but bids: told apart by text, for it is not counted in nanoseconds.
    private func answerOther(_ arrival: borrowing Arrival, _ first: Slice, _ rest: Slice?) -> Reply {
        guard let rest else {
            switch arrival.text(first) {
            case "status": return .text(.ok, statusText, type: "application/json")
            case "optout": return setOptOut(true, arrival)
            case "optin": return setOptOut(false, arrival)
            default: return .problem(.notFound, "no such path")
            }
        }
        guard isLast(rest, arrival) else { return .problem(.notFound, "no such path") }
        switch arrival.text(first) {
        case "win": return exchangeNotice(.win, rest, arrival)
        case "bill": return exchangeNotice(.billing, rest, arrival)
        case "loss": return exchangeNotice(.loss, rest, arrival)
        case "imp": return impression(rest, arrival)
        case "click": return click(rest, arrival)
        case "event": return playerEvent(rest, arrival)
        case "conversion": return conversion(arrival.text(rest), arrival)
        case "pixel": return eventPixel(arrival.text(rest), arrival)
        case "sync": return sync(arrival.text(rest), arrival)
        case "v1" where arrival.equals(rest, "events"): return events(arrival)
        case "health" where arrival.equals(rest, "live"): return .text(.ok, "live\n", type: "text/plain")
        case "health" where arrival.equals(rest, "ready"):
            return isReady
                ? .text(.ok, "ready\n", type: "text/plain")
                : .text(.serviceUnavailable, "not ready\n", type: "text/plain")
        default: return .problem(.notFound, "no such path")
        }
    }

    private func isLast(_ part: Slice, _ arrival: borrowing Arrival) -> Bool {
        unsafe arrival.withBytes(part) { bytes in
            unsafe Octet.firstIndex(of: UInt8(ascii: "/"), in: bytes, bytes.indices) == nil
        }
    }

    // MARK: What the exchange calls

    private func exchangeNotice(_ kind: EventKind, _ tokenText: Slice, _ arrival: borrowing Arrival) -> Reply {
        guard let token = open(tokenText, of: arrival, .exchange) else { return forged(kind) }
        let query = arrival.query
        let reasonText = query["r"] ?? ""
        var notice = NoticeDesk.Notice(
            kind,
            token,
            price: reasonText == "AUDIT" ? .audit : price(query, token.facts.exchange)
        )
        // A currency that the exchange left unreplaced says nothing.
        notice.currency = query["c"].flatMap { Currency($0.utf8) }
        notice.reason = Int32(reasonText)
        if case .price(let price) = PriceDecoder.decode(query["m"] ?? "", .plain) { notice.minToWin = price }
        notice.multiplier = query["q"].flatMap { Double($0) }.flatMap { Quantity(multiplier: $0) }
        return reply(to: kind, desk.take(notice, at: arrival.instant), .noContent)
    }

    private func price(_ query: Query, _ exchange: String) -> PriceDecoder.Outcome {
        let encoding = snapshot.exchange(named: exchange).map { snapshot.exchanges[$0].document.priceEncoding }
        // A value that is not even percent-encoded text is not a price.
        return query["p"].map { PriceDecoder.decode($0, encoding ?? .plain) } ?? .empty
    }

    // MARK: What a browser calls

    private func impression(_ tokenText: Slice, _ arrival: borrowing Arrival) -> Reply {
        guard let token = open(tokenText, of: arrival, .browser) else { return forged(.impression) }
        let price = price(arrival.query, token.facts.exchange)
        // Only where the impression is the bill does its price matter, and then a check's rendering books nothing.
        let counted = token.facts.billsAtImpression || price == .audit ? price : .empty
        let notice = NoticeDesk.Notice(.impression, token, price: counted)
        return reply(to: .impression, desk.take(notice, at: arrival.instant), .pixel)
    }

    private func click(_ tokenText: Slice, _ arrival: borrowing Arrival) -> Reply {
        guard let token = open(tokenText, of: arrival, .browser) else { return forged(.click) }
        let target = Self.landing(token.landing, click: arrival.text(tokenText)[...])
        return reply(
            to: .click,
            desk.take(.init(.click, token, price: .empty), at: arrival.instant),
            .redirect(to: target)
        )
    }

    /// What a player or a native ad tells of an ad that runs: counted, and nothing else, for no money hangs on it.
    ///
    /// - Source: VAST 4.2, 3.14; Native 1.2, 7.6.
    private func playerEvent(_ tokenText: Slice, _ arrival: borrowing Arrival) -> Reply {
        guard open(tokenText, of: arrival, .browser) != nil else {
            return .problem(.badRequest, "this URL was not made by this service")
        }
        guard let event = arrival.query["e"].flatMap({ PlayerEvent(rawValue: $0) }) else {
            return .problem(
                .badRequest, "the event is none of \(PlayerEvent.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        sheet.add(meters.playerEvents, event.index)
        return .noContent
    }

    /// The landing page with our click's id, so that a conversion can bring it back where cookies do not.
    static func landing(_ url: String, click: Substring) -> String {
        let parts = url.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let joint = parts[0].contains("?") ? "&" : "?"
        return parts[0] + joint + "vclick=" + click + (parts.count == 2 ? "#" + parts[1] : "")
    }

    private func conversion(_ advertiser: String, _ arrival: borrowing Arrival) -> Reply {
        guard snapshot.hasAdvertiser(advertiser) else {
            return .problem(.notFound, "there is no advertiser “\(advertiser)”")
        }
        let query = arrival.query
        // A click of another advertiser, or one that nobody sealed, credits nobody.
        var click = query["click"].flatMap { open($0.utf8, .browser) }
        if let token = click, token.facts.advertiser != advertiser || isOld(token, arrival.instant) { click = nil }
        var event = Event(.conversion, at: arrival.instant, facts: click?.facts ?? BidFacts())
        if click == nil {
            event.facts.advertiser = advertiser
            event.facts.bidID = freshID()
            event.facts.instant = arrival.instant
        }
        event.label = String((query["event"] ?? "conversion").prefix(64))
        event.order = String((query["order"] ?? "").prefix(128))
        event.value = query["value"].flatMap { try? DecimalText.micros($0.utf8) }.map { Micros($0) }
        event.valueCurrency = query["currency"].flatMap { Currency($0.utf8) }
        let booked = reply(to: .conversion, desk.take(conversion: event, click: click), .pixel)
        guard case .afterDurable(let sequence, _) = booked else { return booked }
        // Also of a repeat, for the first may have been cut off between the two; its id makes it harmless.
        return conversionAct(event, click, arrival, booked: sequence)
    }

    private func isOld(_ token: Token, _ now: Instant) -> Bool {
        now.micros - token.facts.instant.micros > EventKind.conversion.windowSeconds * 1_000_000
    }

    // MARK: Answers

    private func forged(_ kind: EventKind) -> Reply {
        count(kind, .forged)
        return .problem(.badRequest, "this URL was not made by this service")
    }

    private func reply(to kind: EventKind, _ verdict: NoticeDesk.Verdict, _ success: Reply) -> Reply {
        switch verdict {
        case .accepted(let sequence):
            count(kind, .accepted)
            return .afterDurable(sequence: sequence, success)
        case .repeated(let sequence):
            count(kind, .repeated)
            return .afterDurable(sequence: sequence, success)
        case .audit:
            count(kind, .audit)
            return success
        case .unpriced:
            count(kind, .unpriced)
            return success
        case .refused:
            count(kind, .refused)
            return success
        case .expired:
            count(kind, .expired)
            return .problem(.gone, "this notice came after its window")
        case .unavailable:
            count(kind, .unavailable)
            return .problem(.serviceUnavailable, "the log takes no records; try again later")
        }
    }

    private func count(_ kind: EventKind, _ outcome: BidMeters.NoticeOutcome) {
        sheet.add(meters.notices[Int(kind.rawValue) - 1], BidMeters.index(outcome))
    }
}
