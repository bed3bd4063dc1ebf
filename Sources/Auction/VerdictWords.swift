internal import BidKit
internal import Consent
internal import Creative
internal import Documents
internal import Ledger
internal import Targeting
internal import Vetting

/// The rule that stopped a strategy as a person reads it: which fields it is about, and what stands in them.
struct VerdictWords {
    let strategy: Strategy
    let slot: Slot
    let offer: Offer?
    let screened: Screened
    let context: AuctionContext

    typealias Words = (rule: String, ours: String, theirs: String)

    func words(for reason: PassReason, _ request: borrowing BidRequest, winners: [Offer]) -> Words {
        let text = request.text
        switch reason {
        case .targeting: return targeting(request)
        case .notInFlight: return flight
        case .seat:
            return (
                "seat: wseat, bseat", Self.string(strategy.seat),
                "wseat \(list(request.wseat, request)), bseat \(list(request.bseat, request))"
            )
        case .supplyChain:
            guard let supply = strategy.supply, let rule = supply.violation(by: screened.supply) else { break }
            let (wanted, found) = supply.explain(rule, screened.supply)
            return ("supply.\(rule.rawValue): source.schain", wanted, found)
        case .exp: return ("exp: imp.exp", strategy.exp.map { "\($0) s" } ?? "", slot.imp.exp.map { "\($0) s" } ?? "")
        case .roadblock:
            return (
                "roadblock: allimps", "all impressions or none",
                request.allimps ? "no offer on every one" : "allimps is not 1"
            )
        case .format:
            return ("creatives: imp", strategy.creatives.map(\.offers).joined(separator: "; "), offered(request))
        case .category, .advertiser, .app, .attribute, .language, .notSecure, .rewarded: return blocks(reason, request)
        case .deal: return deal(request)
        case .currency:
            let accepted = request.cur.isEmpty ? screened.currency.description : list(request.cur, request)
            return ("currency: cur", strategy.currency.description, "\(accepted), no rate between them")
        case .floor: return floor(request)
        case .podDuplicate:
            return (
                "adomain: podid", creativeDomains,
                "another ad of the advertiser is in the break \(text.string(slot.podid))"
            )
        case .pacing: return pacing
        case .budget:
            return (
                "budget", offer.map { Self.decimal($0.budgetPrice) + " \(strategy.currency)" } ?? "",
                "used up or reserved"
            )
        case .outbid: return ("price", price(offer), outbidder(winners))
        case .strategyPassed: return ("bidder", "passed", price(offer))
        case .outranked, .deadline: break
        // Told by who can look at the counts.
        case .frequency: break
        }
        return ("\(reason)", "", "")
    }

    // MARK: Rules

    private func targeting(_ request: borrowing BidRequest) -> Words {
        guard let failure = Evaluator.failure(of: strategy.wish, slot.imp, of: request, screened.targeting) else {
            return ("targeting", "", "")
        }
        let ours = (failure.isNegated ? "not " : "") + failure.leaf.words
        var theirs = Evaluator.stated(for: failure.leaf, slot.imp, of: request, screened.targeting)
        let context = screened.targeting
        if failure.leaf.isPersonal, !context.personalDataAllowed {
            theirs = "without consent it is not looked at (\(screened.consent.because.label))"
        } else if failure.leaf.isPrecisePlace, !context.preciseGeoAllowed {
            theirs = "without consent to precise places it is not looked at"
        }
        return ("targeting.\(failure.leaf.key)", ours, theirs.isEmpty ? "nothing" : theirs)
    }

    private var flight: Words {
        guard strategy.isActive else { return ("state", "paused", "") }
        let start = strategy.flight.start.map { "from \($0.rfc3339)" } ?? ""
        let end = strategy.flight.end.map { " to before \($0.rfc3339)" } ?? ""
        return ("flight", start + end, context.instant.rfc3339)
    }

    /// Who takes part in which share of the auctions, and what this one drew.
    private var pacing: Words {
        let payers: [(Auction.Payer, String, Multiplier)] = [
            (.strategy, "the strategy", strategy.pacer.multiplier),
            (.advertiser, "the advertiser", strategy.advertiserPacer.multiplier),
        ]
        var ours: [String] = []
        var theirs: [String] = []
        var isThrottled = false
        for (payer, name, multiplier) in payers where payer == .strategy || multiplier < .one {
            let draw = Auction.draw(payer, strategy, slot, context)
            ours.append("\(name) takes part below \(Self.share(multiplier))")
            theirs.append("drew \(Self.share(Multiplier(bits: draw)))")
            if !strategy.cell.pricesByValue, !multiplier.admits(draw) { isThrottled = true }
        }
        if !isThrottled { theirs.append("what the plan has for now is reserved") }
        return ("budget.pacing", ours.joined(separator: "; "), theirs.joined(separator: "; "))
    }

    private func blocks(_ reason: PassReason, _ request: borrowing BidRequest) -> Words {
        let creatives = strategy.creatives
        func all(_ values: (Creative) -> [String]) -> String {
            creatives.map { values($0).joined(separator: " ") }.joined(separator: "; ")
        }
        switch reason {
        case .category:
            let theirs =
                "bcat \(list(request.bcat, request)), acat \(list(request.acat, request)), cattax \(request.cattax)"
            return ("cat: bcat, acat", all(\.categories), theirs)
        case .advertiser: return ("adomain: badv", all(\.advertiserDomains), list(request.badv, request))
        case .app: return ("bundle: bapp", all { [$0.store] }, list(request.bapp, request))
        case .attribute:
            let slots = [slot.imp.banner?.battr, slot.imp.video?.battr, slot.imp.audio?.battr, slot.imp.native?.battr]
            let theirs = slots.compactMap { $0 }.map { numbers($0, request) }.joined(separator: "; ")
            return ("attr: battr", all { $0.attributes.map(String.init) }, theirs)
        case .language:
            return (
                "language: wlang, wlangb", all { [$0.languageTag] },
                list(request.wlang, request) + list(request.wlangb, request)
            )
        case .notSecure: return ("markup: secure", "http://", "secure is 1")
        default: return ("skip_after: rwdd", "skippable", "rwdd is 1")
        }
    }

    private func deal(_ request: borrowing BidRequest) -> Words {
        var theirs: [String] = []
        for index in 0..<slot.imp.deals.count {
            let deal = request.element(index, of: slot.imp.deals)
            var words = request.text.string(deal.id)
            if !deal.wseat.isEmpty { words += " for seats \(list(deal.wseat, request))" }
            if !deal.wadomain.isEmpty { words += " for \(list(deal.wadomain, request))" }
            theirs.append(words)
        }
        let ours = strategy.deals.isEmpty ? "none" : strategy.deals.map(Self.string).joined(separator: ", ")
        let offered = theirs.isEmpty ? "none" : theirs.joined(separator: "; ")
        return ("deals: imp.pmp", ours, (slot.imp.privateAuction ? "private auction, " : "") + offered)
    }

    private func floor(_ request: borrowing BidRequest) -> Words {
        let ours = "at most \(Self.decimal(strategy.cell.maxCPM)) \(strategy.currency)"
        var theirs =
            slot.imp.bidfloor.map { "\(Self.decimal($0)) \(slot.imp.bidfloorcur?.description ?? "?")" }
            ?? "beyond any price"
        for index in 0..<slot.imp.deals.count {
            let deal = request.element(index, of: slot.imp.deals)
            guard strategy.deals.contains(where: { request.text.equals(deal.id, $0) }) else { continue }
            theirs =
                deal.bidfloor.map { "\(Self.decimal($0)) \(deal.bidfloorcur?.description ?? "?")" }
                ?? "beyond any price"
        }
        for player in [slot.imp.video, slot.imp.audio] {
            if let second = player?.mincpmpersec { theirs += ", \(Self.decimal(second)) a second" }
            if player?.durfloors.isEmpty == false { theirs += ", and by duration" }
        }
        return ("terms: bidfloor", ours, theirs)
    }

    private func offered(_ request: borrowing BidRequest) -> String {
        var words: [String] = []
        if let banner = slot.imp.banner {
            var sizes: [String] = []
            for index in 0..<banner.format.count {
                let format = request.element(index, of: banner.format)
                sizes.append(format.w > 0 ? "\(format.w)x\(format.h)" : "\(format.wratio):\(format.hratio)")
            }
            words.append("banner \(sizes.joined(separator: " "))")
        }
        for (name, player) in [("video", slot.imp.video), ("audio", slot.imp.audio)] {
            guard let player else { continue }
            let most = player.maxduration.map { "\($0)" } ?? "any"
            words.append(
                "\(name) of \(player.minduration) to \(most) s, protocols \(numbers(player.protocols, request)), "
                    + "mimes \(list(player.mimes, request))")
        }
        if let native = slot.imp.native { words.append("native with \(native.assets.count) assets") }
        return words.joined(separator: "; ")
    }

    private func outbidder(_ winners: [Offer]) -> String {
        guard let winner = winners.first(where: { $0.imp == slot.index }) ?? winners.first else { return "" }
        let deal = winner.deal.isEmpty ? "" : " in a deal"
        return "\(context.snapshot.strategy(winner.strategy).idText) at \(price(winner))\(deal)"
    }

    // MARK: Values

    private func price(_ offer: Offer?) -> String {
        offer.map { "\(Self.decimal($0.price)) \(screened.currency)" } ?? ""
    }

    private var creativeDomains: String {
        offer.map { strategy.creatives[$0.creative].advertiserDomains.joined(separator: " ") }
            ?? strategy.creatives.flatMap(\.advertiserDomains).joined(separator: " ")
    }

    private func list(_ texts: List<Text>, _ request: borrowing BidRequest) -> String {
        var words = (0..<min(texts.count, 20)).map { request.text.string(request.element($0, of: texts)) }
        if texts.count > 20 { words.append("and \(texts.count - 20) more") }
        return texts.isEmpty ? "none" : words.joined(separator: " ")
    }

    private func numbers(_ list: List<Int32>, _ request: borrowing BidRequest) -> String {
        (0..<list.count).map { "\(request.element($0, of: list))" }.joined(separator: " ")
    }

    private static func decimal(_ price: CPM) -> String { DecimalText.string(micros: price.micros) }

    /// Six digits behind the point.
    private static func share(_ multiplier: Multiplier) -> String {
        DecimalText.string(micros: multiplier.of(CPM(micros: 1_000_000)).micros)
    }

    private static func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
