internal import Documents
package import Events
package import Units

/// What a person may ask of us: to see what is known, and to be forgotten.
extension AudienceKeeper {
    func visitor(named name: VisitorName) -> VisitorNumber? {
        switch name {
        case .identifier(let identifier): return book.visitor(of: [hasher.identity(identifier)])
        case .surrogate(let key):
            let number = surrogates.visitor(of: key)
            return number.flatMap { book.tables.resolve($0) } ?? book.tables.find(key)
        }
    }

    func erase(_ name: VisitorName, _ done: @escaping @Sendable (EraseOutcome) -> Void) {
        guard let visitor = visitor(named: name) else { return done(.unknown) }
        do throws(IntakeRefusal) {
            if !book.remembersErased { book.remembersErased = jobs.contains { $0 is ListJob } }
            let sequence = try book.erase(visitor)
            erasures.append((sequence, done))
            // The next snapshot no longer holds it, and takes those that do away.
            hastenSnapshot()
        } catch {
            done(.unavailable)
        }
    }

    /// Tells those whose erasure has become durable.
    func endErasures() {
        let ready = erasures.filter { $0.sequence <= durable }
        erasures.removeAll { $0.sequence <= durable }
        for (_, done) in ready { done(.erased) }
        guard hasLogFailed else { return }
        for (_, done) in erasures { done(.unavailable) }
        erasures = []
    }

    func export(_ visitor: VisitorNumber) -> VisitorExport {
        let millis = services.time.instant().millis
        let names = Dictionary(
            catalog.roster.entries.map { ($0.value.number, $0.key) }, uniquingKeysWith: { first, _ in first })
        var export = VisitorExport(numbers: [visitor] + (book.states[visitor]?.former ?? []))
        export.surrogate = surrogates.surrogate(of: visitor)
        let flags = book.tables.flags(visitor)
        export.isOptedOut = flags.contains(.optedOut)
        export.isHousehold = flags.contains(.household)
        export.lastSeen = book.tables.lastSeen(visitor).map { Instant(micros: Int64($0) * 1_000_000) }
        for membership in book.tables.memberships(visitor) where membership.untilMillis > millis {
            guard let id = names[membership.audience] else { continue }
            let until = membership.untilMillis == .max ? nil : Instant(micros: membership.untilMillis * 1000)
            export.audiences.append((id, catalog.documents[id]?.advertiser ?? "", until))
        }
        export.audiences.sort { $0.id < $1.id }
        if let history = book.states[visitor]?.history {
            export.items = history.items.map(\.name)
            export.acts = history.count
        }
        return export
    }
}

/// Looks for a visitor's identifiers, which may be anywhere in the tables, and tells what is known.
struct ExportJob: AudienceJob {
    private let visitor: VisitorNumber
    private let done: @Sendable (VisitorExport?) -> Void
    private var scan: AudienceTables.IdentityScan

    init(_ visitor: VisitorNumber, _ keeper: AudienceKeeper, _ done: @escaping @Sendable (VisitorExport?) -> Void) {
        self.visitor = visitor
        self.done = done
        scan = keeper.book.tables.identities(of: visitor)
    }

    mutating func step(_ keeper: AudienceKeeper, hasTime: () -> Bool) -> Bool {
        while hasTime() {
            guard keeper.book.tables.advance(&scan, slots: 16_384) else { continue }
            guard let visitor = keeper.book.tables.resolve(visitor) else {
                done(nil)
                return true
            }
            var export = keeper.export(visitor)
            export.identities = scan.kinds
            done(export)
            return true
        }
        return false
    }

    func cancel() { done(nil) }
}

/// What is known of a visitor, but for what only the log still has word for word.
package struct VisitorExport: Sendable {
    /// Under which the log has records of it.
    package let numbers: [VisitorNumber]
    /// As the log and its exports show it.
    package var surrogate = IdentityKey(high: 0, low: 0)
    package var isOptedOut = false
    package var isHousehold = false
    package var lastSeen: Instant?
    /// The sorts of its identifiers: they themselves are not kept.
    package var identities: [IdentityKind] = []
    /// Their owner is an advertiser; empty for everybody's.
    package var audiences: [(id: String, owner: String, until: Instant?)] = []
    package var items: [String] = []
    package var acts = 0

    init(numbers: [VisitorNumber]) { self.numbers = numbers }
}
