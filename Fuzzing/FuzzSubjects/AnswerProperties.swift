package import Consent
internal import Events
internal import Foundation
package import OpenRTB
internal import Sealing
package import Units

/// What must be true of every bid response, found out from its bytes and the request alone.
package struct AnswerProperties {
    private let root: [String: Any]
    private let bids: [Bid]

    /// One bid as an exchange reads it.
    private struct Bid {
        let members: [String: Any]
        let seat: String
        let price: CPM
        let mtype: MarkupType

        init?(_ members: [String: Any], seat: String) {
            // At most a million with six digits after the point: exact in a double.
            guard let units = members["price"] as? Double, units >= 0, units <= 1_000_000,
                let number = members["mtype"] as? Int,
                let mtype = UInt8(exactly: number).flatMap(MarkupType.init)
            else { return nil }
            self.members = members
            self.seat = seat
            self.mtype = mtype
            price = CPM(micros: Int64((units * 1_000_000).rounded()))
        }

        func text(_ name: String) -> String { members[name] as? String ?? "" }
    }

    /// Reads a response; one that is no JSON object with the request's id breaks a property.
    package init(_ response: [UInt8], of request: borrowing BidRequest) {
        guard let json = try? JSONSerialization.jsonObject(with: Data(response)), let root = json as? [String: Any]
        else { Property.broken("a response is well-formed JSON: \(String(decoding: response, as: UTF8.self))") }
        self.root = root
        let id = root["id"] as? String ?? ""
        Property.holds(Array(id.utf8) == request.text.bytes(request.id), "a response bears the request's id")
        var bids: [Bid] = []
        for seatbid in root["seatbid"] as? [[String: Any]] ?? [] {
            let list = seatbid["bid"] as? [[String: Any]] ?? []
            Property.holds(!list.isEmpty, "a seat has bids")
            for members in list {
                guard let bid = Bid(members, seat: seatbid["seat"] as? String ?? "") else {
                    Property.broken("a bid has a price and a format")
                }
                bids.append(bid)
            }
        }
        self.bids = bids
    }

    // MARK: Against the request

    /// - Parameter currency: of the exchange, for requests that accept any.
    package func checkBids(of request: borrowing BidRequest, count: Int, currency: Currency) {
        Property.holds(bids.count == count, "every bid that was counted is in the response")
        guard let cur = (root["cur"] as? String).flatMap({ Currency($0.utf8) }) else {
            Property.broken("a response names its currency")
        }
        var isAccepted = request.cur.isEmpty && cur == currency
        for index in 0..<request.cur.count {
            let accepted = request.text.bytes(request.element(index, of: request.cur))
            if Currency(accepted) == cur { isAccepted = true }
        }
        Property.holds(isAccepted, "the response's currency is one that the request accepts")
        for bid in bids {
            check(bid, of: request, in: cur)
            let seat = Array(bid.seat.utf8)
            let isWanted = request.wseat.isEmpty || request.contains(request.wseat, seat)
            Property.holds(isWanted && !request.contains(request.bseat, seat), "a seat is none that is blocked")
        }
    }

    /// There is an impression that the bid may be for, at its price, in its deal: ids of a request may repeat.
    private func check(_ bid: Bid, of request: borrowing BidRequest, in currency: Currency) {
        let seconds = Int32(truncatingIfNeeded: bid.members["dur"] as? Int ?? 0)
        var isLegal = false
        for imp in request.imps where request.text.bytes(imp.id) == Array(bid.text("impid").utf8) {
            guard Self.offers(imp, bid.mtype) else { continue }
            let slot = bid.mtype == .video ? imp.video : bid.mtype == .audio ? imp.audio : nil
            let open = LeastPrice(
                slot?.mincpmpersec, slot?.durfloors ?? .empty, imp.bidfloor, imp.bidfloorcur, seconds, request
            ).micros(in: currency)
            guard bid.members["dealid"] != nil else {
                // A fixed price is a deal's: at a request it would mean nothing.
                let isPaid = open.map { bid.price >= $0 } ?? false
                if isPaid, !imp.privateAuction { isLegal = true }
                continue
            }
            for index in 0..<imp.deals.count {
                let deal = request.element(index, of: imp.deals)
                guard request.text.bytes(deal.id) == Array(bid.text("dealid").utf8) else { continue }
                let own = LeastPrice(
                    deal.mincpmpersec, deal.durfloors, deal.bidfloor, deal.bidfloorcur, seconds, request)
                let isFixed = deal.at ?? request.at == 3
                guard let agreed = own.micros(in: currency) else { continue }
                // Without a floor of its own a deal has the impression's.
                let least = agreed > .zero || isFixed ? agreed : open
                if let least, isFixed ? bid.price == least : bid.price >= least { isLegal = true }
            }
        }
        Property.holds(isLegal && bid.price > .zero, "a bid is for an impression and a format on offer, at its floor")
    }

    private static func offers(_ imp: Imp, _ mtype: MarkupType) -> Bool {
        switch mtype {
        case .banner: imp.banner != nil
        case .video: imp.video != nil
        case .audio: imp.audio != nil
        case .native: imp.native != nil
        }
    }

    // MARK: Against the log

    /// Each bid's record says what the bid says, as do its tokens; without consent nobody is recognised.
    package func checkRecords(_ records: [[UInt8]], consent: ConsentMode) {
        var events: [String: Event] = [:]
        for record in records {
            guard let event = EventCoder.read(record[...]), event.kind == .bid else {
                Property.broken("a bid's record is an event")
            }
            events[event.facts.bidID.description] = event
        }
        let sealer = Sealer(ring: TokenSubject.ring)
        for bid in bids {
            guard let event = events[bid.text("id")] else { Property.broken("each bid has its record") }
            Property.holds(event.seed == FuzzWorld.seed && event.revision == FuzzWorld.revision, "it can be replayed")
            let isSame =
                event.facts.price == bid.price && event.facts.mtype == bid.mtype && event.facts.seat == bid.seat
                && event.facts.strategy == bid.text("cid")
            Property.holds(isSame, "a bid's record says what the bid says")
            if consent < .limited {
                Property.holds(event.facts.visitorHigh | event.facts.visitorLow == 0, "nobody is recognised")
            }
            for name in ["nurl", "burl", "lurl"] {
                let text = bid.text(name).prefix { $0 != "?" }.split(separator: "/").last ?? ""
                let token = sealer.open(text.utf8).flatMap { Token(opened: $0) }
                Property.holds(token?.purpose == .exchange && token?.facts == event.facts, "\(name) carries the facts")
            }
            checkMarkup(bid)
        }
    }

    private func checkMarkup(_ bid: Bid) {
        let markup = bid.text("adm")
        Property.holds(!markup.isEmpty, "a bid has markup")
        guard bid.mtype == .native else { return }
        let native = try? JSONSerialization.jsonObject(with: Data(markup.utf8))
        Property.holds(native is [String: Any], "native markup is a JSON object")
    }
}
