import OpenRTB
import Testing
import Units
import Vetting

@Suite("Crawlers")
struct CrawlerListTests {
    private func isCrawler(_ ua: String, _ file: String = "") throws -> Bool {
        var sources = VettingSources()
        sources.crawlers = CrawlerList(bytes(file))
        let reader = BidRequestReader()
        try reader.read(copying: bytes(request(ua: ua)))
        return Vetting(sources).facts(reader.request, exchangeSellerDomain: []).isCrawler
    }

    @Test(
        "well-known ones are known in any case and place",
        arguments: [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "GOOGLEBOT", "xGoogleBotx",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0)", "curl/8.5.0",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (Applebot/0.1)",
            "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/130.0.0.0 Safari/537.36", "facebookexternalhit/1.1",
            "Sogou web spider/4.0", "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
        ])
    func known(ua: String) throws {
        #expect(try isCrawler(ua))
    }

    @Test(
        "browsers and apps are none",
        arguments: [
            "", "M", "Mo", "Mozilla/5.0", "googlebo", "Google bot", "okhttp/4.12.0",
            "Dalvik/2.1.0 (Linux; U; Android 14)",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 [FBAN/FBIOS;FBAV/480.0]",
            "AppleCoreMedia/1.0.0.22A3354 (Apple TV; U; CPU OS 18_0 like Mac OS X; en_us)",
            "Roku/DVP-14.0 (14.0.0.2951)",
        ])
    func unknown(ua: String) throws {
        #expect(try !isCrawler(ua))
    }

    @Test("a file adds tokens to them")
    func file() throws {
        #expect(try !isCrawler("AcmeFetch/1.0"))
        #expect(try isCrawler("AcmeFetch/1.0", "# ours\nacmefetch\r\n"))
        #expect(try isCrawler("x (ACMEFETCH)", "AcmeFetch"))
        #expect(try isCrawler("Googlebot", "acmefetch"))
        #expect(try isCrawler("end of it: xyz", "xyz"))
        #expect(try !isCrawler("end of it: xy", "xyz"))
    }

    @Test(
        "a token that would refuse visitors is a fault",
        arguments: ["a", "bo", "Mozilla", "mobile", "Chrome/1", "safari/537.36", "; ", "like gecko"])
    func tooWide(token: String) throws {
        let list = CrawlerList(bytes("\n\(token)"))
        #expect(list.faults.first.map(\.line) == [2], "\(list.faults)")
        #expect(list.tokens == CrawlerList().tokens)
    }

    @Test("every token is found at every place, and only there, as a plain search says")
    func agreement() throws {
        var random = SplitMix64(seed: 5)
        var tokens: [[UInt8]] = []
        let alphabet = bytes("abAB12/ -;")
        for _ in 0..<300 {
            tokens.append(
                (0..<Int.random(in: 3...9, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 })
        }
        let list = CrawlerList(Array(tokens.joined(separator: [0x0A])))
        var sources = VettingSources()
        sources.crawlers = list
        let vetting = Vetting(sources)
        let reader = BidRequestReader()
        var found = 0
        for round in 0..<2000 {
            var ua = (0..<Int.random(in: 0...40, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0
            }
            if round % 3 == 0, let token = list.tokens.randomElement(using: &random) {
                ua.insert(contentsOf: token, at: Int.random(in: 0...ua.count, using: &random))
            }
            try reader.read(copying: bytes(request(ua: String(decoding: ua, as: UTF8.self))))
            let lower = ua.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
            let expected = list.tokens.contains { lower.contains($0) }
            let isCrawler = vetting.facts(reader.request, exchangeSellerDomain: []).isCrawler
            if isCrawler != expected { Issue.record("\(String(decoding: ua, as: UTF8.self)): \(isCrawler)") }
            if expected { found += 1 }
        }
        #expect(found > 400 && found < 1900, "\(found)")
    }
}
