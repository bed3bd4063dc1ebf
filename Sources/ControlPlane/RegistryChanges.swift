internal import BidKit
package import Documents

/// What differs between two revisions of the registry, as far as bidding needs it.
///
/// Whoever applies all of them in order holds everything registered. Within one, apply advertisers, then exchanges,
/// then audiences, then strategies. All lists are sorted by id, and no id stands in two lists of one kind.
package struct RegistryChanges: Sendable {
    /// After these changes. Grows with every change, and never goes back, also not over restarts; 0 for a registry that
    /// never held anything, and while more of a replay is to come.
    package var revision: UInt64 = 0
    package var advertisers = DocumentChanges<AdvertiserDocument>()
    package var strategies = DocumentChanges<StrategyDocument>()
    package var exchanges = DocumentChanges<ExchangeDocument>()
    /// Of a document with `members`, these are here once, when it is registered: no file keeps them, so that a replay
    /// has an empty list, which says nothing of who is in the audience.
    package var audiences = DocumentChanges<AudienceDocument>()
    /// All tokens that may send events, where one came or went, and at the end of a replay; else nil.
    package var eventTokens: [EventToken]?
    /// Changed documents that this version cannot read, and why; they are among the removed ones too.
    package var faults: [UnreadableDocument] = []

    package init() {}

    /// Whether no document differs.
    package var isEmpty: Bool {
        advertisers.isEmpty && strategies.isEmpty && exchanges.isEmpty && audiences.isEmpty
    }
}

/// What differs among the documents of one kind.
package struct DocumentChanges<Document: Sendable>: Sendable {
    /// New ones, and those that changed, whole.
    package var put: [Document] = []
    /// Ids of those that are gone; some of them may never have been there.
    package var removed: [String] = []

    package init() {}

    package var isEmpty: Bool { put.isEmpty && removed.isEmpty }
}

/// A stored document that this version cannot read.
package struct UnreadableDocument: Sendable {
    package let kind: DocumentKind
    package let id: String
    /// At least one.
    package let faults: [Fault]
}

/// A document in the version just stored, as it was validated.
struct Registered: Sendable {
    let key: DocumentKey
    let version: Int64
    let document: ReadDocument
}

extension RegistryChanges {
    mutating func put(_ document: ReadDocument) {
        switch document {
        case .advertiser(let document): advertisers.put.append(document)
        case .strategy(let document): strategies.put.append(document)
        case .exchange(let document): exchanges.put.append(document)
        case .audience(let document): audiences.put.append(document)
        }
    }

    mutating func remove(_ key: DocumentKey) {
        switch key.kind {
        case .advertisers: advertisers.removed.append(key.id)
        case .strategies: strategies.removed.append(key.id)
        case .exchanges: exchanges.removed.append(key.id)
        case .audiences: audiences.removed.append(key.id)
        }
    }

    /// Reads a stored document and puts it, or says why it cannot be read.
    mutating func read(_ json: String, of key: DocumentKey, kinds: [BidderKind]) {
        do throws(DocumentError) {
            put(try ReadDocument(json, as: key.kind, kinds: kinds))
        } catch {
            remove(key)
            faults.append(UnreadableDocument(kind: key.kind, id: key.id, faults: error.faults))
        }
    }

    mutating func sort() {
        advertisers.sort { $0.id }
        strategies.sort { $0.id }
        exchanges.sort { $0.id }
        audiences.sort { $0.id }
        faults.sort { ($0.kind.rawValue, $0.id) < ($1.kind.rawValue, $1.id) }
    }
}

extension DocumentChanges {
    /// Sorts by ids and moves each document once: documents are large.
    fileprivate mutating func sort(by id: (Document) -> String) {
        let ids = put.map(id)
        put = ids.indices.sorted { ids[$0] < ids[$1] }.map { put[$0] }
        removed.sort()
    }
}
