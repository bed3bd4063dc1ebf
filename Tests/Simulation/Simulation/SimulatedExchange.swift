internal import Events
internal import Sealing
internal import Units

/// The exchanges and browsers: what they ask, and what they make of the answers.
struct SimulatedExchange {
    /// A request for bids.
    struct Request {
        let exchange: String
        let isTest: Bool
        /// Impressions that one play counts for, in thousandths.
        let quantity: Quantity
        let bytes: [UInt8]
    }

    private var requests = 0

    mutating func request(_ chance: inout Chance) -> Request {
        requests += 1
        let exchange = chance.pick([SimulatedRegistry.bills, SimulatedRegistry.bills, SimulatedRegistry.shows])
        let isTest = chance.happens(perMille: 40)
        let isScreen = chance.happens(perMille: 60)
        let imps = isScreen ? 1 : chance.pick([1, 1, 1, 2, 3])
        let floor = chance.pick(["0", "0", "0.5", "2.25", "9"])
        var body = #"{"id":"r\#(requests)","at":1,"tmax":200,"cur":["USD"],"regs":{"gdpr":0},"#
        body += isTest ? #""test":1,"# : ""
        body += isScreen ? #""dooh":{"domain":"screens.example"},"# : #""site":{"domain":"news.example"},"#
        body += #""imp":["#
        for number in 0..<imps {
            body += number > 0 ? "," : ""
            body += #"{"id":"\#(number)","banner":{"w":300,"h":250},"bidfloor":\#(floor)"#
            body += isScreen ? #","qty":{"multiplier":3.5}}"# : "}"
        }
        body += "]}"
        let head =
            "POST /bid/\(exchange) HTTP/1.1\r\nHost: bid.example\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n"
        return Request(
            exchange: exchange, isTest: isTest, quantity: isScreen ? Quantity(thousandths: 3_500) : .one,
            bytes: Array((head + body).utf8))
    }

    /// The bids of an answer.
    func bids(in answer: [UInt8], to request: Request, at instant: Instant) -> [ReceivedBid] {
        var scanner = ResponseScanner(answer)
        var bids: [ReceivedBid] = []
        while let bid = scanner.next() {
            bids.append(
                ReceivedBid(
                    id: bid.id, strategy: bid.strategy, price: bid.price, quantity: request.quantity,
                    exchange: request.exchange, isTest: request.isTest, instant: instant,
                    exchangeToken: bid.exchangeToken, browserToken: bid.browserToken))
        }
        return bids
    }

    // MARK: Notices

    /// What becomes of a bid, and everything that will be called about it.
    func notices(of number: Int, _ bid: ReceivedBid, _ chance: inout Chance) -> [Notice] {
        var notices: [Notice] = []
        if chance.happens(perMille: 550) {
            let price = CPM(micros: max(1, bid.price.micros * Int64(chance.pick([100, 100, 80, 50])) / 100))
            if chance.happens(perMille: 800) { notices.append(genuine(.win, number, bid, price)) }
            notices.append(genuine(.billing, number, bid, price))
            if chance.happens(perMille: 900) { notices.append(genuine(.impression, number, bid, price)) }
            if chance.happens(perMille: 100) { notices.append(genuine(.click, number, bid, nil)) }
            // Some exchanges cannot make up their mind.
            if chance.happens(perMille: 40) { notices.append(genuine(.loss, number, bid, price)) }
        } else if chance.happens(perMille: 850) {
            let winner = CPM(micros: bid.price.micros * 3 / 2)
            notices.append(genuine(.loss, number, bid, chance.happens(perMille: 500) ? winner : nil))
        }
        let first = notices
        for notice in first where chance.happens(perMille: 300) {
            for _ in 0..<chance.within(1...3) { notices.append(again(notice, bid, &chance)) }
        }
        if chance.happens(perMille: 150) { notices.append(forged(number, bid, &chance)) }
        return notices
    }

    /// The same notice, or one that says something else about the same bid.
    private func again(_ notice: Notice, _ bid: ReceivedBid, _ chance: inout Chance) -> Notice {
        switch chance.below(10) {
        case 0:
            let price = CPM(micros: max(1, bid.price.micros * Int64(chance.within(1...100)) / 100))
            return genuine(notice.kind, notice.bid, bid, price)
        case 1: return genuine(notice.kind, notice.bid, bid, CPM(micros: bid.price.micros + 10_000))
        case 2: return odd("AUDIT", notice.kind, notice.bid, bid)
        case 3: return odd(chance.pick(["", "$%7BAUCTION_PRICE%7D", "1.2.3"]), notice.kind, notice.bid, bid)
        default: return notice
        }
    }

    private func genuine(_ kind: EventKind, _ number: Int, _ bid: ReceivedBid, _ price: CPM?) -> Notice {
        let text = price.map { DecimalText.string(micros: $0.micros) } ?? ""
        let isBase64 = bid.exchange == SimulatedRegistry.shows
        var notice = Notice(
            bid: number, kind: kind,
            target: target(kind, bid) + "?p=" + (isBase64 ? Base64URL.encode(Array(text.utf8)) : text) + "&c=USD",
            price: price)
        if needsPrice(kind, bid), price.map({ $0 > bid.price }) ?? true { notice.deserts = .nothing }
        return notice
    }

    /// A notice whose price is none.
    private func odd(_ price: String, _ kind: EventKind, _ number: Int, _ bid: ReceivedBid) -> Notice {
        var notice = Notice(bid: number, kind: kind, target: target(kind, bid) + "?p=" + price + "&c=USD")
        if price == "AUDIT" ? kind != .click : needsPrice(kind, bid) { notice.deserts = .nothing }
        return notice
    }

    private func needsPrice(_ kind: EventKind, _ bid: ReceivedBid) -> Bool {
        kind == .win || kind == .billing || kind == .impression && bid.billsAtImpression
    }

    private func target(_ kind: EventKind, _ bid: ReceivedBid) -> String {
        switch kind {
        case .win: "/win/" + bid.exchangeToken
        case .billing: "/bill/" + bid.exchangeToken
        case .loss: "/loss/" + bid.exchangeToken
        case .impression: "/imp/" + bid.browserToken
        default: "/click/" + bid.browserToken
        }
    }

    /// A token with an altered character, one cut short, or one used for what it was not sealed for.
    private func forged(_ number: Int, _ bid: ReceivedBid, _ chance: inout Chance) -> Notice {
        var token = Array(bid.exchangeToken.utf8)
        var path = chance.pick(["/bill/", "/win/", "/loss/"])
        switch chance.below(4) {
        case 0: token.removeLast(chance.within(1...token.count - 1))
        case 1:
            token = Array(bid.browserToken.utf8)
        case 2: path = "/imp/"
        default:
            let place = chance.below(token.count)
            token[place] = token[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        }
        let price = DecimalText.string(micros: bid.price.micros)
        return Notice(
            bid: number, kind: .billing, target: path + String(decoding: token, as: UTF8.self) + "?p=" + price,
            deserts: .refusal)
    }
}
