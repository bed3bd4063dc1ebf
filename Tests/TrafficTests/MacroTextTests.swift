import Testing
import Units

@testable import Traffic

@Suite("Macros")
struct MacroTextTests {
    private let values = MacroValues(
        auctionID: "auction-1", bidID: "response-1", impID: "2", seatID: "acme", adID: "ad-9",
        price: CPM(micros: 1_250_000), bidPrice: CPM(micros: 2_500_000), currency: .usd, loss: nil,
        minimumToWin: CPM(micros: 1_240_000), quantity: .one, shown: Instant(micros: 1_700_000_000_123_456))

    @Test(
        "each macro is replaced by its value",
        arguments: [
            ("${AUCTION_ID}", "auction-1"), ("${AUCTION_BID_ID}", "response-1"), ("${AUCTION_IMP_ID}", "2"),
            ("${AUCTION_SEAT_ID}", "acme"), ("${AUCTION_AD_ID}", "ad-9"), ("${AUCTION_PRICE}", "1.25"),
            ("${AUCTION_CURRENCY}", "USD"), ("${AUCTION_MBR}", "0.5"), ("${AUCTION_MIN_TO_WIN}", "1.24"),
            ("${AUCTION_MULTIPLIER}", "1"), ("${AUCTION_IMP_TS}", "1700000000123"),
        ])
    func value(macro: String, expected: String) {
        #expect(MacroText.replaced("a\(macro)b\(macro)", with: values) == "a\(expected)b\(expected)")
    }

    @Test(
        "an unknown macro and one without a value become empty", arguments: ["AUCTION_LOSS", "GDPR", "AUCTION_NEW_1"])
    func empty(name: String) { #expect(MacroText.replaced("x=${\(name)}&", with: values) == "x=&") }

    @Test("a scheme behind a colon encodes the value: base 64, or nothing that was agreed upon")
    func schemes() {
        #expect(MacroText.replaced("${AUCTION_PRICE:B64}", with: values) == "MS4yNQ==")
        #expect(MacroText.replaced("${AUCTION_PRICE:XYZ}", with: values) == "")
    }

    @Test(
        "what is no macro stays as it is",
        arguments: ["${variable}", "$AUCTION_PRICE", "${AUCTION_PRICE", "${}", "${ AUCTION_PRICE }", "$", "", "ü${x}"])
    func untouched(text: String) { #expect(MacroText.replaced(text, with: values) == text) }

    @Test("no price is written with an exponent or lost digits")
    func smallPrice() {
        var values = values
        values.price = CPM(micros: 1)
        #expect(MacroText.replaced("${AUCTION_PRICE}", with: values) == "0.000001")
    }
}
