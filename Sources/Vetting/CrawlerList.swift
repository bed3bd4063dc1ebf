/// Parts of user agents that tell a crawler, in lower case.
package struct CrawlerList: Equatable, Sendable {
    /// Shorter ones would be in every visitor's user agent.
    package static let tokenBytesMin = 3
    package static let tokenBytesMax = 255

    package private(set) var tokens: [[UInt8]]
    package private(set) var faults = FileFaults()

    /// Well-known crawlers, by the product tokens that their operators publish.
    package init() { tokens = Self.wellKnown.map { Array($0.utf8) } }

    /// The well-known ones and those of a file: a token a line, any case; a line that starts with `#` is a comment.
    package init(_ bytes: [UInt8]) {
        self.init()
        for (number, line) in TextLines(bytes) where !line.isEmpty && line.first != UInt8(ascii: "#") {
            guard line.count >= Self.tokenBytesMin else {
                faults.add(
                    line: number, "is shorter than \(Self.tokenBytesMin) bytes: \(line.quoted)",
                    hint: "it would refuse every visitor")
                continue
            }
            guard line.count <= Self.tokenBytesMax else {
                faults.add(line: number, "is longer than \(Self.tokenBytesMax) bytes", hint: "a part of it will do")
                continue
            }
            if let browser = Self.ordinary.first(where: { $0.contains(line.lowercased) }) {
                faults.add(
                    line: number, "is in the user agents of browsers: \(line.quoted)",
                    hint: "it would refuse \(String(decoding: browser.prefix(40), as: UTF8.self))…")
                continue
            }
            tokens.append(line.lowercased)
        }
    }

    private static let wellKnown = [
        // Search engines.
        "googlebot", "adsbot-google", "mediapartners-google", "storebot-google", "google-inspectiontool",
        "googleother", "apis-google", "feedfetcher-google", "bingbot", "bingpreview", "adidxbot", "msnbot", "slurp",
        "duckduckbot", "baiduspider", "yandexbot", "yandex.com/bots", "sogou web spider", "exabot", "seznambot",
        "petalbot", "yisouspider", "coccocbot", "naverbot", "yeti/", "applebot", "qwantbot", "mojeekbot",
        // Previews of links.
        "facebookexternalhit", "facebookcatalog", "meta-externalagent", "twitterbot", "linkedinbot", "pinterestbot",
        "slackbot", "discordbot", "telegrambot", "redditbot", "embedly",
        // Training and answering.
        "gptbot", "chatgpt-user", "oai-searchbot", "claudebot", "perplexitybot", "ccbot", "bytespider", "amazonbot",
        "diffbot", "cohere-ai",
        // Archives, measurement, advertising's own.
        "ia_archiver", "archive.org_bot", "ahrefsbot", "semrushbot", "mj12bot", "dotbot", "dataforseobot",
        "screaming frog", "rogerbot", "blexbot", "serpstatbot", "proximic", "grapeshot", "peer39_crawler",
        "ias_crawler", "adbeat_bot", "uptimerobot", "pingdom", "statuscake", "chrome-lighthouse",
        // Programs.
        "headlesschrome", "phantomjs", "scrapy", "python-requests", "python-urllib", "curl/", "wget/", "libwww-perl",
        "go-http-client",
    ]

    /// What browsers send, in lower case: no token may be part of it.
    static let ordinary: [[UInt8]] = [
        "mozilla/5.0 (windows nt 10.0; win64; x64) applewebkit/537.36 (khtml, like gecko) chrome/130.0.0.0 safari/537.36",
        "mozilla/5.0 (windows nt 10.0; win64; x64; rv:132.0) gecko/20100101 firefox/132.0",
        "mozilla/5.0 (macintosh; intel mac os x 10_15_7) applewebkit/605.1.15 (khtml, like gecko) version/18.0 "
            + "safari/605.1.15",
        "mozilla/5.0 (iphone; cpu iphone os 18_0 like mac os x) applewebkit/605.1.15 (khtml, like gecko) version/18.0 "
            + "mobile/15e148 safari/604.1",
        "mozilla/5.0 (linux; android 14; sm-s918b build/up1a.231005.007; wv) applewebkit/537.36 (khtml, like gecko) "
            + "version/4.0 chrome/130.0.0.0 mobile safari/537.36",
        "mozilla/5.0 (x11; linux x86_64) applewebkit/537.36 (khtml, like gecko) chrome/130.0.0.0 safari/537.36 "
            + "edg/130.0.0.0 opr/115.0.0.0",
        "mozilla/5.0 (smart-tv; linux; tizen 7.0) applewebkit/537.36 (khtml, like gecko) samsungbrowser/5.0 tv safari",
        "mozilla/5.0 (web0s; linux/smarttv) applewebkit/537.36 (khtml, like gecko) chrome/108 safari/537.36 webappmanager",
    ].map { Array($0.utf8) }
}
