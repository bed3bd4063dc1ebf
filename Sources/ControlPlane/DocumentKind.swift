internal import BidKit
internal import Documents

/// A kind of document that the registry keeps, named as its collection's path is.
package enum DocumentKind: String, CaseIterable, Sendable {
    case advertisers, strategies, exchanges

    /// One of them, in words.
    package var singular: String {
        switch self {
        case .advertisers: "advertiser"
        case .strategies: "strategy"
        case .exchanges: "exchange"
        }
    }
}

/// What identifies a document.
struct DocumentKey: Hashable, Sendable {
    let kind: DocumentKind
    let id: String
}

/// A document that was read and found without fault.
enum ReadDocument: Sendable {
    case advertiser(AdvertiserDocument)
    case strategy(StrategyDocument)
    case exchange(ExchangeDocument)

    /// - Throws: every fault at once.
    init(_ node: Node, as kind: DocumentKind, kinds: [BidderKind]) throws(DocumentError) {
        switch kind {
        case .advertisers: self = .advertiser(try AdvertiserDocument(node))
        case .strategies: self = .strategy(try StrategyDocument(node, kinds: kinds))
        case .exchanges: self = .exchange(try ExchangeDocument(node))
        }
    }

    /// Reads a stored document.
    ///
    /// - Throws: every fault at once.
    init(_ json: String, as kind: DocumentKind, kinds: [BidderKind]) throws(DocumentError) {
        try self.init(try Node.readOne(json), as: kind, kinds: kinds)
    }

    /// What is kept, but not enforced by this version.
    var notes: [String] {
        switch self {
        case .advertiser(let document): document.notes
        case .strategy(let document): document.notes
        case .exchange(let document): document.notes
        }
    }
}

/// A document on its way in, read as far as it can be without the registry.
struct Draft: Sendable {
    let kind: DocumentKind
    /// As it will be stored.
    let json: String
    /// As it was written; nil where there is none.
    let id: String?
    /// Of a strategy, as it was written.
    let advertiser: String?
    private let advertiserPosition: Fault.Position?
    /// nil where there are faults.
    let document: ReadDocument?
    let faults: [Fault]

    /// - Parameter hasPositions: whether lines and columns of the node are those of the caller's text.
    init(_ node: Node, as kind: DocumentKind, kinds: [BidderKind], hasPositions: Bool = true) {
        self.kind = kind
        json = node.json
        id = node["id"]?.text
        advertiser = kind == .strategies ? node["advertiser"]?.text : nil
        advertiserPosition = hasPositions ? node["advertiser"]?.position : nil
        do throws(DocumentError) {
            document = try ReadDocument(node, as: kind, kinds: kinds)
            faults = []
        } catch {
            document = nil
            faults = hasPositions ? error.faults : error.faults.map { $0.moved(to: nil) }
        }
    }

    /// The fault of naming an advertiser that is not there.
    func advertiserIsMissing(_ name: String) -> Fault {
        Fault(
            "there is no advertiser “\(name)”", at: "/advertiser", hint: "register it first: POST /v1/advertisers",
            position: advertiserPosition)
    }
}
