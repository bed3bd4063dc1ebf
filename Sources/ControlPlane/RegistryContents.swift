internal import BidKit
package import Documents

/// What was registered, as one immutable value: what a snapshot for bidding is compiled from.
package struct RegistryContents: Sendable {
    /// Grows with every change, and never goes back, also not over restarts; 0 for a registry that never held anything.
    package var revision: UInt64 = 0
    /// By id, as are all of these.
    package var advertisers: [AdvertiserDocument] = []
    package var strategies: [StrategyDocument] = []
    package var exchanges: [ExchangeDocument] = []
    /// Stored documents that this version cannot read, and why; they are in none of the lists.
    package var faults: [UnreadableDocument] = []

    package init() {}
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

/// The contents as a fold over changed rows: a change costs the reading of what changed.
struct ContentsFold {
    private(set) var contents = RegistryContents()
    private(set) var revision: Int64 = 0
    private let kinds: [BidderKind]
    private var notes: [DocumentKey: (version: Int64, notes: [String])] = [:]
    private var unreadable: [DocumentKey: [Fault]] = [:]
    private var offered: [DocumentKey: Registered] = [:]

    init(kinds: [BidderKind]) { self.kinds = kinds }

    mutating func offer(_ registered: [Registered]) {
        for document in registered { offered[document.key] = document }
    }

    /// Takes the rows changed since ``revision``.
    ///
    /// - Parameter next: a row at a time; where it throws, nothing is lost and the same rows may come again.
    mutating func advance(to revision: Int64, _ next: () throws -> StoredDocument?) rethrows {
        var changed: Set<DocumentKey> = []
        var added: [ReadDocument] = []
        while let stored = try next() {
            changed.insert(stored.key)
            if let document = take(stored) { added.append(document) }
        }
        self.revision = revision
        contents.revision = UInt64(max(0, revision))
        offered = [:]
        for kind in DocumentKind.allCases {
            let ids = Set(changed.lazy.filter { $0.kind == kind }.map(\.id))
            if ids.isEmpty { continue }
            switch kind {
            case .advertisers:
                replace(\.advertisers, \.id, ids, added) { if case .advertiser(let one) = $0 { one } else { nil } }
            case .strategies:
                replace(\.strategies, \.id, ids, added) { if case .strategy(let one) = $0 { one } else { nil } }
            case .exchanges:
                replace(\.exchanges, \.id, ids, added) { if case .exchange(let one) = $0 { one } else { nil } }
            }
        }
        contents.faults = unreadable.map { UnreadableDocument(kind: $0.key.kind, id: $0.key.id, faults: $0.value) }
            .sorted { ($0.kind.rawValue, $0.id) < ($1.kind.rawValue, $1.id) }
    }

    /// - Returns: the document to add; nil for a deleted one, and for one that cannot be read.
    private mutating func take(_ stored: StoredDocument) -> ReadDocument? {
        let key = stored.key
        notes[key] = nil
        unreadable[key] = nil
        if stored.isDeleted { return nil }
        do throws(DocumentError) {
            let ready = offered[key].flatMap { $0.version == stored.version ? $0.document : nil }
            let document = if let ready { ready } else { try Self.read(stored, kinds: kinds) }
            if !document.notes.isEmpty { notes[key] = (stored.version, document.notes) }
            return document
        } catch {
            unreadable[key] = error.faults
            notes[key] = (stored.version, Self.notes(of: error))
            return nil
        }
    }

    /// - Returns: nil where the fold holds another version of the document.
    func notes(of stored: StoredDocument) -> [String]? {
        if let known = notes[stored.key] { return known.version == stored.version ? known.notes : nil }
        return stored.revision <= revision ? [] : nil
    }

    // MARK: Leaves

    private mutating func replace<Document>(
        _ list: WritableKeyPath<RegistryContents, [Document]>, _ id: KeyPath<Document, String>, _ ids: Set<String>,
        _ added: [ReadDocument], _ pick: (ReadDocument) -> Document?
    ) {
        var documents = contents[keyPath: list].filter { !ids.contains($0[keyPath: id]) }
        documents += added.compactMap(pick)
        // Nearly sorted, which costs about one pass.
        documents.sort { $0[keyPath: id] < $1[keyPath: id] }
        contents[keyPath: list] = documents
    }

    private static func read(_ stored: StoredDocument, kinds: [BidderKind]) throws(DocumentError) -> ReadDocument {
        try ReadDocument(try Node.readOne(stored.json), as: stored.key.kind, kinds: kinds)
    }

    static func notes(of stored: StoredDocument, kinds: [BidderKind]) -> [String] {
        do throws(DocumentError) {
            return try read(stored, kinds: kinds).notes
        } catch {
            return notes(of: error)
        }
    }

    private static func notes(of error: DocumentError) -> [String] {
        error.faults.map { "not in use: this version cannot read it: \($0)" }
    }
}
