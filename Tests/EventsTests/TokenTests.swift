import Events
import OpenRTB
import Testing

@Suite("Token")
struct TokenTests {
    private func opened(_ purpose: Token.Purpose, landing: String) -> [UInt8] {
        var facts = ByteWriter()
        BidFacts.test().write(into: &facts)
        var out = ByteWriter(capacity: 1)
        Token.write(purpose, landing: Array(landing.utf8), facts: facts, into: &out)
        return out.array()
    }

    @Test(
        "purpose, landing page and facts come back",
        arguments: [.exchange, .browser] as [Token.Purpose],
        ["", "https://shop.example/angebot?größe=42&x=%F0%9F%91%9F", String(repeating: "u", count: 60_000)])
    func roundTrips(purpose: Token.Purpose, landing: String) throws {
        let token = try #require(Token(opened: opened(purpose, landing: landing)))
        #expect(token.purpose == purpose)
        #expect(token.landing == landing)
        #expect(token.facts == .test())
    }

    @Test("the facts' bytes go into the log as they came")
    func factBytes() throws {
        let token = try #require(Token(opened: opened(.browser, landing: "https://shop.example/")))
        #expect(Array(token.factBytes) == BidFacts.test().bytes())
        #expect(BidFacts(token.factBytes) == token.facts)
    }

    @Test("what the exchange calls and what a browser sees differ, so that neither is the other's")
    func apart() {
        #expect(opened(.exchange, landing: "") != opened(.browser, landing: ""))
    }

    @Test("bytes cut short at any length are no token")
    func truncated() {
        let bytes = opened(.browser, landing: "https://shop.example/")
        for count in 0..<bytes.count { #expect(Token(opened: Array(bytes[..<count])) == nil, "\(count) bytes") }
    }

    @Test("a purpose that is not known is no token", arguments: [0, 3, 255] as [UInt8])
    func unknownPurpose(purpose: UInt8) {
        var bytes = opened(.browser, landing: "")
        bytes[0] = purpose
        #expect(Token(opened: bytes) == nil)
    }
}
