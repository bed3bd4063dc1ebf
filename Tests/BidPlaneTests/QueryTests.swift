import Testing

@testable import BidPlane

@Suite("Reading a query")
struct QueryTests {
    @Test(
        "a value is percent-decoded",
        arguments: [
            ("p=1.5", "1.5"), ("p=", ""), ("p", ""), ("a=1&p=2", "2"), ("p=1&p=2", "1"), ("p=a=b=c", "a=b=c"),
            ("p=a+b", "a b"), ("p=a%20b", "a b"), ("p=%2B", "+"), ("p=%e2%82%AC", "€"), ("p=€", "€"), ("p=%25", "%"),
            ("p=%00", "\0"), ("p=${AUCTION_PRICE}", "${AUCTION_PRICE}"),
            ("p=%24%7BAUCTION_PRICE%7D", "${AUCTION_PRICE}"),
            ("&&p=1&&", "1"), ("=x&p=1", "1"), ("p=1?2", "1?2"), ("p=MS41=", "MS41="),
        ])
    func decoded(query: String, value: String) {
        #expect(Query(query[...])["p"] == value)
    }

    @Test(
        "a name that is absent, and a value that is no text when decoded, is nil",
        arguments: [
            "", "q=1", "P=1", "pp=1", "a&b", "%70=1", "p=%", "p=%2", "p=%zz", "p=%2x", "p=%FF", "p=%C3%28",
            "p=%ED%A0%80", "p=%-1",
        ])
    func absent(query: String) { #expect(Query(query[...])["p"] == nil) }

    @Test("an empty name finds what has none")
    func emptyName() { #expect(Query("=x")[""] == "x") }
}

@Suite("Where a click leads")
struct LandingTests {
    @Test(
        "our click's id is put into the query, before the fragment",
        arguments: [
            ("https://a.example/", "https://a.example/?vclick=T"), ("https://a.example", "https://a.example?vclick=T"),
            ("https://a.example/?a=1", "https://a.example/?a=1&vclick=T"),
            ("https://a.example/#top", "https://a.example/?vclick=T#top"),
            ("https://a.example/?a=1&b=2#top", "https://a.example/?a=1&b=2&vclick=T#top"),
            ("https://a.example/#a#b", "https://a.example/?vclick=T#a#b"),
            ("https://a.example/#?a", "https://a.example/?vclick=T#?a"),
            ("https://a.example/#", "https://a.example/?vclick=T#"),
        ])
    func landing(url: String, expected: String) {
        #expect(BidLoop.landing(url, click: "T") == expected)
    }
}

@Suite("Time kept for the way back")
struct DefaultReserveTests {
    @Test(
        "a fifth, at least 2 ms and at most 30, never more than half",
        arguments: [
            (1, 0), (2, 1), (3, 1), (4, 2), (10, 2), (15, 3), (50, 10), (100, 20), (149, 29), (150, 30), (151, 30),
            (1000, 30),
            (60_000, 30),
        ] as [(Int32, Int32)])
    func reserve(tmax: Int32, expected: Int32) {
        #expect(BidServices.defaultReserveMillis(tmax: tmax) == expected)
    }
}
