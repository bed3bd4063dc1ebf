internal import Documents
internal import Events
internal import Foundation
internal import Units

/// Audiences as advertisers register them: what has to be made of a document, and when it is in force.
extension AudienceKeeper {
    func use(_ put: [AudienceDocument], removed: [String]) {
        for id in removed where catalog.remove(id) { append(toRoster: AudienceRoster.removal(of: id)) }
        var makings: [AudienceCatalog.Making] = []
        for document in put {
            do {
                let making = try catalog.put(document) { try writeList($0, of: document) }
                if let making { makings.append(making) }
            } catch {
                services.report("audience \(document.id): its members cannot be written down: \(error)")
            }
        }
        compile()
        for making in makings { make(making) }
        publish()
    }

    /// Compiles the rules there are, those in the making too, so that what happens meanwhile counts for both.
    private func compile() {
        book.compiled = CompiledAudiences(catalog.rules, key: book.symbols) { catalog.number(of: $0) }
        book.inForce = catalog.numbers
        guard !book.compiled.cycle.isEmpty else { return }
        let circle = book.compiled.cycle.joined(separator: ", ")
        let others = book.compiled.unordered.joined(separator: ", ")
        services.report("audiences refer to each other in a circle (\(circle)); nobody is in \(others)")
    }

    /// So many histories are looked at while events wait: some milliseconds.
    private static let atOnceMax = 2000

    private func make(_ making: AudienceCatalog.Making) {
        switch making.source {
        case .addresses: finish(making)
        case .rule:
            var job = RuleJob(making, book)
            // Few to look at: in force before the document is answered.
            if book.states.count > Self.atOnceMax || !job.step(self, hasTime: { true }) { jobs.append(job) }
        case .list(let name):
            guard let file = folder.openList(name) else {
                return services.report("audience \(making.id): the list \(name) is gone; upload it again")
            }
            jobs.append(ListJob(making, name, file, lifetimeMillis: lifetimeMillis(of: making.id)) { _ in })
        }
    }

    /// Puts what was made into force, in one step.
    ///
    /// - Returns: false where something newer is being made: what was made here is nobody's then, and swept away.
    @discardableResult
    func finish(_ making: AudienceCatalog.Making) -> Bool {
        guard let line = catalog.finish(making) else { return false }
        append(toRoster: line)
        compile()
        // Who refers to it is worked out anew, where they stand.
        for number in book.compiled.affected(by: making.number) { jobs.append(RuleJob(number, book)) }
        publish()
        return true
    }

    private func publish() {
        services.publish(AudienceView(names: catalog.names, addresses: catalog.addresses))
    }

    private func append(toRoster line: String) {
        do {
            try folder.append(toRoster: line)
        } catch {
            services.report(
                "the roster cannot be written, audiences will be worked out again at the next start: \(error)")
        }
    }

    // MARK: Lists

    /// Writes the members that a document itself lists.
    private func writeList(_ members: [MemberEntry], of document: AudienceDocument) throws -> String {
        let name = "document-" + Self.freshName()
        let list = try folder.makeList(name)
        for member in members {
            for identifier in Identifier.all(of: member, advertiser: document.advertiser) {
                try list.add(hasher.identity(identifier))
            }
        }
        try list.finish()
        return name
    }

    /// A name that no list had.
    package static func freshName() -> String {
        (0..<4).map { _ in String(UInt32.random(in: 0 ... .max), radix: 36) }.joined()
    }

    func takeUpload(_ audience: String, _ list: String, _ done: @escaping @Sendable (Int?) -> Void) {
        guard let making = catalog.upload(audience, file: list), let file = folder.openList(list) else {
            return done(nil)
        }
        book.inForce = catalog.numbers
        jobs.append(ListJob(making, list, file, lifetimeMillis: lifetimeMillis(of: audience), done))
    }

    fileprivate func lifetimeMillis(of audience: String) -> Int64? { catalog.documents[audience]?.expires?.millis }
}

extension AudienceKeeper {
    /// Brings in again the members of lists that no snapshot holds, and takes away the lists that nobody needs.
    func restoreLists() {
        let lists = catalog.lists
        for (id, number, name) in lists {
            // Without its file the list is in the snapshot.
            guard let file = folder.openList(name) else { continue }
            let making = AudienceCatalog.Making(id: id, number: number, digest: "", source: .list(name))
            var job = ListJob(making, name, file, lifetimeMillis: lifetimeMillis(of: id)) { _ in }
            while !job.step(self, hasTime: { true }) { Thread.sleep(forTimeInterval: 0.001) }
        }
        let needed = Set(lists.map(\.file)).union(
            catalog.makings.values.compactMap { if case .list(let name) = $0.source { name } else { nil } })
        for name in (try? folder.lists()) ?? [] where !needed.contains(name) { folder.removeList(name) }
    }
}

/// Works a rule out over all histories.
private struct RuleJob: AudienceJob {
    private let number: AudienceNumber
    /// What is in force when it is done; nil for a rule that is in force.
    private let making: AudienceCatalog.Making?
    private var rest: [VisitorNumber]

    init(_ making: AudienceCatalog.Making, _ book: AudienceBook) {
        number = making.number
        self.making = making
        guard case .rule(let rule) = making.source, !rule.references.isEmpty else {
            rest = Array(book.states.keys)
            return
        }
        rest = Self.everybody(in: book)
    }

    init(_ number: AudienceNumber, _ book: AudienceBook) {
        self.number = number
        making = nil
        rest = Self.everybody(in: book)
    }

    /// Who is in another audience may never have done anything.
    private static func everybody(in book: AudienceBook) -> [VisitorNumber] {
        (1..<UInt32(clamping: max(1, book.tables.directory.end))).map { VisitorNumber($0) }
    }

    mutating func step(_ keeper: AudienceKeeper, hasTime: () -> Bool) -> Bool {
        while hasTime() {
            let millis = keeper.services.time.instant().millis
            for _ in 0..<32 {
                guard let visitor = rest.popLast() else {
                    if let making { keeper.finish(making) }
                    return true
                }
                guard keeper.book.tables.resolve(visitor) == visitor else { continue }
                keeper.book.evaluate(number, of: visitor, at: millis)
            }
        }
        return false
    }
}

/// Puts the members of a list into the tables.
private struct ListJob: AudienceJob {
    private let making: AudienceCatalog.Making
    private let name: String
    private let file: AudienceFolder.ListReader
    /// How long a membership lasts; nil for ever.
    private let lifetimeMillis: Int64?
    /// Told how many members there are, when bids go by them.
    private let done: @Sendable (Int?) -> Void
    private var visitors: Set<VisitorNumber> = []
    private var members: [Identity] = []
    private var next = 0

    init(
        _ making: AudienceCatalog.Making, _ name: String, _ file: AudienceFolder.ListReader, lifetimeMillis: Int64?,
        _ done: @escaping @Sendable (Int?) -> Void
    ) {
        self.done = done
        self.lifetimeMillis = lifetimeMillis
        self.making = making
        self.name = name
        self.file = file
    }

    mutating func step(_ keeper: AudienceKeeper, hasTime: () -> Bool) -> Bool {
        while hasTime() {
            if next == members.count {
                guard let read = try? file.next() else {
                    keeper.services.report("audience \(making.id): the list \(name) cannot be read; upload it again")
                    done(nil)
                    return true
                }
                (members, next) = (read, 0)
                if read.isEmpty {
                    let isInForce = keeper.finish(making)
                    keeper.appliedLists.append(name)
                    done(isInForce ? visitors.count : nil)
                    return true
                }
            }
            let millis = keeper.services.time.instant().millis
            let last = min(next + 64, members.count)
            let end = lifetimeMillis.map { millis + $0 } ?? .max
            for identity in members[next..<last] {
                // The log takes no more for the moment: the rest waits.
                guard let outcome = keeper.book.add(identity, to: making.number, until: end, at: millis) else {
                    return false
                }
                if let visitor = outcome { visitors.insert(visitor) }
                next += 1
            }
        }
        return false
    }

    func cancel() { done(nil) }
}
