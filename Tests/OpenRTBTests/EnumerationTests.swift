import OpenRTB
import Testing

@Suite("Enumerations")
struct EnumerationTests {
    @Test(
        "no-bid reasons bear OpenRTB's codes, our own from 500 on",
        arguments: [
            (.unknown, 0), (.technicalError, 1), (.invalidRequest, 2), (.nonHuman, 4), (.insufficientTime, 15),
            (.incompleteSchain, 16), (.noStrategies, 500), (.privacy, 503),
        ] as [(NoBidReason, Int32)])
    func noBid(reason: NoBidReason, code: Int32) {
        #expect(reason.rawValue == code)
        #expect(NoBidReason.allCases.filter { $0.rawValue > 17 }.allSatisfy { $0.rawValue >= 500 })
    }

    @Test(
        "a loss code has the standard's words, an exchange's own code its number",
        arguments: [
            (0, "won"), (1, "internalError"), (100, "belowAuctionFloor"), (102, "lostToHigherBid"), (209, "category"),
            (999, "code 999"), (-1, "code -1"),
        ] as [(Int32, String)])
    func loss(code: Int32, label: String) {
        #expect(LossReason.label(code: code) == label)
    }

    @Test("markup types bear the numbers of Bid.mtype")
    func markup() {
        #expect(MarkupType.allCases.map(\.rawValue) == [1, 2, 3, 4])
        #expect(MarkupType.allCases.map { "\($0)" } == ["banner", "video", "audio", "native"])
    }

    @Test(
        "countries of two letters have their three",
        arguments: [
            ("US", "USA"), ("DE", "DEU"), ("GB", "GBR"), ("UK", "GBR"), ("JP", "JPN"), ("ZW", "ZWE"), ("AD", "AND"),
        ])
    func countries(alpha2: String, alpha3: String) throws {
        let letters = Array(alpha2.utf8)
        let found = try #require(Country.alpha3(of: (letters[0], letters[1])))
        #expect(String(decoding: [found.0, found.1, found.2], as: UTF8.self) == alpha3)
        #expect(Country.isAlpha3(alpha3))
    }

    @Test("two letters that are no country have no three", arguments: ["ZZ", "AA", "us", "1A", "  ", "[@"])
    func noCountry(alpha2: String) {
        let letters = Array(alpha2.utf8)
        #expect(Country.alpha3(of: (letters[0], letters[1])) == nil)
    }

    @Test("three letters that are no country are none", arguments: ["", "ZZZ", "usa", "US", "USAA"])
    func noAlpha3(code: String) {
        #expect(!Country.isAlpha3(code))
    }

    @Test("there are some 250 countries, each of two and three letters of its own")
    func everyCountry() {
        let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
        let codes = letters.flatMap { one in
            letters.compactMap { other in
                Country.alpha3(of: (one, other)).map { String(decoding: [$0.0, $0.1, $0.2], as: UTF8.self) }
            }
        }
        #expect(codes.count == 251)
        // United Kingdom twice, as UK and GB.
        #expect(Set(codes).count == 250)
    }
}
