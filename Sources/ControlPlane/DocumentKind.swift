internal import BidKit
internal import Documents

/// A kind of document that the registry keeps, named as its collection's path is.
package enum DocumentKind: String, CaseIterable, Sendable {
    case advertisers, strategies, exchanges, audiences

    /// Whether its documents name the advertiser they belong to.
    var isOwned: Bool { self == .strategies || self == .audiences }

    /// One of them, in words.
    package var singular: String {
        switch self {
        case .advertisers: "advertiser"
        case .strategies: "strategy"
        case .exchanges: "exchange"
        case .audiences: "audience"
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
    case audience(AudienceDocument)

    /// - Throws: every fault at once.
    init(_ node: Node, as kind: DocumentKind, kinds: [BidderKind]) throws(DocumentError) {
        switch kind {
        case .advertisers: self = .advertiser(try AdvertiserDocument(node))
        case .strategies: self = .strategy(try StrategyDocument(node, kinds: kinds))
        case .exchanges: self = .exchange(try ExchangeDocument(node))
        case .audiences: self = .audience(try AudienceDocument(node))
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
        case .audience: []
        }
    }
}

/// A document on its way in, read as far as it can be without the registry.
struct Draft: Sendable {
    let kind: DocumentKind
    /// As it will be stored. Of an audience without its members: identifiers of people never reach a file as they are.
    let json: String
    /// As it was written; nil where there is none.
    let id: String?
    /// Of a strategy or an audience, as it was written.
    let advertiser: String?
    /// Whether it holds more than is stored of it, so that even an equal text changes something.
    let hasMembers: Bool
    private let advertiserPosition: Fault.Position?
    /// nil where there are faults.
    let document: ReadDocument?
    private(set) var faults: [Fault]

    /// - Parameter hasPositions: whether lines and columns of the node are those of the caller's text.
    init(_ node: Node, as kind: DocumentKind, kinds: [BidderKind], hasPositions: Bool = true) {
        let node = kind == .audiences ? node.removing(StoredDocument.servedOfAudiences) : node
        let kept = kind == .audiences ? node.withoutMembers() : node
        self.kind = kind
        json = kept.json
        hasMembers = kept != node
        id = node["id"]?.text
        advertiser = kind.isOwned ? node["advertiser"]?.text : nil
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
        Fault.advertiserIsMissing(name).moved(to: advertiserPosition)
    }

    /// The draft with a fault where it belongs to somebody else.
    ///
    /// - Parameter scope: the advertiser whose documents may be written; nil for everybody's.
    func confined(to scope: String?) -> Draft {
        guard let scope, advertiser != scope else { return self }
        var draft = self
        draft.faults.append(
            Fault(
                "must be “\(scope)”, whose token this is", at: "/advertiser",
                hint: "write \"advertiser\": \"\(scope)\"", position: advertiserPosition))
        return draft
    }
}

extension Fault {
    /// Of naming an advertiser that is not there.
    static func advertiserIsMissing(_ name: String) -> Fault {
        Fault("there is no advertiser “\(name)”", at: "/advertiser", hint: "register it first: POST /v1/advertisers")
    }
}
