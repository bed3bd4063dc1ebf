import Consent
import Targeting
import Testing
import Units
import Vetting

@testable import Documents

@Suite("The service's configuration")
struct ServiceConfigurationTests {
    private static func read(
        _ yaml: String? = nil,
        environment: [String: String] = [:],
        flags: [[String]: String] = [:]
    ) throws -> ServiceConfiguration {
        try ServiceConfiguration(file: try yaml.map { try node($0) }, environment: environment, flags: flags)
    }

    private static func faults(
        _ yaml: String? = nil,
        environment: [String: String] = [:],
        flags: [[String]: String] = [:]
    ) throws -> [Fault] {
        do {
            _ = try read(yaml, environment: environment, flags: flags)
            return []
        } catch let error as DocumentError {
            return error.faults
        }
    }

    @Test("without a file, a variable or a flag the defaults hold")
    func defaults() throws {
        let read = try Self.read()
        #expect(read.data == "./vendue-data")
        #expect(read.bid == .init(host: "127.0.0.1", port: 8080))
        #expect(read.control == .init(host: "127.0.0.1", port: 8081))
        #expect(read.publicURL == nil)
        #expect(read.loops == nil)
        #expect(read.durability == .powerLoss)
        #expect(read.rates == CurrencyRates())
        #expect(read.consent == ConsentPolicy())
    }

    @Test("a policy of consent is read whole, and what it does not say stays strict")
    func consent() throws {
        let read = try Self.read(
            """
            consent:
              vendor_id: 42
              policy:
                purposes: { consent: [1, 3, 4], legitimate_interest: [2, 7], flexible: [7] }
                without_basis: none
                require_disclosed_vendors: false
                policy_version_min: 2
                stale_after_days: 180
                us_without_valid_string: ignored
                purpose_one_exceptions: [de, AT]
            """
        ).consent
        var expected = ConsentPolicy()
        expected.vendorID = 42
        expected.consentPurposes = [1, 3, 4]
        expected.legitimateInterestPurposes = [2, 7]
        expected.flexiblePurposes = [7]
        expected.withoutBasis = .none
        expected.requireDisclosedVendors = false
        expected.policyVersionMin = 2
        expected.staleAfterDays = 180
        expected.usWithoutValidString = .ignored
        #expect(read.purposeOneExceptions.map(\.text) == ["DE", "AT"])
        expected.purposeOneExceptions = read.purposeOneExceptions
        #expect(read == expected)

        var named = ConsentPolicy()
        named.vendorID = 1
        #expect(try Self.read("consent: { vendor_id: 1 }").consent == named)
        #expect(try Self.read("consent: { policy: {} }").consent == ConsentPolicy())
    }

    @Test(
        "a fault in a policy of consent says where it is and what to do",
        arguments: [
            ("{ vendor_id: 0 }", "/consent/vendor_id", "must be between 1 and 65535, is 0", ""),
            ("{ vendor: 1 }", "/consent/vendor", "unknown key “vendor”", "did you mean “vendor_id”?"),
            (
                "{ policy: { without_basis: full } }", "/consent/policy/without_basis",
                "must be one of contextual, none; is “full”", ""
            ),
            (
                "{ policy: { purposes: { consent: [1, 12] } } }", "/consent/policy/purposes/consent/1",
                "must be a whole number between 1 and 11", ""
            ),
            (
                "{ policy: { purposes: { legitimate_interest: [4] } } }",
                "/consent/policy/purposes/legitimate_interest",
                "purpose 4 rests on consent alone", "move it to “consent”"
            ),
            (
                "{ policy: { purposes: { consent: [2], legitimate_interest: [2] } } }",
                "/consent/policy/purposes/legitimate_interest", "purpose 2 has two legal bases", "keep one of them"
            ),
            (
                "{ policy: { purposes: { consent: [1], flexible: [1] } } }", "/consent/policy/purposes/flexible",
                "purpose 1 rests on consent alone", "leave it out"
            ),
            (
                "{ policy: { purposes: { flexible: [2] } } }", "/consent/policy/purposes/flexible",
                "purpose 2 is not declared", "name it in “consent” or “legitimate_interest” too"
            ),
            (
                "{ policy: { purpose_one_exceptions: [DEU] } }", "/consent/policy/purpose_one_exceptions",
                "is no country: “DEU”", "two letters (ISO 3166-1), as \"DE\""
            ),
        ])
    func consentFaults(yaml: String, pointer: String, message: String, hint: String) throws {
        let found = try Self.faults("consent: \(yaml)")
        #expect(found.map(\.pointer) == [pointer])
        #expect(found.map(\.message) == [message])
        #expect(found.map(\.hint) == [hint])
    }

    private static let file = """
        data: /var/lib/vendue
        bid:
          address: 0.0.0.0:9000
          public_url: https://bid.example
        control:
          address: "[::1]:9001"
        loops: 4
        durability: process-crash
        currency_rates: { EUR: "1.08", JPY: "0.0067" }
        """

    @Test("a file is read whole")
    func file() throws {
        let read = try Self.read(Self.file)
        #expect(read.data == "/var/lib/vendue")
        #expect(read.bid == .init(host: "0.0.0.0", port: 9000))
        #expect(read.publicURL == "https://bid.example")
        #expect(read.control == .init(host: "::1", port: 9001))
        #expect(read.loops == 4)
        #expect(read.durability == .processCrash)
        let euro = try #require(Currency("EUR".utf8))
        #expect(read.rates.convert(CPM(micros: 1_000_000), from: euro, to: .usd, rounding: .down)?.micros == 1_080_000)
    }

    @Test("the environment overrides the file, a flag overrides both, each key for itself")
    func precedence() throws {
        let environment = [
            "VENDUE_DATA": "/env", "VENDUE_BID_ADDRESS": "127.0.0.1:1", "VENDUE_LOOPS": "2", "HOME": "/root",
            "VENDUE_UNKNOWN": "x",
        ]
        let fromEnvironment = try Self.read(Self.file, environment: environment)
        #expect(fromEnvironment.data == "/env")
        #expect(fromEnvironment.bid.port == 1)
        #expect(fromEnvironment.publicURL == "https://bid.example")
        #expect(fromEnvironment.loops == 2)
        #expect(fromEnvironment.control.port == 9001)
        let flags = [["data"]: "/flag", ["control", "address"]: "127.0.0.1:0", ["loops"]: "3"]
        let fromFlags = try Self.read(Self.file, environment: environment, flags: flags)
        #expect(fromFlags.data == "/flag")
        #expect(fromFlags.bid.port == 1)
        #expect(fromFlags.control.port == 0)
        #expect(fromFlags.loops == 3)
        #expect(try Self.read(environment: environment).bid.port == 1)
    }

    @Test("every key that can be overridden has its variable")
    func variables() throws {
        let values = [
            "VENDUE_DATA": "/d", "VENDUE_BID_ADDRESS": "a:1", "VENDUE_BID_PUBLIC_URL": "https://p.example",
            "VENDUE_CONTROL_ADDRESS": "c:2", "VENDUE_LOOPS": "7", "VENDUE_DURABILITY": "process-crash",
            "VENDUE_BID_TLS_CERTIFICATE": "/c", "VENDUE_BID_TLS_KEY": "/k", "VENDUE_BID_TLS_CLIENT_CA": "/ca",
        ]
        #expect(Set(ServiceConfiguration.variables.map(\.variable)) == Set(values.keys))
        let read = try Self.read(environment: values)
        #expect(read.data == "/d")
        #expect(read.bid.text == "a:1")
        #expect(read.publicURL == "https://p.example")
        #expect(read.control.text == "c:2")
        #expect(read.loops == 7)
        #expect(read.durability == .processCrash)
        #expect(read.bidTLS == .init(certificate: "/c", key: "/k", clientCA: "/ca"))
    }

    @Test("TLS needs a certificate and a key, and numbers of connections are numbers")
    func bidSide() throws {
        let plain = try Self.read("bid: { connections: 100, connections_per_address: 10 }")
        #expect(plain.bidTLS == nil)
        #expect(plain.connections == 100)
        #expect(plain.connectionsPerAddress == 10)
        #expect(try Self.faults("bid: { tls: { certificate: x } }").map(\.pointer) == ["/bid/tls/key"])
        #expect(try Self.faults("bid: { tls: { ca: x } }").count == 3)
        #expect(try Self.faults("bid: { connections: 0 }").map(\.pointer) == ["/bid/connections"])
    }

    @Test("a section that the file leaves empty does not hide the environment or a flag")
    func emptySection() throws {
        let yaml = "bid:\n#  address: 127.0.0.1:80\ncontrol:\n"
        let read = try Self.read(
            yaml,
            environment: ["VENDUE_BID_ADDRESS": "127.0.0.1:1"],
            flags: [["control", "address"]: "127.0.0.1:2"]
        )
        #expect(read.bid.port == 1)
        #expect(read.control.port == 2)
    }

    @Test("a fault names the file's line, the variable or the flag that it came from")
    func origins() throws {
        let found = try Self.faults(
            "bid:\n  address: nowhere\ndata: 5\n",
            environment: ["VENDUE_LOOPS": "many", "VENDUE_BID_PUBLIC_URL": "bid.example"],
            flags: [["durability"]: "none", ["control", "address"]: ":80"]
        )
        let described = Set(found.map(\.description))
        let expected: Set = [
            "3:7: /data: must be a string, is a number",
            "2:12: /bid/address: is no address: “nowhere” (HOST:PORT, for example \"127.0.0.1:8080\")",
            "environment VENDUE_BID_PUBLIC_URL: /bid/public_url: must be an absolute http or https URL, "
                + "is “bid.example” (for example \"https://acme.example/\")",
            "flag --control.address: /control/address: is no address: “:80” (HOST:PORT, for example \"127.0.0.1:8080\")",
            "environment VENDUE_LOOPS: /loops: must be a whole number, is a string",
            "flag --durability: /durability: must be one of power-loss, process-crash; is “none”",
        ]
        #expect(described.subtracting(expected).isEmpty)
        #expect(expected.subtracting(described).isEmpty)
    }

    @Test(
        "keys of a later version are refused with what to do instead",
        arguments: [
            ("control: { tls: {} }", "/control/tls")
        ])
    func laterKeys(yaml: String, pointer: String) throws {
        let found = try Self.faults(yaml)
        #expect(found.map(\.pointer) == [pointer])
        #expect(found.map(\.message) == ["is not available in this version"])
        #expect(found.first?.hint.isEmpty == false)
    }

    @Test(
        "what is kept of visitors has bounds",
        arguments: [
            ("retention: 30d", "/retention"), ("retention: { acts_days: 0 }", "/retention/acts_days"),
            ("retention: { log_days: 31 }", "/retention/log_days"), ("retention: { log: 40 }", "/retention/log"),
            ("audience: { memory: 1 }", "/audience/memory"), ("audience: { memory_mb: 1 }", "/audience/memory_mb"),
        ])
    func retention(yaml: String, pointer: String) throws {
        #expect(try Self.faults(yaml).map(\.pointer) == [pointer])
    }

    @Test(
        "of the log sizes have bounds",
        arguments: [
            ("log: big", "/log"), ("log: { segment_mb: 0 }", "/log/segment_mb"),
            ("log: { free_mb: -1 }", "/log/free_mb"), ("log: { reserve_mb: much }", "/log/reserve_mb"),
            ("log: { reserve: 1 }", "/log/reserve"),
        ])
    func log(yaml: String, pointer: String) throws {
        #expect(try Self.faults(yaml).map(\.pointer) == [pointer])
    }

    @Test("sizes of the log are told in MiB")
    func logSizes() throws {
        let node = try Node.readOne("log: { segment_mb: 2, free_mb: 0, reserve_mb: 3 }")
        let policy = try ServiceConfiguration(file: node, environment: [:], flags: [:]).log
        #expect(policy.segmentBytes == 2 << 20)
        #expect(policy.freeBytesMin == 0)
        #expect(policy.reserveBytes == 3 << 20)
        #expect(try ServiceConfiguration(file: nil, environment: [:], flags: [:]).log == LogPolicy())
    }

    @Test(
        "an unknown key is refused with the nearest known one",
        arguments: [
            ("dta: /x", "/dta", "did you mean “data”?"),
            ("bid: { adress: x }", "/bid/adress", "did you mean “address”?"),
            ("control: { public_url: x }", "/control/public_url", "known: address, tls"),
        ])
    func unknownKeys(yaml: String, pointer: String, hint: String) throws {
        let found = try Self.faults(yaml)
        #expect(found.map(\.pointer) == [pointer])
        #expect(found.map(\.hint) == [hint])
    }

    @Test(
        "an address is a host and a port, IPv6 in brackets",
        arguments: [
            ("127.0.0.1:8080", "127.0.0.1", 8080), ("localhost:0", "localhost", 0), ("[::1]:443", "::1", 443),
            ("[2001:db8::1]:65535", "2001:db8::1", 65_535), ("0.0.0.0:1", "0.0.0.0", 1),
        ])
    func addresses(text: String, host: String, port: Int) {
        let address = ServiceConfiguration.Address(text)
        #expect(address?.host == host)
        #expect(address?.port == port)
        #expect(address?.text == text)
    }

    @Test(
        "what is no host and port is no address",
        arguments: [
            "", "localhost", ":80", "localhost:", "localhost:http", "localhost:65536", "localhost:-1", "[]:80", "80",
        ])
    func noAddresses(text: String) {
        #expect(ServiceConfiguration.Address(text) == nil)
    }

    @Test(
        "currency rates are amounts above zero by three capital letters",
        arguments: [
            (#"{"eur":"1"}"#, "/currency_rates/eur"), (#"{"EURO":"1"}"#, "/currency_rates/EURO"),
            (#"{"EUR":"0"}"#, "/currency_rates/EUR"), (#"{"EUR":1.08}"#, "/currency_rates/EUR"),
            (#"{"EUR":"-1"}"#, "/currency_rates/EUR"), (#"{"EUR":"a lot"}"#, "/currency_rates/EUR"),
            (#"["EUR"]"#, "/currency_rates"),
        ])
    func rates(json: String, pointer: String) throws {
        #expect(try Self.faults("{\"currency_rates\":\(json)}").map(\.pointer) == [pointer])
    }

    @Test("rates may stand in a file of their own")
    func ratesFile() throws {
        let read = try Self.read("currency_rates: /etc/vendue/rates.yaml")
        #expect(read.ratesFile == "/etc/vendue/rates.yaml" && read.rates == CurrencyRates())
        #expect(try Self.read(Self.file).ratesFile == nil)
        #expect(try Self.faults("currency_rates: ''").map(\.pointer) == ["/currency_rates"])
        let euro = try #require(Currency("EUR".utf8))
        #expect(try CurrencyRates(node(#"{"EUR":"1.08"}"#)).knows(euro))
        let faults = DocumentsTests.faults { () throws(DocumentError) in
            _ = try CurrencyRates(Node.readOne("USD: '1'\neur: '1'\nEUR: 0"))
        }
        #expect(faults.map(\.pointer) == ["/eur", "/EUR"])
        #expect(faults.map(\.position?.line) == [2, 3])
    }

    @Test("the files of supply chains and crawlers are named")
    func supplyChain() throws {
        let read = try Self.read(
            """
            crawlers: c.txt
            supply_chain: { sellers: s, ads_txt: a, app_ads_txt: p, apps: b.tsv, blocked: x.txt, require: [complete, listed] }
            """)
        #expect(read.crawlers == "c.txt")
        let files = read.supplyChain
        #expect(
            [files.sellers, files.adsTxt, files.appAdsTxt, files.apps, files.blocked] == [
                "s", "a", "p", "b.tsv", "x.txt",
            ])
        #expect(files.require == [.complete, .listed])
        #expect(try Self.read("loops: 1").supplyChain == SupplyChainFiles())
    }

    @Test("the files about addresses are read, and what they are for")
    func ipSignals() throws {
        let read = try Self.read(
            """
            geoip: { city: c.mmdb, network: n.mmdb, prefer: true }
            networks: { data_centres: d.txt, proxies: p.txt, refuse: false }
            bid: { trusted_proxies: [10.0.0.0/8, "::1"] }
            """)
        let files = read.ipSignals
        #expect(files.city == "c.mmdb")
        #expect(files.network == "n.mmdb")
        #expect(files.prefersDatabase)
        #expect(files.dataCentres == "d.txt")
        #expect(files.proxies == "p.txt")
        #expect(!files.refusesNetworks)
        #expect(read.trustedProxies == ["10.0.0.0/8", "::1"].compactMap { AddressRange($0) })
        let none = try Self.read("loops: 1")
        #expect(none.ipSignals == IPSignalFiles())
        #expect(none.ipSignals.refusesNetworks)
        #expect(none.trustedProxies.isEmpty)
    }

    @Test(
        "a fault in what concerns addresses is named",
        arguments: [
            ("geoip: { town: x }", "/geoip/town"), ("geoip: { city: 7 }", "/geoip/city"),
            ("geoip: { prefer: true }", "/geoip/prefer"), ("geoip: { city: c, prefer: 1 }", "/geoip/prefer"),
            ("geoip: x", "/geoip"), ("networks: { proxies: '' }", "/networks/proxies"),
            ("networks: { refuse: no one }", "/networks/refuse"),
            ("bid: { trusted_proxies: [10.0.0.0/33] }", "/bid/trusted_proxies"),
            ("bid: { trusted_proxies: [proxy.example] }", "/bid/trusted_proxies"),
        ])
    func ipSignalFaults(yaml: String, pointer: String) throws {
        let found = try Self.faults(yaml)
        #expect(found.map(\.pointer) == [pointer])
    }

    @Test(
        "a requirement that is none, or has no files to judge by, is refused",
        arguments: [
            ("{ require: complete }", []), ("{ require: [complet] }", ["/supply_chain/require"]),
            ("{ require: [listed] }", ["/supply_chain/require"]),
            ("{ require: [authorized] }", ["/supply_chain/require"]), ("{ app_ads_txt: p, require: [authorized] }", []),
            ("{ ads: x }", ["/supply_chain/ads"]), ("{ sellers: 7 }", ["/supply_chain/sellers"]),
            ("{ blocked: '' }", ["/supply_chain/blocked"]), ("[]", ["/supply_chain"]),
        ])
    func requirements(yaml: String, expected: [String]) throws {
        #expect(try Self.faults("supply_chain: \(yaml)").map(\.pointer) == expected)
    }

    @Test("loops are between 1 and 1,024", arguments: [("1", true), ("1024", true), ("0", false), ("1025", false)])
    func loops(text: String, isSound: Bool) throws {
        #expect(try Self.faults(environment: ["VENDUE_LOOPS": text]).isEmpty == isSound)
        #expect(try Self.faults("loops: \(text)").isEmpty == isSound)
    }
}
