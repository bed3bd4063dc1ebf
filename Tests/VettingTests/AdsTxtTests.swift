import Testing
import Vetting

@Suite("ads.txt")
struct AdsTxtTests {
    private func text(_ file: AdsTxt) -> [String] {
        file.records.map {
            String(decoding: $0.system, as: UTF8.self) + "/" + String(decoding: $0.account, as: UTF8.self)
                + ($0.isDirect ? " direct" : " reseller")
        }
    }

    @Test(
        "a line is a record when it names a system, an account and the relation",
        arguments: [
            ("adx.example, 17, DIRECT", ["adx.example/17 direct"]),
            ("adx.example,17,RESELLER,f08c47fec0942fa0", ["adx.example/17 reseller"]),
            ("  ADX.Example ,\t17 , direct  ", ["adx.example/17 direct"]),
            ("adx.example, Ab-9, Reseller # ours", ["adx.example/Ab-9 reseller"]),
            ("adx.example, 17, DIRECT; ext=1", ["adx.example/17 direct"]),
            ("adx.example, 17, DIRECT, cert, more, and more", ["adx.example/17 direct"]),
            ("adx.example, a=b, DIRECT", ["adx.example/a=b direct"]),
            ("\u{FEFF}adx.example, 17, DIRECT", ["adx.example/17 direct"]),
            (
                "a.example,1,DIRECT\rb.example,2,DIRECT\r\nc.example,3,RESELLER",
                ["a.example/1 direct", "b.example/2 direct", "c.example/3 reseller"]
            ),
            ("# adx.example, 17, DIRECT", []), ("", []), ("\n\n  \t\n", []), (";ext", []),
        ] as [(String, [String])])
    func records(line: String, expected: [String]) {
        let file = AdsTxt(bytes(line))
        #expect(text(file) == expected)
        #expect(file.faults.count == 0)
    }

    @Test(
        "a line that is none is passed over, counted, and named by its number",
        arguments: [
            ("adx.example, 17", "is no record"), ("adx.example", "is no record"), ("<html>", "is no record"),
            ("https://adx.example, 17, DIRECT", "is no domain"), ("adx, 17, DIRECT", "is no domain"),
            (".adx.example, 17, DIRECT", "is no domain"), ("adx..example, 17, DIRECT", "is no domain"),
            ("adx.example/, 17, DIRECT", "is no domain"), (", 17, DIRECT", "is no domain"),
            ("adx.example, , DIRECT", "lacks the seller's account"),
            ("adx.example, 17, BOTH", "is neither DIRECT nor RESELLER"),
            ("adx.example, 17, ", "is neither DIRECT nor RESELLER"), ("SUBDOMAIN=news", "is no domain"),
            ("OWNERDOMAIN=", "is no domain"), ("MANAGERDOMAIN=, US", "is no domain"),
        ])
    func faults(line: String, message: String) {
        let file = AdsTxt(bytes("good.example, 1, DIRECT\n# comment\n\(line)\nlast.example, 2, RESELLER"))
        #expect(text(file) == ["good.example/1 direct", "last.example/2 reseller"])
        #expect(file.faults.count == 1)
        #expect(file.faults.first.first?.line == 3)
        #expect(file.faults.first.first?.message.hasPrefix(message) == true, "\(file.faults)")
    }

    @Test("variables are read in any case, those for people passed over")
    func variables() {
        let file = AdsTxt(
            bytes(
                """
                contact = ads@news.example
                SubDomain = Sports.News.Example # theirs
                SUBDOMAIN=tv.news.example
                inventorypartnerdomain=studio.example
                OWNERDOMAIN=holding.example
                MANAGERDOMAIN=house.example, US
                MANAGERDOMAIN=other.example
                UNKNOWN=x
                """))
        #expect(file.subdomains == [bytes("sports.news.example"), bytes("tv.news.example")])
        #expect(file.inventoryPartners == [bytes("studio.example")])
        #expect(file.owners == [bytes("holding.example")])
        #expect(file.managers == [bytes("house.example"), bytes("other.example")])
        #expect(file.records.isEmpty && file.faults.count == 0)
    }

    @Test("the placeholder record is none")
    func placeholder() {
        let file = AdsTxt(bytes("placeholder.example.com, placeholder, DIRECT, placeholder"))
        #expect(file.records.isEmpty && file.faults.count == 0)
    }

    @Test("of many faults the first are kept and all are counted")
    func manyFaults() {
        let file = AdsTxt(bytes(String(repeating: "<p>\n", count: 1000)))
        #expect(file.faults.count == 1000)
        #expect(file.faults.first.count == FileFaults.keptMax)
        #expect(file.faults.first.map(\.line) == Array(1...FileFaults.keptMax))
    }
}
