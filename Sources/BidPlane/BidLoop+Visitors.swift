internal import Auction
internal import Audience
internal import Consent
internal import Documents
internal import Events
internal import HTTP1
internal import IPSignals
internal import Meters
internal import Targeting
internal import Units

/// What browsers tell of visitors: pixels, cookie matches, opting out.
///
/// Without full consent no cookie is given, none is used, and nothing is handed on; the browser gets its image.
extension BidLoop {
    /// Who calls, as far as cookies and consent tell.
    struct Browser {
        /// The value of our cookie; nil where there is none that may be used.
        var cookie: String?
        let consent: ConsentFields
        let mode: ConsentMode
        /// Where the browser is; nil where that may not be kept.
        let ip: IPAddress?

        var allowsProfile: Bool { mode == .full }
    }

    private func browser(_ arrival: borrowing Arrival, _ query: Query) -> Browser {
        var consent = ConsentFields(
            gdpr: query["gdpr"],
            tcf: query["gdpr_consent"],
            gpp: query["gpp"],
            gppSID: query["gpp_sid"],
            usPrivacy: query["us_privacy"]
        )
        consent.gpc = arrival.head.sendsGPC
        consent.optedOut = arrival.cookie(.optOut) == "1"
        let mode = consent.gpc || consent.optedOut ? .contextual : services.decideConsent(consent)
        return Browser(
            cookie: mode == .full ? arrival.visitor(.visitor) : nil,
            consent: consent,
            mode: mode,
            ip: mode == .full ? household(of: arrival) : nil
        )
    }

    /// Where a browser is; nil where that is not known: a proxy of the operator's that names nobody is no household.
    private func household(of arrival: borrowing Arrival) -> IPAddress? {
        client(of: arrival).flatMap { services.trustedProxies.contains($0) ? nil : $0 }
    }

    /// Gives a browser that has no cookie one.
    ///
    /// - Returns: the cookies to set.
    private func give(_ browser: inout Browser) -> (cookie: String, setting: [String]) {
        if let cookie = browser.cookie { return (cookie, []) }
        let cookie = BrowserCookie.freshVisitor()
        browser.cookie = cookie
        return (cookie, [BrowserCookie.visitor.setting(cookie, isSecure: isSecure)])
    }

    // MARK: Pixels

    /// Answers `/pixel/{advertiser}`: an event that the advertiser's page tells.
    func eventPixel(_ advertiser: String, _ arrival: borrowing Arrival) -> Reply {
        guard snapshot.hasAdvertiser(advertiser) else {
            return .problem(.notFound, "there is no advertiser “\(advertiser)”")
        }
        let query = arrival.query
        var browser = browser(arrival, query)
        do throws(PixelReader.Fault) {
            var draft = try PixelReader.read(query, advertiser: advertiser, at: arrival.instant)
            draft.consent = browser.consent
            draft.ip = browser.ip
            let click = query["click"].flatMap { open($0.utf8, .browser) }
            if let click, click.facts.advertiser == advertiser { draft.surrogate = Self.surrogate(click) }
            return take(&draft, of: &browser, .pixel, booked: nil)
        } catch {
            count(event: .refused)
            return .problem(.badRequest, error.detail)
        }
    }

    /// The act that a conversion is, beside its record in the books.
    ///
    /// - Parameter sequence: of that record.
    func conversionAct(
        _ event: Event, _ click: Token?, _ arrival: borrowing Arrival, booked sequence: UInt64
    ) -> Reply {
        let query = arrival.query
        var browser = browser(arrival, query)
        let type = event.label.isEmpty ? "conversion" : event.label
        guard services.audience != nil, EventText.fault(in: type, bytesMax: EventLimits.typeBytesMax) == nil else {
            return .afterDurable(sequence: sequence, .pixel)
        }
        var draft = EventDraft(type: type, at: event.instant)
        draft.eventID = event.id
        draft.advertiser = event.facts.advertiser
        draft.consent = browser.consent
        draft.ip = browser.ip
        draft.surrogate = click.flatMap(Self.surrogate)
        let order = EventText.fault(in: event.order, bytesMax: EventLimits.textBytesMax) == nil ? event.order : ""
        if !order.isEmpty { draft.properties.append(.init("order", .text(order))) }
        if let value = event.value { draft.properties.append(.init("value", .number(value))) }
        if let currency = event.valueCurrency {
            draft.properties.append(.init("currency", .text("\(currency)")))
        }
        return take(&draft, of: &browser, .pixel, booked: sequence)
    }

    /// Whom the clicked bid was made for.
    private static func surrogate(_ click: Token) -> IdentityKey? {
        let (high, low) = (click.facts.visitorHigh, click.facts.visitorLow)
        return high | low == 0 ? nil : IdentityKey(high: high, low: low)
    }

    /// Hands an event on, where consent allows it.
    ///
    /// - Parameter booked: a record that must be durable too before the answer is given.
    private func take(
        _ draft: inout EventDraft, of browser: inout Browser, _ success: Reply, booked: UInt64?
    ) -> Reply {
        let answer = { (sequence: UInt64?, reply: Reply) -> Reply in
            guard let last = [booked, sequence].compactMap({ $0 }).max() else { return reply }
            return .afterDurable(sequence: last, reply)
        }
        guard browser.allowsProfile else {
            count(event: .withheld)
            return answer(nil, success)
        }
        let (cookie, setting) = give(&browser)
        draft.visitor.append(.cookie(cookie))
        let taken = setting.isEmpty ? success : .settingCookies(setting, success)
        return submit(.act(draft)) { [self] outcome in
            count(outcome)
            guard !outcome.isUnavailable else {
                // What is in the books is acknowledged, for nobody could tell the two apart.
                return booked == nil
                    ? .problem(.serviceUnavailable, "no events are taken; try again later") : answer(nil, success)
            }
            return answer(outcome.sequence, taken)
        }
    }

    func count(_ outcome: IntakeOutcome) {
        count(event: .accepted, by: outcome.accepted)
        count(event: .duplicate, by: outcome.duplicates)
        count(event: .refused, by: outcome.refused.count)
    }

    private func count(event outcome: BidMeters.EventOutcome, by count: Int = 1) {
        sheet.add(meters.events, BidMeters.index(outcome), by: UInt64(count))
    }

    private func count(sync outcome: BidMeters.SyncOutcome) { sheet.add(meters.syncs, BidMeters.index(outcome)) }

    // MARK: Cookie matching

    /// Redirects of one chain of cookie matches at most.
    private static let hopsMax = 3

    /// Answers `/sync/{exchange}`: our cookie and the exchange's id for one visitor, told each way.
    func sync(_ id: String, _ arrival: borrowing Arrival) -> Reply {
        guard let index = snapshot.exchange(named: id) else {
            return .problem(.notFound, "there is no exchange “\(id)”")
        }
        let settings = snapshot.exchanges[index].document.sync
        let query = arrival.query
        if query.has("r"), !isAllowed(query["r"], settings) {
            count(sync: .refused)
            return .problem(
                .badRequest, "r must be an https URL on one of the exchange's sync.redirect_hosts, percent-encoded")
        }
        var browser = browser(arrival, query)
        guard browser.allowsProfile else {
            count(sync: .withheld)
            return .pixel
        }
        let (cookie, setting) = give(&browser)
        let reply = redirect(query, settings, cookie)
        let answer = setting.isEmpty ? reply : .settingCookies(setting, reply)
        guard let uid = query["uid"], !IdentifierText.isPlaceholder(uid),
            EventText.fault(in: uid, bytesMax: EventLimits.identifierBytesMax) == nil
        else {
            count(sync: .unlinked)
            return answer
        }
        let draft = SyncDraft(
            exchange: id, uid: uid, cookie: cookie, consent: browser.consent, at: arrival.instant)
        return submit(.sync(draft)) { [self] outcome in
            count(sync: outcome.isUnavailable ? .unlinked : .linked)
            // A chain of matches is not broken because ours failed: the next page brings another.
            guard let sequence = outcome.sequence else { return answer }
            return .afterDurable(sequence: sequence, answer)
        }
    }

    private func isAllowed(_ target: String?, _ settings: ExchangeDocument.Sync) -> Bool {
        guard let target, !target.isEmpty, let redirect = RedirectTarget(target) else { return false }
        return settings.allows(redirect)
    }

    /// Where the caller or else the exchange's registration says, unless the chain is long already.
    private func redirect(_ query: Query, _ settings: ExchangeDocument.Sync, _ cookie: String) -> Reply {
        // What is no number was not written by us: such a chain ends here.
        let hop = query["hop"].map { Int($0) ?? Self.hopsMax } ?? 0
        guard (0..<Self.hopsMax).contains(hop), var target = query["r"] ?? settings.url else { return .pixel }
        // The cookie's characters stand in a URL as they are.
        for macro in ExchangeDocument.cookieMacros { target = target.replacing(macro, with: cookie) }
        return .redirect(to: target.replacing("{hop}", with: "\(hop + 1)"))
    }

    // MARK: Opting out

    /// Answers `/optout` and `/optin`: by cookies alone, for whatever else a URL could name is anybody's to name.
    func setOptOut(_ isOptedOut: Bool, _ arrival: borrowing Arrival) -> Reply {
        guard arrival.head.method == .get else { return .methodNotAllowed(allow: "GET") }
        let known = arrival.visitor(.visitor)
        var cookies: [String] = []
        if isOptedOut {
            cookies = [
                BrowserCookie.optOut.setting("1", isSecure: isSecure),
                BrowserCookie.visitor.clearing(isSecure: isSecure),
            ]
            if let known { cookies.append(BrowserCookie.wayBack.setting(known, isSecure: isSecure)) }
        } else {
            cookies = [BrowserCookie.optOut, .wayBack].map { $0.clearing(isSecure: isSecure) }
        }
        let text = isOptedOut ? "opted out\n" : "opted in\n"
        let answer = Reply.settingCookies(cookies, .text(.ok, text, type: "text/plain"))
        let names = [known, isOptedOut ? nil : arrival.visitor(.wayBack)].compactMap { $0 }.map {
            Identifier.cookie($0)
        }
        guard !names.isEmpty else { return answer }
        return submit(.optOut(names, isOptedOut: isOptedOut, at: arrival.instant)) { outcome in
            if outcome.isUnavailable {
                // The browser's cookie holds at once; only the profile does not know yet. The way back is kept for then.
                let detail = "this browser is \(text.dropLast()), but the profile could not be told; try again later"
                return .settingCookies(
                    isOptedOut ? cookies : Array(cookies.prefix(1)), .problem(.serviceUnavailable, detail))
            }
            return outcome.sequence.map { .afterDurable(sequence: $0, answer) } ?? answer
        }
    }
}

extension Arrival {
    /// A visitor's id in a cookie; nil for what is none of ours.
    fileprivate borrowing func visitor(_ cookie: BrowserCookie) -> String? {
        self.cookie(cookie).flatMap { BrowserCookie.isVisitor($0) ? $0 : nil }
    }
}
