internal import Units

/// What an exchange puts in the place of each macro; what is nil becomes empty text.
///
/// Source: OpenRTB 2.6, 4.4.
struct MacroValues: Equatable {
    /// `BidRequest.id`.
    var auctionID: String
    /// `BidResponse.bidid`.
    var bidID: String?
    var impID: String
    var seatID: String?
    var adID: String?
    /// What the winner pays, of a thousand impressions.
    var price: CPM
    /// What this bid offered.
    var bidPrice: CPM
    var currency: Currency
    /// The reason code of a loss.
    var loss: Int?
    /// The price that would have tied.
    var minimumToWin: CPM
    /// Impressions won; nil while there are none.
    var quantity: Quantity?
    /// When it was shown; nil while it was not.
    var shown: Instant?

    /// The text for the name between `${` and `}`, without a suffix; nil for names unknown here.
    func text(for name: String) -> String? {
        switch name {
        case "AUCTION_ID": auctionID
        case "AUCTION_BID_ID": bidID
        case "AUCTION_IMP_ID": impID
        case "AUCTION_SEAT_ID": seatID
        case "AUCTION_AD_ID": adID
        case "AUCTION_PRICE": DecimalText.string(micros: price.micros)
        case "AUCTION_CURRENCY": currency.description
        case "AUCTION_MBR":
            // Both prices are at most 10^12 micros, so the product fits.
            bidPrice > .zero ? DecimalText.string(micros: price.micros * 1_000_000 / bidPrice.micros) : nil
        case "AUCTION_LOSS": loss.map { String($0) }
        case "AUCTION_MIN_TO_WIN": DecimalText.string(micros: minimumToWin.micros)
        case "AUCTION_MULTIPLIER": quantity.map { DecimalText.string(micros: Int64($0.thousandths) * 1000) }
        case "AUCTION_IMP_TS": shown.map { String($0.micros / 1000) }
        default: nil
        }
    }
}

/// Replaces the macros of a notice URL or of markup.
enum MacroText {
    /// The text with every `${NAME}` and `${NAME:SCHEME}` replaced, as it is, without escaping.
    ///
    /// A name is capital letters, digits and underscores, so that a script's `${variable}` in markup stays. The scheme
    /// `B64` is base 64; any other was never agreed upon and leaves the value empty.
    static func replaced(_ text: String, with values: MacroValues) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 32)
        var position = 0
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "$"), let macro = Macro(bytes, at: position) {
                let value = values.text(for: macro.name) ?? ""
                switch macro.scheme {
                case nil: result.append(contentsOf: value.utf8)
                case "B64": result.append(contentsOf: Base64.padded(value.utf8))
                default: break
                }
                position = macro.end
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private struct Macro {
        let name: String
        let scheme: String?
        /// The position behind the closing brace.
        let end: Int

        // `start` is where a dollar sign stands.
        init?(_ bytes: [UInt8], at start: Int) {
            guard start + 1 < bytes.count, bytes[start + 1] == UInt8(ascii: "{"),
                let close = bytes[(start + 2)...].prefix(64).firstIndex(of: UInt8(ascii: "}"))
            else { return nil }
            let inside = bytes[(start + 2)..<close]
            let colon = inside.firstIndex(of: UInt8(ascii: ":"))
            let name = inside[..<(colon ?? close)]
            guard !name.isEmpty, name.allSatisfy(Self.isOfName) else { return nil }
            self.name = String(decoding: name, as: UTF8.self)
            scheme = colon.map { String(decoding: inside[($0 + 1)...], as: UTF8.self) }
            end = close + 1
        }

        private static func isOfName(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }
}
