package import Events
internal import Synchronization

extension AudienceTables {
    /// Identifiers that resolve to somebody, or did until a short while ago.
    package var identityCount: Int { identities.live }

    /// Says whose an identifier is, whoever's it was before.
    ///
    /// - Returns: false for nobody's number, and when there is no memory for another identifier.
    @discardableResult
    package func link(_ key: IdentityKey, kind: IdentityKind, to visitor: VisitorNumber) -> Bool {
        guard let number = root(visitor.rawValue) else { return false }
        return put(IdentitySlot(key, kind: kind.rawValue, visitor: number))
    }

    func put(_ slot: IdentitySlot) -> Bool {
        copySlots(Self.slotsCopiedAlong)
        if nextIdentities == nil, identities.fill > IdentityTable.fillGrowing { startGrowing() }
        if identities.fill >= IdentityTable.fillMax { copySlots(.max) }
        if identities.fill >= IdentityTable.fillMax, identities.index(of: slot) == nil { return false }
        if let index = identities.put(slot) {
            if index < copiedSlots { _ = nextIdentities?.put(slot) }
            return true
        }
        // No room behind the key's place, beyond all chance: only a larger table has it.
        if nextIdentities == nil { startGrowing() }
        copySlots(.max)
        return identities.put(slot) != nil
    }

    /// Forgets one identifier.
    package func unlink(_ key: IdentityKey) {
        guard let index = identities.index(of: key) else { return }
        identities.clear(index)
        if index < copiedSlots, let next = nextIdentities, let copy = next.index(of: key) { next.clear(copy) }
    }

    /// Whose an identifier is, merged visitors followed. On the writer's thread; loops ask a ``TableReader``.
    package func find(_ key: IdentityKey) -> VisitorNumber? {
        root(identities.view.visitor(key)).map(VisitorNumber.init)
    }

    // MARK: Erased visitors

    /// Keeps the identifiers of a removed visitor, so that they are told from those of people never heard of.
    ///
    /// - Parameter sequence: of the record that erased the visitor.
    func remember(erased visitor: VisitorNumber, _ sequence: UInt64) { erasedNumbers[visitor.rawValue] = sequence }

    /// Lets the sweep forget the identifiers of all removed visitors.
    func forgetErased() { erasedNumbers = [:] }

    /// At which record the owner of an identifier was erased; nil where it is anybody's, or was forgotten.
    func erased(_ key: IdentityKey) -> UInt64? {
        erasedNumbers.isEmpty ? nil : erasedNumbers[identities.view.visitor(key)]
    }

    // MARK: Growing

    /// For each identifier that is linked: the larger table is full long before the present one.
    private static let slotsCopiedAlong = 64
    private static let growth = 1.5

    /// Begins to fill another table: a larger one, or one as large without gaps.
    private func startGrowing() {
        let isCrowded = Double(identities.live) > 0.7 * Double(identities.view.places)
        let room = Double(identities.view.places) * IdentityTable.fillMade * (isCrowded ? Self.growth : 1)
        let bytesNext = IdentityTable.bytes(places: IdentityTable.places(Int(room)))
        guard bytes.total + bytesBeside + bytesNext <= bytesMax || !isCrowded else { return }
        nextIdentities = IdentityTable(identities: Int(room), largePages: largePages)
        copiedSlots = 0
    }

    /// Fills a little more of the next table; the last of it makes it the present one.
    private func copySlots(_ count: Int) {
        guard let next = nextIdentities else { return }
        let end = identities.view.slots
        let limit = count < end - copiedSlots ? copiedSlots + count : end
        for index in copiedSlots..<limit {
            var slot = identities.view[index]
            let owner = isLoading || erasedNumbers[slot.visitor] != nil ? slot.visitor : root(slot.visitor)
            guard !slot.isGap, let owner else { continue }
            slot.value = slot.value & ~0xFFFF_FFFF | UInt64(owner)
            guard next.put(slot) != nil else {
                // Given up; the next identifier tries again.
                nextIdentities = nil
                copiedSlots = 0
                return
            }
        }
        copiedSlots = limit
        if limit == end { takeOver(next) }
    }

    /// Makes room for identifiers, while there are none.
    ///
    /// - Returns: false where the system has no memory for so many.
    func reserve(identities count: Int) -> Bool {
        if IdentityTable.places(count) <= identities.view.places { return true }
        guard let next = IdentityTable(identities: count, largePages: largePages || count > 400_000) else {
            return false
        }
        takeOver(next)
        return true
    }

    private func takeOver(_ next: IdentityTable) {
        let previous = identities
        identities = next
        unsafe shownIdentities.store(next.base, ordering: .releasing)
        retiredTables.append(Retired(item: previous, epoch: epochs.current))
        nextIdentities = nil
        copiedSlots = 0
        identityHand = 0
        identityGeneration += 1
        reclaim()
    }

    // MARK: Whose identifiers there are

    /// A search for all identifiers of one visitor, a slice at a time.
    package struct IdentityScan: Sendable {
        package let visitor: VisitorNumber
        /// Kinds of the identifiers found so far; all of them once ``AudienceTables/advance(_:slots:)`` says so.
        package internal(set) var kinds: [IdentityKind] = []
        var slot = 0
        var generation: Int
    }

    /// Begins to look for the identifiers of a visitor, merged ones' among them.
    package func identities(of visitor: VisitorNumber) -> IdentityScan {
        IdentityScan(visitor: visitor, generation: identityGeneration)
    }

    /// Looks at some more slots.
    ///
    /// - Returns: whether all have been looked at.
    package func advance(_ scan: inout IdentityScan, slots: Int) -> Bool {
        if scan.generation != identityGeneration { scan = identities(of: scan.visitor) }
        guard let owner = root(scan.visitor.rawValue) else { return true }
        let end = min(identities.view.slots, scan.slot + max(1, slots))
        for index in scan.slot..<end {
            let slot = identities.view[index]
            if !slot.isGap, root(slot.visitor) == owner, let kind = slot.kind { scan.kinds.append(kind) }
        }
        scan.slot = end
        return end == identities.view.slots
    }
}

extension IdentityTable {
    /// Where the key of a slot stands.
    func index(of slot: IdentitySlot) -> Int? {
        for index in view.place(slot.low)..<view.slots {
            let found = view[index]
            if found.isEnd { return nil }
            if !found.isGap, found.hasKey(of: slot) { return index }
        }
        return nil
    }
}
