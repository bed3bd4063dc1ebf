import Consent
import Documents
import Foundation
import Units

/// One rule of the auction as a document: what is registered, a request, and what must come of it.
///
/// `Cases/README.md` says how one is written. Reading is strict, so that a key spelt wrong does not expect nothing.
struct AuctionCase {
    /// Topic and file, without the extension: `deals/fixed-price`.
    let name: String
    let rule: String
    let source: String
    let section: String
    let exchange: Node
    /// The operator's.
    let consent: ConsentPolicy
    let advertisers: [Node]
    /// Micros of a US dollar that one unit is worth; nil for those of ``AuctionKit``.
    let rates: [String: Int64]?
    let strategies: [Node]
    /// The body that is sent.
    let request: String
    let instant: Instant
    let seed: Seed
    /// Milliseconds since arrival at each reading of the clock; the last stays.
    let elapsed: [Int64]
    let expectation: CaseExpectation

    private static let keys: Set<String> = [
        "rule", "source", "section", "exchange", "advertisers", "consent", "rates", "now", "seed", "elapsed",
        "strategies",
        "request", "body", "expect",
    ]

    /// - Throws: every fault of the document at once, each with line and column.
    init(_ text: String, name: String) throws {
        let faults = FaultList()
        let root = try Node.readOne(text)
        let object = ObjectReader(root, at: "", known: Self.keys, faults)
        self.name = name
        rule = Self.text("rule", of: object, example: "\"a bid is never below the floor\"")
        source = Self.text("source", of: object, example: "\"OpenRTB 2.6, 3.2.4\"")
        section = Self.text("section", of: object, example: "\"4.8\"")
        exchange = object.value("exchange") ?? Node(.map([]))
        consent = ConsentPolicy.read("consent", of: object)
        advertisers = object.list("advertisers").map(\.0)
        rates = object.value("rates").map { Self.rates($0, faults) }
        instant = object.instant("now") ?? AuctionKit.instant
        seed = object.integer("seed", in: 0...1_000_000).map { Seed(high: 7, low: UInt64($0)) } ?? AuctionKit.seed
        elapsed = object.integers("elapsed", in: 0...10_000).map(Int64.init)
        strategies = object.list("strategies").map { CaseDefaults.strategy($0.0) }
        let body = object.string("body")
        if body != nil, object.value("request") != nil {
            object.fault("stands beside request", "body", hint: "keep one of them")
        }
        request = try body ?? CaseDefaults.request(object.value("request") ?? Node(.map([])))
        let expected = object.require("expect", example: "{ \"bids\": [{ \"strategy\": \"shoes\", \"price\": 2 }] }")
        expectation = CaseExpectation(expected ?? Node(.map([])), faults)
        if !faults.faults.isEmpty { throw DocumentError(faults.faults) }
    }

    private static func text(_ key: String, of object: ObjectReader, example: String) -> String {
        guard object.require(key, example: example) != nil, let text = object.string(key) else { return "" }
        if text.isEmpty { object.fault("is empty", key, hint: "for example \(example)") }
        return text
    }

    private static func rates(_ node: Node, _ faults: FaultList) -> [String: Int64] {
        guard case .map(let members) = node.content else { return [:] }
        let object = ObjectReader(node, at: "/rates", known: Set(members.map(\.key)), faults)
        return Dictionary(members.map { ($0.key, object.money($0.key) ?? 0) }, uniquingKeysWith: { first, _ in first })
    }
}

// MARK: The directory

extension AuctionCase {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")

    /// Every case by name, sorted.
    static let names: [String] = {
        let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return paths.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }()

    init(named name: String) throws {
        try self.init(String(contentsOf: Self.folder.appending(path: name + ".json"), encoding: .utf8), name: name)
    }
}

/// What a case need not say, besides what ``AuctionKit`` fills in.
private enum CaseDefaults {
    private static let formats = ["banner", "video", "audio", "native"]

    /// A creative of each format that names no more than the format.
    private static let creatives = [
        "banner": #"{"w":300,"h":250,"html":"<a href=\"{click}\"><img src=\"https://cdn.acme.example/s.png\"></a>"}"#,
        "video": #"{"mimes":["video/mp4"],"duration":15,"media":"https://cdn.acme.example/s.mp4"}"#,
        "audio": #"{"mimes":["audio/mpeg"],"duration":15,"media":"https://cdn.acme.example/s.mp3"}"#,
        "native": #"{"title":"Run faster"}"#,
    ]

    private static let creative =
        #"{"adomain":["acme.example"],"landing":"https://acme.example/shoes"}"#

    /// A slot of each format that names no more than the format.
    private static let slots = [
        "banner": #"{"w":300,"h":250}"#, "video": #"{"mimes":["video/mp4"]}"#, "audio": #"{"mimes":["audio/mpeg"]}"#,
        "native": #"{"ver":"1.2"}"#,
    ]

    /// A strategy whose creatives are whole.
    static func strategy(_ patch: Node) -> Node {
        guard case .list(let patches)? = patch["creatives"]?.content else { return patch }
        var strategy = patch
        strategy.set("creatives", Node(.list(patches.enumerated().map { creative($1, number: $0 + 1) })))
        return strategy
    }

    private static func creative(_ patch: Node, number: Int) -> Node {
        var whole = base(creative)
        whole.set("id", Node(.string("c\(number)")))
        let format = formats.first { patch[$0] != nil } ?? "banner"
        if let text = creatives[format] { whole.set(format, base(text)) }
        return whole.merging(patch)
    }

    /// A request whose impressions are numbered and have a banner where they name no format.
    static func request(_ patch: Node) throws -> String {
        var imps = [Node(.map([]))]
        if case .list(let given)? = patch["imp"]?.content { imps = given }
        var rest = patch
        if case .map(let members) = patch.content { rest.content = .map(members.filter { $0.key != "imp" }) }
        var request = try Node.readOne(AuctionKit.request(rest.json, imps: []))
        request.set("imp", Node(.list(imps.enumerated().map { imp($1, number: $0 + 1) })))
        return request.json
    }

    private static func imp(_ patch: Node, number: Int) -> Node {
        guard case .map = patch.content else { return patch }
        var whole = Node(.map([]))
        whole.set("id", Node(.string("\(number)")))
        let named = formats.filter { patch[$0] != nil }
        for format in named.isEmpty ? ["banner"] : named {
            if let text = slots[format] { whole.set(format, base(text)) }
        }
        whole = whole.merging(patch)
        encodeNative(&whole)
        return whole
    }

    /// The standard has JSON within a string there, which nobody likes to write.
    private static func encodeNative(_ imp: inout Node) {
        guard var native = imp["native"], let request = native["request"], case .map = request.content else { return }
        native.set("request", Node(.string(request.json)))
        imp.set("native", native)
    }

    private static func base(_ text: String) -> Node {
        do {
            return try Node.readOne(text)
        } catch {
            preconditionFailure("a default is no JSON: \(text)")
        }
    }
}
