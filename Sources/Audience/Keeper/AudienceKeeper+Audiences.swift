internal import Documents
package import Events
internal import Units

/// Audiences as advertisers register them: what has to be made of a document, and when it is in force.
extension AudienceKeeper {
    func use(_ put: [AudienceDocument], removed: [String]) {
        for id in removed where catalog.remove(id) { append(toRoster: AudienceRoster.removal(of: id)) }
        var makings: [AudienceCatalog.Making] = []
        let millis = services.time.instant().millis
        for document in put {
            do {
                let making = try catalog.put(document, at: millis) { try writeList($0, of: document) }
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
        case .list(let terms): enter(terms, making) { _ in }
        case .revision(let terms): jobs.append(RevisionJob(making, terms, book))
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
        let millis = services.time.instant().millis
        guard let making = catalog.upload(audience, file: list, at: millis), case .list(let terms) = making.source
        else {
            return done(nil)
        }
        book.inForce = catalog.numbers
        enter(terms, making, done)
    }

    private func enter(
        _ terms: ListTerms, _ making: AudienceCatalog.Making, _ done: @escaping @Sendable (Int?) -> Void
    ) {
        guard let file = openList(terms.file, of: making.id) else { return done(nil) }
        jobs.append(ListJob(making, terms, file, begun: book.lastSequence, done))
    }

    /// - Returns: nil where the list is missing or cut short, which is told.
    private func openList(_ name: String, of audience: String) -> AudienceFolder.ListReader? {
        do {
            if let file = try folder.openList(name) { return file }
            services.report("audience \(audience): the list \(name) is gone; upload it again")
        } catch {
            drop(list: name, of: audience, error)
        }
        return nil
    }

    func drop(list name: String, of audience: String, _ fault: any Error) {
        services.report("audience \(audience): the list \(name) is removed: \(fault); upload it again")
        folder.removeList(name)
    }
}

/// A list of which every member is entered; in force once the log is durable so far.
struct EnteredList {
    /// Of the record that tells of it, behind all that its members needed.
    let sequence: UInt64
    let making: AudienceCatalog.Making
    let terms: ListTerms
    let count: Int
    let done: @Sendable (Int?) -> Void
}

extension AudienceKeeper {
    /// Puts lists into force of which the log has every member.
    func endLists() {
        let ready = enteredLists.filter { $0.sequence <= durable }
        enteredLists.removeAll { $0.sequence <= durable }
        for list in ready {
            let isInForce = finish(list.making)
            appliedLists.append(list.terms.file)
            list.done(isInForce ? list.count : nil)
        }
        guard hasLogFailed else { return }
        for list in enteredLists { list.done(nil) }
        enteredLists = []
    }

    /// Takes a record about a visitor, or a list, out of the log, in its order.
    ///
    /// - Parameter stamps: of the snapshot that was loaded; nil for none.
    package func replay(_ record: VisitorRecord, _ sequence: UInt64, at millis: Int64, behind stamps: TableStamps?) {
        if case .members(_, let file) = record { return enterAgain(file) }
        let isInSnapshot = record.visitor.flatMap { visitor in stamps.map { sequence <= $0.stamp(of: visitor) } }
        book.apply(record, at: millis, profile: isInSnapshot == true ? .dropped : .united, sequence: sequence)
    }

    /// Enters members of a list again, as far as they are known at this place of the log. Who is not was erased before it:
    /// nobody is made by a list that is read again.
    private func enterAgain(_ name: String) {
        // Where another took its place, or the audience is gone, it says nothing any more.
        guard let (id, number, terms) = catalog.lists.first(where: { $0.terms.file == name }),
            let file = openList(name, of: id)
        else { return }
        do {
            try file.check()
            while case let members = try file.next(), !members.isEmpty {
                for member in members { book.enter(member, to: number, until: terms.untilMillis) }
            }
            appliedLists.append(name)
        } catch {
            drop(list: name, of: id, error)
        }
    }

    /// Takes away the lists that nobody needs.
    func removeLists() {
        let needed = Set(catalog.lists.map(\.terms.file)).union(
            catalog.makings.values.compactMap { if case .list(let terms) = $0.source { terms.file } else { nil } })
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
