package import Consent
package import Targeting
package import Units

/// How a service is to run: one YAML file, overridden by the environment, overridden by flags.
package struct ServiceConfiguration: Sendable {
    package struct Address: Equatable, Sendable {
        package let host: String
        package let port: Int

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        /// `HOST:PORT`, also `[::1]:8080`.
        package init?(_ text: String) {
            guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
                (0...65_535).contains(port)
            else { return nil }
            var host = String(text[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
            guard !host.isEmpty else { return nil }
            self.init(host: host, port: port)
        }

        package var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// Files of a listener that speaks TLS.
    package struct TLS: Equatable, Sendable {
        /// PEM, the server's own first, then those that lead to a root.
        package let certificate: String
        /// PEM, not encrypted.
        package let key: String
        /// PEM; with it a client must show a certificate that one of these has signed.
        package let clientCA: String?

        package init(certificate: String, key: String, clientCA: String?) {
            self.certificate = certificate
            self.key = key
            self.clientCA = clientCA
        }
    }

    package enum Durability: String, CaseIterable, Sendable {
        case powerLoss = "power-loss"
        case processCrash = "process-crash"
    }

    package var data = "./vendue-data"
    package var bid = Address(host: "127.0.0.1", port: 8080)
    /// nil: plain HTTP.
    package var bidTLS: TLS?
    /// How many connections the bid side takes; nil for its own default.
    package var connections: Int?
    package var connectionsPerAddress: Int?
    /// Whose `X-Forwarded-For` is believed.
    package var trustedProxies: [AddressRange] = []
    /// nil: `http://`, or `https://` with TLS, and the bid address.
    package var publicURL: String?
    package var control = Address(host: "127.0.0.1", port: 8081)
    /// nil: one a core.
    package var loops: Int?
    package var durability = Durability.powerLoss
    package var rates = CurrencyRates()
    /// A file of the same shape as `currency_rates`; nil where the rates stand in the configuration.
    package var ratesFile: String?
    /// What may be done with visitors, by which legal basis.
    package var consent = ConsentPolicy()
    /// The log's segments, and the room on its disk.
    package var log = LogPolicy()
    /// How long and how much is kept of visitors.
    package var audience = AudiencePolicy()
    package var supplyChain = SupplyChainFiles()
    /// Tokens of user agents, one a line, besides the well-known ones.
    package var crawlers: String?
    package var ipSignals = IPSignalFiles()
    /// Files that say which category lies within which, by number of the taxonomy.
    package var categoryTaxonomies: [Int32: String] = [:]

    /// Where a key stands in the file, its variable in the environment, and its flag.
    package static let variables: [(path: [String], variable: String)] = [
        (["data"], "VENDUE_DATA"), (["bid", "address"], "VENDUE_BID_ADDRESS"),
        (["bid", "public_url"], "VENDUE_BID_PUBLIC_URL"),
        (["bid", "tls", "certificate"], "VENDUE_BID_TLS_CERTIFICATE"),
        (["bid", "tls", "key"], "VENDUE_BID_TLS_KEY"), (["bid", "tls", "client_ca"], "VENDUE_BID_TLS_CLIENT_CA"),
        (["control", "address"], "VENDUE_CONTROL_ADDRESS"),
        (["loops"], "VENDUE_LOOPS"), (["durability"], "VENDUE_DURABILITY"),
    ]

    /// Keys that other versions of the service know, and what this one says to them.
    private static let later: [String: String] = [
        "tls": "put a proxy that ends TLS in front"
    ]

    package init() {}

    /// - Parameters:
    ///   - file: the file's document; nil without a file.
    ///   - environment: of the process.
    ///   - flags: values by path, as `["bid", "address"]`.
    /// - Throws: every fault at once, each naming where its value came from.
    package init(file: Node?, environment: [String: String], flags: [[String]: String]) throws(DocumentError) {
        var root = file ?? Node(.map([]))
        for (path, variable) in Self.variables {
            if let text = environment[variable] {
                root.overlay(path, Self.scalar(text, path, "environment \(variable)"))
            }
        }
        for (path, text) in flags.sorted(by: { $0.key.joined() < $1.key.joined() }) {
            root.overlay(path, Self.scalar(text, path, "flag --\(path.joined(separator: "."))"))
        }
        let faults = FaultList()
        read(
            ObjectReader(
                root,
                at: "",
                known: [
                    "data", "bid", "control", "loops", "durability", "currency_rates", "supply_chain", "crawlers",
                    "category_taxonomies", "audience", "retention", "consent", "geoip", "networks", "log",
                ],
                faults
            )
        )
        if !faults.faults.isEmpty { throw DocumentError(faults.faults) }
    }

    private static func scalar(_ text: String, _ path: [String], _ origin: String) -> Node {
        Node(path == ["loops"] && Int(text) != nil ? .number(text) : .string(text), origin: origin)
    }

    private mutating func read(_ object: ObjectReader) {
        data = object.string("data") ?? data
        let retention = object.value("retention").map { node in
            ObjectReader(
                node, at: "/retention", known: ["visitors_days", "acts_days", "households_days", "log_days"],
                object.faults)
        }
        audience = AudiencePolicy.read(audience: object.value("audience"), retention: retention, object.faults)
        if let node = object.value("bid") {
            let side = ObjectReader(
                node,
                at: "/bid",
                known: [
                    "address", "public_url", "tls", "connections", "connections_per_address", "trusted_proxies",
                ],
                object.faults
            )
            bid = Self.address("address", of: side) ?? bid
            publicURL = side.url("public_url")
            bidTLS = Self.tls(of: side)
            connections = side.integer("connections", in: 1...1_000_000)
            connectionsPerAddress = side.integer("connections_per_address", in: 1...1_000_000)
            trustedProxies = Self.ranges("trusted_proxies", of: side)
        }
        if let node = object.value("control") {
            let side = ObjectReader(node, at: "/control", known: ["address", "tls"], object.faults)
            control = Self.address("address", of: side) ?? control
            refuseLater(["tls"], of: side)
        }
        loops = object.integer("loops", in: 1...1024)
        durability = object.word("durability") ?? .powerLoss
        if let node = object.value("currency_rates") {
            if case .string = node.content {
                ratesFile = object.path(of: "currency_rates")
            } else {
                rates = CurrencyRates.read(node, at: object.path("currency_rates"), object.faults)
            }
        }
        log = LogPolicy.read("log", of: object, retention: retention)
        consent = ConsentPolicy.read("consent", of: object)
        supplyChain = SupplyChainFiles.read("supply_chain", of: object)
        crawlers = object.path(of: "crawlers")
        ipSignals = .read(object)
        readTaxonomies(object)
    }

    /// `{ "7": "/etc/vendue/content-3.0.tsv" }`.
    private mutating func readTaxonomies(_ object: ObjectReader) {
        guard let node = object.value("category_taxonomies") else { return }
        guard case .map(let members) = node.content else {
            object.fault("must be an object of files, is \(node.typeName)", "category_taxonomies")
            return
        }
        let files = ObjectReader(node, at: "/category_taxonomies", known: Set(members.map(\.key)), object.faults)
        for member in members {
            guard let taxonomy = Int32(member.key), (2...1000).contains(taxonomy) else {
                files.fault("is no numbered taxonomy", member.key, hint: "as cattax numbers them, for example \"7\"")
                continue
            }
            categoryTaxonomies[taxonomy] = files.path(of: member.key)
        }
    }

    private func refuseLater(_ keys: [String], of object: ObjectReader) {
        for key in keys where object.value(key) != nil {
            object.fault("is not available in this version", key, hint: Self.later[key] ?? "leave it out")
        }
    }

    private static func tls(of side: ObjectReader) -> TLS? {
        guard let node = side.value("tls") else { return nil }
        let files = ObjectReader(node, at: "/bid/tls", known: ["certificate", "key", "client_ca"], side.faults)
        _ = files.require("certificate", example: "\"/etc/vendue/tls.crt\"")
        _ = files.require("key", example: "\"/etc/vendue/tls.key\"")
        guard let certificate = files.string("certificate"), let key = files.string("key") else { return nil }
        return TLS(certificate: certificate, key: key, clientCA: files.string("client_ca"))
    }

    private static func ranges(_ key: String, of object: ObjectReader) -> [AddressRange] {
        object.strings(key).compactMap { text in
            let range = AddressRange(text)
            if range == nil {
                object.fault("is no address and no block of them: “\(text)”", key, hint: "\"10.0.0.0/8\" or \"::1\"")
            }
            return range
        }
    }

    private static func address(_ key: String, of object: ObjectReader) -> Address? {
        guard let text = object.string(key) else { return nil }
        if let address = Address(text) { return address }
        object.fault("is no address: “\(text)”", key, hint: "HOST:PORT, for example \"127.0.0.1:8080\"")
        return nil
    }
}

extension Node {
    /// Sets a value deep in a tree, making the objects on the way.
    fileprivate mutating func overlay(_ path: [String], _ value: Node) {
        guard let key = path.first else { return }
        if path.count == 1 {
            set(key, value)
        } else {
            // A section that the file leaves empty is one without members.
            var inner = self[key].flatMap { $0.content == .null ? nil : $0 } ?? Node(.map([]))
            inner.overlay(Array(path.dropFirst()), value)
            set(key, inner)
        }
    }
}
