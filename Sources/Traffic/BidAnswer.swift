internal import Units

/// A `BidResponse` as the exchange understands it.
struct BidAnswer: Equatable {
    let id: String
    let bidid: String?
    let currency: Currency
    /// Every bid of every seat, in the order of the document.
    let bids: [AnsweredBid]
}

/// A `Bid` and the seat that it came from.
struct AnsweredBid: Equatable {
    var id: String
    var impid: String
    var price: CPM
    var seat: String?
    var adid: String?
    var cid: String?
    var dealid: String?
    var nurl: String?
    var burl: String?
    var lurl: String?
    var adm: String?
}

extension BidAnswer {
    /// What an exchange cannot work with in an answer.
    enum Fault: Error, Equatable, CustomStringConvertible {
        case notJSON(JSONFault)
        case noID
        case noBidID
        case noImpID(bid: String)
        case noPrice(bid: String)
        case badCurrency

        var description: String {
            switch self {
            case .notJSON(let fault): fault.description
            case .noID: "the response has no id"
            case .noBidID: "a bid has no id"
            case .noImpID(let bid): "bid \(bid) has no impid"
            case .noPrice(let bid): "bid \(bid) has no price that is a number from 0 to a million"
            case .badCurrency: "cur is not three letters"
            }
        }
    }

    /// Reads what a bidder answered.
    ///
    /// - Parameter body: the body of a 200.
    /// - Throws: the first thing that an exchange cannot work with.
    init(_ body: [UInt8]) throws(Fault) {
        let document: JSONValue
        do { document = try JSONReader.read(body) } catch { throw .notJSON(error) }
        guard let id = document["id"]?.string else { throw .noID }
        var currency = Currency.usd
        if let written = document["cur"] {
            guard let read = written.string.flatMap({ Currency($0.utf8) }) else { throw .badCurrency }
            currency = read
        }
        var bids: [AnsweredBid] = []
        for seat in document["seatbid"]?.elements ?? [] {
            let name = seat["seat"]?.string
            for bid in seat["bid"]?.elements ?? [] { bids.append(try AnsweredBid(bid, seat: name)) }
        }
        self.init(id: id, bidid: document["bidid"]?.string, currency: currency, bids: bids)
    }
}

extension AnsweredBid {
    fileprivate init(_ bid: JSONValue, seat: String?) throws(BidAnswer.Fault) {
        guard let id = bid["id"]?.string else { throw .noBidID }
        guard let impid = bid["impid"]?.string else { throw .noImpID(bid: id) }
        guard let written = bid["price"], case .number = written, let price = CPM(json: written) else {
            throw .noPrice(bid: id)
        }
        self.init(
            id: id, impid: impid, price: price, seat: seat, adid: bid["adid"]?.string, cid: bid["cid"]?.string,
            dealid: bid["dealid"]?.string, nurl: bid["nurl"]?.string, burl: bid["burl"]?.string,
            lurl: bid["lurl"]?.string, adm: bid["adm"]?.string)
    }
}
