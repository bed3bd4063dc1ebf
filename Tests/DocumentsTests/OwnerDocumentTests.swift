import OpenRTB
import Sealing
import Testing
import Units

@testable import Documents

private let encryption = "skU7Ax_NL5pPAFyKdkfZjZz2-VhIN8bjj1rVFOaJ_5o="
private let integrity = "arO23ykdNqUQ5LEoQ0FVmPkBd7xB5CO89PDZlSjpFxo="

@Suite("Documents of advertisers, exchanges and audiences")
struct OwnerDocumentTests {
    private static func advertiserFaults(_ json: String) throws -> [Fault] {
        let tree = try node(json)
        return faults { () throws(DocumentError) in _ = try AdvertiserDocument(tree) }
    }

    private static func exchangeFaults(_ members: String) throws -> [Fault] {
        let tree = try node(#"{"id":"x"}"#).merging(node(members))
        return faults { () throws(DocumentError) in _ = try ExchangeDocument(tree) }
    }

    private static func audienceFaults(_ json: String) throws -> [Fault] {
        let tree = try node(json)
        return faults { () throws(DocumentError) in _ = try AudienceDocument(tree) }
    }

    @Test("id and name are all that an advertiser and an exchange need")
    func least() throws {
        let advertiser = try AdvertiserDocument(try node(#"{"id":"acme","name":"Acme"}"#))
        #expect(advertiser.name == "Acme")
        #expect(advertiser.budget == Budget())
        #expect(advertiser.currency == .usd)
        #expect(advertiser.clock == .utc)
        #expect(advertiser.notes.isEmpty)
        let exchange = try ExchangeDocument(try node(#"{"id":"adx","name":"AdX"}"#))
        #expect(exchange.name == "AdX")
        #expect(exchange.state == .active)
        #expect(exchange.reserveMillis == nil)
        #expect(exchange.tmaxMillis == 100)
        #expect(exchange.currency == .usd)
        #expect(exchange.priceEncoding == .plain)
        #expect(exchange.billAt == .burl)
        #expect(exchange.credentials.isEmpty)
        #expect(exchange.formats.isEmpty)
        #expect(exchange.notes.isEmpty)
        #expect(try AdvertiserDocument(try node(#"{"id":"acme"}"#)).name == "acme")
    }

    @Test("an advertiser's document is read whole")
    func advertiser() throws {
        let read = try AdvertiserDocument(
            try node(
                #"""
                {"id":"acme","name":"Acme","currency":"EUR","timezone":"Europe/Berlin",
                "budget":{"total":"10","daily":"1.5","pacing":"asap"},"frequency":[{"impressions":2,"hours":1}]}
                """#
            )
        )
        #expect(read.currency.description == "EUR")
        #expect(read.timezone == "Europe/Berlin")
        #expect(read.clock.localSeconds(at: Instant(seconds: 1_782_907_200)) == 1_782_907_200 + 7200)
        #expect(read.budget.total == Micros(10_000_000))
        #expect(read.budget.daily == Micros(1_500_000))
        #expect(read.budget.pacing == .asap)
        #expect(read.frequency.count == 1)
        #expect(read.notes.isEmpty)
    }

    @Test(
        "an advertiser's faults are named where they stand",
        arguments: [
            ("{}", ["/id"]), (#"{"id":"42"}"#, ["/id"]), (#"{"id":"a","currency":"eur"}"#, ["/currency"]),
            (#"{"id":"a","timezone":"Nowhere"}"#, ["/timezone"]),
            (#"{"id":"a","budget":{"total":5}}"#, ["/budget/total"]),
            (#"{"id":"a","budget":{"monthly":"5"}}"#, ["/budget/monthly"]), (#"{"id":"a","budget":"5"}"#, ["/budget"]),
            (#"{"id":"a","name":7,"seat":"x"}"#, ["/seat", "/name"]),
        ])
    func advertiserFaults(json: String, places: [String]) throws {
        #expect(pointers(try Self.advertiserFaults(json)) == places)
    }

    @Test("an exchange's document is read whole")
    func exchange() throws {
        let read = try ExchangeDocument(
            try node(
                #"""
                {"id":"adx","name":"AdX","state":"paused","reserve_ms":15,"tmax_ms":200,"currency":"EUR",
                "price_encoding":"base64","bill_at":"impression","seller_domain":"ADX.example","qps":500,
                "formats":["banner","native"],
                "sync":{"url":"https://adx.example/match?id={vendue_id}","redirect_hosts":["Sync.adx.example","[::1]:81"]},
                "credentials":{"bearer":"0123456789abcdef","addresses":["192.0.2.1","2001:db8::1"]}}
                """#
            )
        )
        #expect(read.state == .paused)
        #expect(read.reserveMillis == 15)
        #expect(read.tmaxMillis == 200)
        #expect(read.currency.description == "EUR")
        #expect(read.priceEncoding == .base64)
        #expect(read.billAt == .impression)
        #expect(read.sellerDomain == "adx.example")
        #expect(read.qps == 500)
        #expect(read.formats == [.banner, .native])
        #expect(read.credentials.bearer == "0123456789abcdef")
        #expect(read.credentials.addresses == ["192.0.2.1", "2001:db8::1"])
        #expect(read.sync.url == "https://adx.example/match?id={vendue_id}")
        #expect(
            read.sync.redirectHosts == [.init(name: "sync.adx.example", port: nil), .init(name: "[::1]", port: 81)])
        #expect(read.notes.count == 1)
    }

    @Test("Google's keys are 32 bytes in Base64 of either alphabet, padded or not")
    func googleKeys() throws {
        let read = { (first: String, second: String) in
            try ExchangeDocument(
                try node(
                    """
                    {"id":"g","price_encoding":{"google":{"encryption_key":"\(first)","integrity_key":"\(second)"}}}
                    """
                )
            ).priceEncoding
        }
        let encoding = try read(encryption, integrity)
        guard case .google(let encryptionKey, let integrityKey) = encoding else {
            Issue.record("no keys: \(encoding)")
            return
        }
        #expect(encryptionKey.count == 32)
        #expect(integrityKey.count == 32)
        #expect(Array(encryptionKey.prefix(4)) == [0xB2, 0x45, 0x3B, 0x03])
        let plain = encryption.replacing("-", with: "+").replacing("_", with: "/").replacing("=", with: "")
        #expect(try read(plain, integrity) == encoding)
    }

    @Test(
        "an exchange's faults are named where they stand",
        arguments: [
            (#"{"id":null}"#, ["/id"]), (#"{"id":"7"}"#, ["/id"]), (#"{"state":"off"}"#, ["/state"]),
            (#"{"reserve_ms":10001}"#, ["/reserve_ms"]), (#"{"reserve_ms":-1}"#, ["/reserve_ms"]),
            (#"{"tmax_ms":0}"#, ["/tmax_ms"]), (#"{"currency":"usd"}"#, ["/currency"]),
            (#"{"price_encoding":"rot13"}"#, ["/price_encoding"]), (#"{"price_encoding":5}"#, ["/price_encoding"]),
            (#"{"price_encoding":{}}"#, ["/price_encoding/google"]),
            (
                #"{"price_encoding":{"google":{"encryption_key":"AAAA","integrity_key":"AAAA"}}}"#,
                ["/price_encoding/google/encryption_key", "/price_encoding/google/integrity_key"]
            ),
            (
                #"{"price_encoding":{"google":{}}}"#,
                ["/price_encoding/google/encryption_key", "/price_encoding/google/integrity_key"]
            ),
            (#"{"bill_at":"click"}"#, ["/bill_at"]), (#"{"credentials":{"bearer":"short"}}"#, ["/credentials/bearer"]),
            (#"{"credentials":{"baerer":"0123456789abcdef"}}"#, ["/credentials/baerer"]),
            (#"{"credentials":{"addresses":["nowhere"]}}"#, ["/credentials/addresses/0"]), (#"{"qps":0}"#, ["/qps"]),
            (#"{"formats":["gif"]}"#, ["/formats"]), (#"{"reserve":5}"#, ["/reserve"]),
            (#"{"sync":"https://adx.example"}"#, ["/sync"]), (#"{"sync":{"host":"a"}}"#, ["/sync/host"]),
            (#"{"sync":{"url":"http://adx.example/"}}"#, ["/sync/url"]),
            (#"{"sync":{"url":"//adx.example/"}}"#, ["/sync/url"]),
            (
                #"{"sync":{"redirect_hosts":["ok.example","https://a.example","a.example/b","*.example",7]}}"#,
                [
                    "/sync/redirect_hosts/1", "/sync/redirect_hosts/2", "/sync/redirect_hosts/3",
                    "/sync/redirect_hosts/4",
                ]
            ),
        ])
    func exchangeFaults(members: String, places: [String]) throws {
        #expect(pointers(try Self.exchangeFaults(members)) == places)
    }

    @Test(
        "an audience is a rule, a list or addresses",
        arguments: [
            #"""
            {"id":"runners","advertiser":"acme","when":{"all":[{"event":"view","where":{"category":["shoes"]},"at_least":3,
            "within":"7d"},{"not":{"event":"purchase","within":"30d"}}]}}
            """#,
            #"{"id":"list","advertiser":"acme","members":["a","b"]}"#,
            #"{"id":"office","cidr":["192.0.2.0/24","2001:db8::/32"]}"#,
            #"{"id":"any","when":{"any":[{"event":"view"},{"event":"cart","at_most":0}]}}"#,
        ])
    func audiences(json: String) throws {
        #expect(try Self.audienceFaults(json).isEmpty)
        #expect(try AudienceDocument(try node(json)).name == AudienceDocument(try node(json)).id)
    }

    @Test(
        "an audience's faults are named where they stand",
        arguments: [
            (#"{"id":"a"}"#, [""]), (#"{"members":["x"]}"#, ["/id"]), (#"{"id":"1","members":["x"]}"#, ["/id"]),
            (#"{"id":"a","members":["x"],"cidr":["192.0.2.1"]}"#, [""]), (#"{"id":"a","members":[1]}"#, ["/members/0"]),
            (#"{"id":"a","cidr":["192.0.2.1","office"]}"#, ["/cidr/1"]),
            (#"{"id":"a","when":{"evnt":"view"}}"#, ["/when/evnt"]),
            (#"{"id":"a","when":{"all":[{"event":"view","within":"7 days"}]}}"#, ["/when/all/0/within"]),
            (#"{"id":"a","when":{"event":"view","at_least":0}}"#, ["/when/at_least"]),
            (#"{"id":"a","when":{"not":{"event":5}}}"#, ["/when/not/event"]),
            (#"{"id":"a","when":"always"}"#, ["/when"]),
            (#"{"id":"a","advertiser":"a b","members":["x"]}"#, ["/advertiser"]),
        ])
    func audienceFaults(json: String, places: [String]) throws {
        #expect(pointers(try Self.audienceFaults(json)) == places)
    }

    @Test("an audience's rule nests sixteen levels, not seventeen")
    func audienceDepth() throws {
        let nested = { (levels: Int) in
            "{\"id\":\"a\",\"when\":" + String(repeating: "{\"not\":", count: levels - 1) + "{\"event\":\"view\"}"
                + String(repeating: "}", count: levels)
        }
        #expect(try Self.audienceFaults(nested(16)).isEmpty)
        #expect(try Self.audienceFaults(nested(17)).map(\.message) == ["nested deeper than 16 levels"])
    }
}
