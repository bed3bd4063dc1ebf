internal import Documents
internal import Sealing
internal import Targeting

/// The registered audiences, and how far the memberships of each have been worked out.
///
/// What is in force stands in the roster. What is being made (a changed rule over the histories there are, a new list)
/// is made under a number of its own, and takes the old one's place when it is complete: until then the old one holds.
struct AudienceCatalog {
    /// How an audience's memberships come about.
    enum Source: Equatable {
        case rule(AudienceRule)
        /// A file of identities in the data directory.
        case list(String)
        case addresses([AddressRange])
    }

    /// Something to be made.
    struct Making: Equatable {
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
    /// - Parameter members: writes down the members that the document itself lists, and names the file.
    /// - Returns: what has to be made; nil where what is in force is by this very document.
    mutating func put(
        _ document: AudienceDocument, members write: ([MemberEntry]) throws -> String
    ) rethrows -> Making? {
        documents[document.id] = document
        let digest = document.digest
        let current = makings[document.id]?.digest ?? roster.entries[document.id]?.digest
        if current == digest { return nil }
        // A list without members says nothing of those there are: they came with a list, and no document keeps them.
        if case .members(let members) = document.form, members.isEmpty, current?.hasPrefix(Self.list) == true {
            return nil
        }
        switch document.form {
        case .rule(let rule): return plan(document.id, digest, .rule(rule))
        case .cidr(let ranges): return plan(document.id, digest, .addresses(ranges))
        case .members(let members):
            let file = try write(members)
            return plan(document.id, Self.list + file, .list(file))
        }
    }

    /// Takes an uploaded list.
    mutating func upload(_ id: String, file: String) -> Making? {
        guard let document = documents[id], case .members = document.form else { return nil }
        return plan(id, Self.list + file, .list(file))
    }

    /// In front of the digest of whatever came by a list.
    private static let list = "list:"

    /// Lists that memberships in force came by, each with its audience.
    var lists: [(id: String, number: AudienceNumber, file: String)] {
        roster.entries.compactMap { id, entry in
            entry.digest.hasPrefix(Self.list)
                ? (id, entry.number, String(entry.digest.dropFirst(Self.list.count))) : nil
        }
    }

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

extension AudienceDocument {
    /// What its memberships are made by: another where another rule, list or owner would make others.
    fileprivate var digest: String {
        Digest.sha256(Array("\(advertiser) \(form) \(String(describing: expires))".utf8)).prefix(12)
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
