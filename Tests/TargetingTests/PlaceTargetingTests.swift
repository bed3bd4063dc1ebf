import OpenRTB
import Targeting
import Testing

@Suite("Targeting by place and network")
struct PlaceTargetingTests {
    @Test(
        "a country matches by its three letters, where the device is",
        arguments: [
            Case(.country(texts("usa")), geo(#""country":"USA""#), true),
            Case(.country(texts("usa")), geo(#""country":"us""#), true),
            Case(.country(texts("deu", "usa")), geo(#""country":"USA""#), true),
            Case(.country(texts("deu")), geo(#""country":"USA""#), false),
            Case(.country(texts("us")), geo(#""country":"USA""#), false),
            // Where the visitor lives is not where he is.
            Case(.country(texts("usa")), #""user":{"geo":{"country":"USA"}}"#, false),
        ])
    func country(_ item: Case) throws { try item.check() }

    private static let california = Region(country: Array("usa".utf8), code: Array("ca".utf8))
    private static let anyCA = Region(country: nil, code: Array("ca".utf8))

    @Test(
        "a region matches alone, or within its country",
        arguments: [
            Case(.region([california]), geo(#""country":"USA","region":"CA""#), true),
            Case(.region([california]), geo(#""country":"US","region":"us-ca""#), true),
            Case(.region([california]), geo(#""country":"ITA","region":"CA""#), false),
            Case(.region([california]), geo(#""region":"CA""#), false),
            Case(.region([anyCA]), geo(#""country":"ITA","region":"CA""#), true),
            Case(.region([anyCA]), geo(#""region":"CA""#), true),
            Case(.region([anyCA]), geo(#""country":"USA","region":"NY""#), false),
            Case(
                .region([Region(country: nil, code: Array("ny".utf8)), california]),
                geo(#""country":"USA","region":"CA""#), true),
        ])
    func region(_ item: Case) throws { try item.check() }

    @Test(
        "a city or metro matches as a whole",
        arguments: [
            Case(.city(texts("new york")), geo(#""city":"New York""#), true),
            Case(.city(texts("new york")), geo(#""city":"New Yorkshire""#), false),
            Case(.city(texts("york")), geo(#""city":"New York""#), false),
            Case(.metro(texts("807")), geo(#""metro":"807""#), true),
            Case(.metro(texts("807")), geo(#""metro":807"#), true),
            Case(.metro(texts("807")), geo(#""metro":"80""#), false),
        ])
    func city(_ item: Case) throws { try item.check() }

    @Test(
        "a postal code matches as a whole, or from its beginning",
        arguments: [
            Case(.zip([Wildcard(text: Array("10115".utf8), isPrefix: false)]), geo(#""zip":"10115""#), true),
            Case(.zip([Wildcard(text: Array("10115".utf8), isPrefix: false)]), geo(#""zip":10115"#), true),
            Case(.zip([Wildcard(text: Array("101".utf8), isPrefix: false)]), geo(#""zip":"10115""#), false),
            Case(.zip([Wildcard(text: Array("101".utf8), isPrefix: true)]), geo(#""zip":"10115""#), true),
            Case(.zip([Wildcard(text: Array("10115".utf8), isPrefix: true)]), geo(#""zip":"101""#), false),
            Case(.zip([Wildcard(text: Array("sw1".utf8), isPrefix: true)]), geo(#""zip":"SW1A 1AA""#), true),
            Case(.zip([Wildcard(text: [], isPrefix: true)]), geo(#""zip":"1""#), true),
        ])
    func zip(_ item: Case) throws { try item.check() }

    private static let berlin = Circle(lat: 52.52, lon: 13.405, km: 30)

    @Test(
        "a place matches all around it, by great-circle distance",
        arguments: [
            // Potsdam is 27 km away, Leipzig 149 km.
            Case(.near([berlin]), geo(#""lat":52.52,"lon":13.405"#), true),
            Case(.near([berlin]), geo(#""lat":52.3906,"lon":13.0645"#), true),
            Case(.near([berlin]), geo(#""lat":51.3397,"lon":12.3731"#), false),
            Case(.near([Circle(lat: 51.3397, lon: 12.3731, km: 1), berlin]), geo(#""lat":52.52,"lon":13.405"#), true),
            Case(.near([Circle(lat: 52.52, lon: 13.405, km: 148)]), geo(#""lat":51.3397,"lon":12.3731"#), false),
            Case(.near([Circle(lat: 52.52, lon: 13.405, km: 150)]), geo(#""lat":51.3397,"lon":12.3731"#), true),
            // Across the date line it is 22 km, the wrong way around 40,000.
            Case(.near([Circle(lat: 0, lon: 179.9, km: 30)]), geo(#""lat":0,"lon":-179.9"#), true),
            Case(.near([Circle(lat: 90, lon: 0, km: 1)]), geo(#""lat":90,"lon":123"#), true),
            Case(.near([Circle(lat: 0, lon: 0, km: 20_016)]), geo(#""lat":0,"lon":180"#), true),
            Case(.near([Circle(lat: 0, lon: 0, km: 30_000)]), geo(#""lat":91,"lon":0"#), false),
            Case(.near([Circle(lat: 0, lon: 0, km: 30_000)]), geo(#""lat":0,"lon":-180.5"#), false),
            Case(.near([berlin]), geo(#""lat":52.52"#), false),
        ])
    func near(_ item: Case) throws { try item.check() }

    private static func ranges(_ texts: String...) -> Leaf { .ip(texts.compactMap { AddressRange($0) }) }

    @Test(
        "a block matches the addresses in it",
        arguments: [
            Case(ranges("192.0.2.0/24"), device(#""ip":"192.0.2.255""#), true),
            Case(ranges("192.0.2.0/24"), device(#""ip":"192.0.3.0""#), false),
            Case(ranges("192.0.2.7"), device(#""ip":"192.0.2.7""#), true),
            Case(ranges("198.51.100.0/24", "192.0.2.0/24"), device(#""ip":"192.0.2.1""#), true),
            Case(ranges("2001:db8::/32"), device(#""ipv6":"2001:db8:ffff::1""#), true),
            Case(ranges("2001:db8::/32"), device(#""ipv6":"2001:db9::1""#), false),
            Case(ranges("192.0.2.0/24"), device(#""ipv6":"::ffff:192.0.2.9""#), true),
            Case(ranges("0.0.0.0/0"), device(#""ipv6":"2001:db8::1""#), false),
            Case(ranges("0.0.0.0/0"), device(#""ip":"not an address""#), false),
            Case(ranges("192.0.2.0/24"), device(#""ip":"192.0.2.x""#), false),
        ])
    func ip(_ item: Case) throws { try item.check() }

    @Test(
        "a device that tells two addresses is reached by either",
        arguments: [
            Case(ranges("192.0.2.0/24"), device(#""ip":"192.0.2.1","ipv6":"2001:db8::1""#), true),
            Case(ranges("2001:db8::/32"), device(#""ip":"192.0.2.1","ipv6":"2001:db8::1""#), true),
            Case(ranges("2001:db8::/32"), device(#""ip":"unknown","ipv6":"2001:db8::1""#), true),
        ])
    func twoAddresses(_ item: Case) throws { try item.check() }
}
