internal import Documents
internal import Sealing
internal import Targeting

/// The registered audiences, and how far the memberships of each have been worked out.
///
/// What is in force stands in the roster. What is being made (a changed rule over the histories there are, a new list)
/// is made under a number of its own, and takes the old one's place when it is complete: until then the old one holds.
struct AudienceCatalog {
    /// How an audience's memberships come about.
    enum Source: Equatable, Sendable {
        case rule(AudienceRule)
        /// A file of identities in the data directory.
        case list(ListTerms)
        /// The members there are, until another instant.
        case revision(ListTerms)
        case addresses([AddressRange])
    }

    /// Something to be made.
    struct Making: Equatable, Sendable {
        let id: String
        let number: AudienceNumber
        let digest: String
        let source: Source
    }

    private(set) var roster: AudienceRoster
    private(set) var documents: [String: AudienceDocument] = [:]
    /// The latest wish for each audience that is not in force yet.
    private(set) var makings: [String: Making] = [:]

    init(roster: AudienceRoster) { self.roster = roster }

    /// Takes a document.
    ///
    /// - Parameters:
    ///   - millis: when members that the document lists were told.
    ///   - members: writes down the members that the document itself lists, and names the file.
    /// - Returns: what has to be made; nil where what is in force is by this very document.
    mutating func put(
        _ document: AudienceDocument, at millis: Int64, members write: ([MemberEntry]) throws -> String
    ) rethrows -> Making? {
        documents[document.id] = document
        let digest = document.digest
        let current = makings[document.id]?.digest ?? roster.entries[document.id]?.digest
        switch document.form {
        case .rule(let rule): return current == digest ? nil : plan(document.id, digest, .rule(rule))
        case .cidr(let ranges): return current == digest ? nil : plan(document.id, digest, .addresses(ranges))
        case .members(let members):
            // A list without members says nothing of those there are: they came with a list, and no document keeps them.
            if members.isEmpty, let terms = current.flatMap(ListTerms.init), terms.owner == document.advertiser {
                return revise(document, terms)
            }
            return plan(document.id, ListTerms(file: try write(members), document, at: millis))
        }
    }

    /// The same members under another `expires`.
    private mutating func revise(_ document: AudienceDocument, _ terms: ListTerms) -> Making? {
        var revised = terms
        revised.lifetimeMillis = document.expires?.millis
        guard revised != terms else { return nil }
        // A list that is on its way is entered anew; one that is in force gets other ends where it stands.
        guard makings[document.id] == nil, let entry = roster.entries[document.id] else {
            return plan(document.id, revised)
        }
        let making = Making(
            id: document.id, number: entry.number, digest: revised.text, source: .revision(revised))
        makings[document.id] = making
        return making
    }

    /// Takes an uploaded list.
    mutating func upload(_ id: String, file: String, at millis: Int64) -> Making? {
        guard let document = documents[id], case .members = document.form else { return nil }
        return plan(id, ListTerms(file: file, document, at: millis))
    }

    /// Lists that memberships in force came by, each with its audience.
    var lists: [(id: String, number: AudienceNumber, terms: ListTerms)] {
        roster.entries.compactMap { id, entry in ListTerms(entry.digest).map { (id, entry.number, $0) } }
    }

    private mutating func plan(_ id: String, _ terms: ListTerms) -> Making? { plan(id, terms.text, .list(terms)) }

    private mutating func plan(_ id: String, _ digest: String, _ source: Source) -> Making? {
        guard let number = roster.takeNumber() else { return nil }
        let making = Making(id: id, number: number, digest: digest, source: source)
        makings[id] = making
        return making
    }

    /// - Returns: whether it was there.
    mutating func remove(_ id: String) -> Bool {
        makings[id] = nil
        guard documents.removeValue(forKey: id) != nil || roster.entries[id] != nil else { return false }
        roster.remove(id)
        return true
    }

    /// Puts what was made into force, unless something newer is being made.
    ///
    /// - Returns: the roster's new line.
    mutating func finish(_ making: Making) -> String? {
        guard makings[making.id] == making else { return nil }
        makings[making.id] = nil
        roster.set(making.id, .init(number: making.number, digest: making.digest))
        return roster.line(making.id)
    }

    /// How targeting spells what is in force.
    var names: AudienceNames {
        var names: [UInt32: (advertiser: String?, id: String)] = [:]
        for (id, entry) in roster.entries {
            guard let document = documents[id] else { continue }
            names[entry.number.rawValue] = (document.advertiser.isEmpty ? nil : document.advertiser, id)
        }
        return AudienceNames(names)
    }

    /// The rules, in force and in the making.
    var rules: [CompiledAudiences.Source] {
        documents.values.sorted { $0.id < $1.id }.compactMap { document in
            guard case .rule(let rule) = document.form, let number = number(of: document.id) else { return nil }
            let owner = document.advertiser
            let own = rule.about(actsOf: owner) { id in
                documents[id].map { $0.advertiser == owner || $0.advertiser.isEmpty } ?? false
            }
            return .init(number: number, id: document.id, rule: own)
        }
    }

    /// Under which number an audience's memberships are kept: a rule's from the moment it is being worked out, anything
    /// else's from when it is complete.
    func number(of id: String) -> AudienceNumber? {
        if let making = makings[id], case .rule = making.source { return making.number }
        return roster.entries[id]?.number
    }

    /// Addresses in force, each with its audience's number.
    var addresses: [(range: AddressRange, number: UInt32)] {
        documents.sorted { $0.key < $1.key }.flatMap { id, document -> [(AddressRange, UInt32)] in
            guard case .cidr(let ranges) = document.form, let entry = roster.entries[id] else { return [] }
            return ranges.map { ($0, entry.number.rawValue) }
        }
    }

    /// Numbers that mean something; memberships under others are left over.
    var numbers: Set<AudienceNumber> {
        Set(roster.entries.values.map(\.number)).union(makings.values.map(\.number))
    }
}

extension ListTerms {
    fileprivate init(file: String, _ document: AudienceDocument, at millis: Int64) {
        self.init(
            file: file, uploadedMillis: millis, lifetimeMillis: document.expires?.millis, owner: document.advertiser)
    }
}

extension AudienceDocument {
    /// What its memberships are made by: another where another rule, list or owner would make others.
    fileprivate var digest: String {
        Digest.sha256(Array("\(advertiser) \(form) \(String(describing: expires))".utf8)).prefix(12)
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
