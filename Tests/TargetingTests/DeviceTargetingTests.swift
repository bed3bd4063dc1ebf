import OpenRTB
import Targeting
import Testing

@Suite("Targeting by device")
struct DeviceTargetingTests {
    @Test(
        "types of device and connection match by their numbers",
        arguments: [
            Case(.device([4, 5]), device(#""devicetype":4"#), true),
            Case(.device([4, 5]), device(#""devicetype":"5""#), true),
            Case(.device([4, 5]), device(#""devicetype":1"#), false),
            Case(.device([4]), device(#""devicetype":"phone""#), false),
            Case(.connection([2]), device(#""connectiontype":2"#), true),
            Case(.connection([2]), device(#""connectiontype":6"#), false),
            Case(.connection([0]), device(""), false),
        ])
    func types(_ item: Case) throws { try item.check() }

    @Test(
        "an operating system matches by its whole name",
        arguments: [
            Case(.os(texts("ios")), device(#""os":"iOS""#), true),
            Case(.os(texts("ios", "android")), device(#""os":"ANDROID""#), true),
            Case(.os(texts("ios")), device(#""os":"iOS 17""#), false),
            Case(.os(texts("android")), device(#""sua":{"platform":{"brand":"Android"}}"#), true),
        ])
    func os(_ item: Case) throws { try item.check() }

    @Test(
        "a version accepts what is below it, not what merely begins alike",
        arguments: [
            Case(.osv(texts("14")), device(#""osv":"14""#), true),
            Case(.osv(texts("14")), device(#""osv":"14.2""#), true),
            Case(.osv(texts("14")), device(#""osv":"14.2.1""#), true),
            Case(.osv(texts("14")), device(#""osv":"140""#), false),
            Case(.osv(texts("14.2")), device(#""osv":"14""#), false),
            Case(.osv(texts("14.2")), device(#""osv":"14.20""#), false),
            Case(.osv(texts("14")), device(#""osv":14"#), true),
            Case(.osv(texts("13", "14")), device(#""osv":"14.1""#), true),
        ])
    func osv(_ item: Case) throws { try item.check() }

    @Test(
        "a language accepts its regions",
        arguments: [
            Case(.language(texts("en")), device(#""language":"en""#), true),
            Case(.language(texts("en")), device(#""language":"EN-gb""#), true),
            Case(.language(texts("en")), device(#""langb":"en-GB""#), true),
            Case(.language(texts("en-gb")), device(#""langb":"en-GB""#), true),
            Case(.language(texts("en-gb")), device(#""language":"en""#), false),
            Case(.language(texts("en")), device(#""language":"eng""#), false),
            Case(.language(texts("de", "en")), device(#""language":"en""#), true),
            Case(.language(texts("en")), site(#""content":{"language":"en"}"#), false),
        ])
    func language(_ item: Case) throws { try item.check() }

    @Test(
        "a carrier matches by its name or its code",
        arguments: [
            Case(.carrier(texts("example mobile")), device(#""carrier":"Example Mobile""#), true),
            Case(.carrier(texts("310-005")), device(#""mccmnc":"310-005""#), true),
            Case(.carrier(texts("310-005")), device(#""carrier":"x","mccmnc":"310-005""#), true),
            Case(.carrier(texts("310-005")), device(#""carrier":"310-00""#), false),
        ])
    func carrier(_ item: Case) throws { try item.check() }

    private static let agents: [(String, Browser)] = [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
            .chrome
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 CriOS/126.0 Mobile Safari/604.1",
            .chrome
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 Version/17.5 Safari/605.1",
            .safari
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", .firefox),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 FxiOS/128.0 Mobile Safari/605.1",
            .firefox
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", .edge),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/64.0 Safari/537.36 Edge/17.17134", .edge),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/125.0 Safari/537.36 OPR/111.0", .opera),
        ("Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.18", .opera),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36",
            .samsung
        ),
        ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", .ie),
        ("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1)", .ie),
        ("curl/8.5.0", .other), ("x", .other),
    ]

    @Test("a browser matches by its user agent, though most name those they descend from", arguments: agents)
    func userAgent(agent: String, browser: Browser) throws {
        for candidate in Browser.allCases {
            try Case(.browser([candidate]), device(#""ua":"\#(agent)""#), candidate == browser).check()
        }
    }

    private static let brands: [(String, Browser)] = [
        ("Google Chrome", .chrome), ("Chromium", .chrome), ("Microsoft Edge", .edge), ("Opera", .opera),
        ("Samsung Internet", .samsung), ("Firefox", .firefox), ("Safari", .safari), ("Brave", .other),
    ]

    @Test("a browser matches by its client hints before its user agent", arguments: brands)
    func clientHints(brand: String, browser: Browser) throws {
        let members = device(#""ua":"Mozilla/5.0 Trident/7.0","sua":{"browsers":[{"brand":"\#(brand)"}]}"#)
        for candidate in Browser.allCases {
            try Case(.browser([candidate]), members, candidate == browser).check()
        }
    }
}
