internal import Units

/// Finds the bids in a response of the service, whose members stand in a known order.
///
/// Not the service's own writer read backwards: an exchange's view of it, in which a bid that lacks anything is none.
struct ResponseScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A bid's id, its impression, its price and the tokens of its URLs.
    struct Bid {
        let id: BidID
        let impid: String
        let price: CPM
        let strategy: String
        let exchangeToken: String
        let browserToken: String
    }

    /// The next bid; nil behind the last, and for one that lacks something.
    mutating func next() -> Bid? {
        guard skip(to: #"{"id":"b"#) else { return nil }
        position -= 1
        guard let id = BidID(take(until: UInt8(ascii: "\""))), skip(to: #""impid":""#) else { return nil }
        let impid = text(until: UInt8(ascii: "\""))
        guard skip(to: #""price":"#), let micros = try? DecimalText.micros(take(until: UInt8(ascii: ","))),
            skip(to: #""cid":""#)
        else { return nil }
        let strategy = text(until: UInt8(ascii: "\""))
        guard skip(to: SimulatedService.origin + "/bill/") else { return nil }
        let exchangeToken = text(until: UInt8(ascii: "?"))
        guard skip(to: SimulatedService.origin + "/imp/") else { return nil }
        return Bid(
            id: id, impid: impid, price: CPM(micros: micros), strategy: strategy, exchangeToken: exchangeToken,
            browserToken: text(until: UInt8(ascii: "?")))
    }

    /// Goes behind the next occurrence of a text.
    private mutating func skip(to text: String) -> Bool {
        let wanted = Array(text.utf8)
        var start = position
        while start + wanted.count <= bytes.count {
            if bytes[start] == wanted[0], bytes[start..<start + wanted.count].elementsEqual(wanted) {
                position = start + wanted.count
                return true
            }
            start += 1
        }
        return false
    }

    private mutating func take(until end: UInt8) -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.count, bytes[position] != end { position += 1 }
        return bytes[start..<position]
    }

    private mutating func text(until end: UInt8) -> String { String(decoding: take(until: end), as: UTF8.self) }
}
