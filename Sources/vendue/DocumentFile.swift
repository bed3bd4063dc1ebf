internal import BidKit
internal import Documents
internal import Foundation

/// A file of documents to check or register: what each of them is, and what is wrong with it.
struct DocumentFile {
    enum Kind: String {
        case advertisers, strategies, exchanges, audiences, configuration
    }

    struct Entry {
        let kind: Kind
        let node: Node
        let notes: [String]
    }

    let path: String
    private(set) var entries: [Entry] = []
    private(set) var faults: [Fault] = []
    /// Whether there is no such file, or it may not be read.
    private(set) var isUnreadable = false

    /// Reads YAML or JSON: one document, several, or an object of lists (`advertisers`, `strategies`, …).
    init(_ path: String) {
        self.path = path
        guard let data = FileManager.default.contents(atPath: path) else {
            faults = [Fault("cannot be read", at: "", origin: path)]
            isUnreadable = true
            return
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            faults = [Fault("is not UTF-8", at: "", origin: path)]
            return
        }
        do throws(DocumentError) {
            for node in try Node.read(text) { add(node, at: "") }
        } catch {
            add(error)
        }
        if entries.isEmpty, faults.isEmpty { faults = [Fault("holds no document", at: "", origin: path)] }
    }

    private mutating func add(_ error: DocumentError, under pointer: String = "") {
        faults += error.faults.map { fault in
            Fault(
                fault.message,
                at: pointer + fault.pointer,
                hint: fault.hint,
                position: fault.position,
                origin: fault.origin ?? path
            )
        }
    }

    private mutating func add(_ node: Node, at pointer: String) {
        if case .list(let nodes) = node.content {
            for (index, node) in nodes.enumerated() { add(node, at: "\(pointer)/\(index)") }
            return
        }
        let lists = ["advertisers", "strategies", "exchanges", "audiences"].compactMap { name in
            node[name].map { (Kind(rawValue: name) ?? .strategies, $0) }
        }
        guard lists.isEmpty else {
            for (kind, list) in lists {
                guard case .list(let nodes) = list.content else { continue }
                for (index, node) in nodes.enumerated() {
                    add(node, as: kind, at: "\(pointer)/\(kind.rawValue)/\(index)")
                }
            }
            return
        }
        guard let kind = Self.kind(of: node) else {
            faults.append(
                Fault(
                    "cannot tell what this document is",
                    at: pointer,
                    hint: "put it into a list that says so, for example { \"exchanges\": [ … ] }",
                    position: node.position,
                    origin: path
                )
            )
            return
        }
        add(node, as: kind, at: pointer)
    }

    private mutating func add(_ node: Node, as kind: Kind, at pointer: String) {
        do throws(DocumentError) {
            var notes: [String] = []
            switch kind {
            case .advertisers: notes = try AdvertiserDocument(node).notes
            case .strategies: notes = try StrategyDocument(node, kinds: Bidders.kinds).notes
            case .exchanges: notes = try ExchangeDocument(node).notes
            case .audiences: _ = try AudienceDocument(node)
            case .configuration:
                var files = OperatorFiles(try ServiceConfiguration(file: node, environment: [:], flags: [:]))
                let found = files.read()
                faults += found.faults + found.broken
                notes = found.notes.map(\.description)
            }
            entries.append(Entry(kind: kind, node: node, notes: notes))
        } catch {
            add(error, under: pointer)
        }
    }

    /// By the members that only one kind has.
    private static func kind(of node: Node) -> Kind? {
        guard case .map(let members) = node.content else { return nil }
        let keys = Set(members.map(\.key))
        let marks: [(Kind, Set<String>)] = [
            (.strategies, ["bidder", "terms", "creatives", "targeting", "flight"]),
            (.audiences, ["when", "members", "cidr"]),
            (.exchanges, ["reserve_ms", "price_encoding", "bill_at", "credentials", "seller_domain", "qps", "sync"]),
            (
                .configuration,
                [
                    "bid", "control", "data", "loops", "durability", "currency_rates", "consent", "geoip",
                    "networks",
                    "supply_chain", "crawlers", "category_taxonomies",
                ]
            ),
            (.advertisers, ["budget", "frequency"]),
        ]
        return marks.first { !$0.1.isDisjoint(with: keys) }?.0
    }
}
