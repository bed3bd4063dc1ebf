import Vetting

/// The same rules written plainly, over lists that are searched from front to back.
struct SupplyOracle {
    struct Hop {
        var asi: String
        var sid: String
        var hp: Int?
        var isPaid: Bool { hp != 0 }
    }

    struct Ask {
        var complete: Int?
        var hops: [Hop] = []
        var publisher: String?
        var site: String?
        var bundle: String?
        var partner: String?
        var exchange = ""
    }

    let files: VettingSources

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    func facts(_ ask: Ask) -> SupplyFacts {
        var facts = SupplyFacts()
        if let complete = ask.complete {
            facts.hops = UInt16(ask.hops.count)
            facts.chainFault = chainFault(ask, complete)
            facts.chain = facts.chainFault == nil ? .complete : .incomplete
            if let last = ask.hops.last, !ask.exchange.isEmpty {
                facts.lastHop =
                    last.asi != ask.exchange
                    ? .otherSystem : ask.publisher ?? last.sid == last.sid ? .exchange : .otherAccount
            }
        }
        var trail = ask.hops
        if trail.isEmpty, let publisher = ask.publisher, !ask.exchange.isEmpty {
            trail = [Hop(asi: ask.exchange, sid: publisher, hp: 1)]
        }
        facts.blockedHop = trail.firstIndex { hop in
            files.blocked.entries.contains {
                text($0.system) == hop.asi && ($0.account == nil || $0.account.map(text) == hop.sid)
            }
        }.map { UInt8($0) }
        if !files.sellers.isEmpty {
            (facts.sellers, facts.sellersFault) = sellers(ask, isComplete: facts.chain == .complete)
        }
        if !files.adsTxt.isEmpty || !files.appAdsTxt.isEmpty {
            (facts.adsTxt, facts.adsTxtFault) = adsTxt(ask, trail, isComplete: facts.chain == .complete)
        }
        return facts
    }

    private func chainFault(_ ask: Ask, _ complete: Int) -> SupplyFault? {
        if complete < 1 { return SupplyFault(.saysIncomplete) }
        if ask.hops.isEmpty { return SupplyFault(.noHops) }
        for (index, hop) in ask.hops.enumerated() {
            if hop.asi.isEmpty { return SupplyFault(.noSystem, hop: index) }
            if hop.sid.isEmpty { return SupplyFault(.noAccount, hop: index) }
        }
        return nil
    }

    private func sellers(_ ask: Ask, isComplete: Bool) -> (SupplyFacts.Sellers, SupplyFault?) {
        guard ask.hops.contains(where: \.isPaid) else { return (.unknown, SupplyFault(.noHops)) }
        var doubt: SupplyFault?
        var previous: Hop?
        for (index, hop) in ask.hops.enumerated() {
            let file = files.sellers[bytes(hop.asi)]
            let entry = file?.sellers.first { text($0.id) == hop.sid }
            var check: SupplyFault.Check?
            if !hop.isPaid {
                check = entry.map { $0.isPassthrough ? nil : .notPassthrough } ?? nil
            } else if file == nil {
                doubt = doubt ?? SupplyFault(.noSellersFile, hop: index)
            } else if let entry {
                if let previous {
                    if entry.type == .publisher {
                        check = .notIntermediary
                    } else if let domain = entry.domain, text(domain) != previous.asi {
                        check = .notPreviousSystem
                    }
                } else if isComplete {
                    if entry.type == .intermediary {
                        check = .notPublisher
                    } else if let domain = entry.domain, !owns(text(domain), ask) {
                        check = .notOwner
                    }
                }
            } else {
                check = .notInSellersFile
            }
            if hop.isPaid { previous = hop }
            if let check { return (.notListed, SupplyFault(check, hop: index)) }
        }
        return (doubt == nil ? .listed : .unknown, doubt)
    }

    private func developer(_ ask: Ask) -> String? {
        files.apps.entries.first { text($0.bundle) == ask.bundle }.map { text($0.domain) }
    }

    private func owns(_ domain: String, _ ask: Ask) -> Bool {
        guard let owner = ask.bundle == nil ? ask.site : developer(ask) else { return true }
        if owner == domain || owner.hasSuffix("." + domain) { return true }
        let file = governing(owner, ask)
        if let file, (file.owners + file.managers).contains(bytes(domain)) { return true }
        return ask.partner == domain
    }

    /// The file of the shortest domain around, else of the longest between that it refers to.
    private func governing(_ domain: String, _ ask: Ask) -> AdsTxt? {
        let files = ask.bundle == nil ? files.adsTxt : files.appAdsTxt
        let labels = domain.split(separator: ".")
        let around = labels.indices.map { labels[$0...].joined(separator: ".") }
        guard let root = around.last(where: { files[bytes($0)] != nil }), let file = files[bytes(root)] else {
            return nil
        }
        for name in around where name != root {
            if let own = files[bytes(name)], file.subdomains.contains(bytes(name)) { return own }
        }
        return file
    }

    private func adsTxt(_ ask: Ask, _ trail: [Hop], isComplete: Bool) -> (SupplyFacts.AdsTxt, SupplyFault?) {
        let partner = ask.partner.flatMap { governing($0, ask) }
        let owner = ask.bundle == nil ? ask.site : developer(ask)
        guard let file = owner == nil ? partner : owner.flatMap({ governing($0, ask) }) else {
            return (.unavailable, SupplyFault(owner == nil ? .noOwnerDomain : .noAdsTxtFile))
        }
        if trail.isEmpty { return (.unavailable, SupplyFault(.noSeller)) }
        let first = verdict(file, trail, isComplete)
        if first.0 == .unauthorized, let name = ask.partner, file.inventoryPartners.contains(bytes(name)), let partner {
            return verdict(partner, trail, isComplete)
        }
        return first
    }

    private func verdict(_ file: AdsTxt, _ trail: [Hop], _ isComplete: Bool) -> (SupplyFacts.AdsTxt, SupplyFault?) {
        func records(_ hop: Hop) -> [AdsTxt.Record] {
            file.records.filter { text($0.system) == hop.asi && text($0.account) == hop.sid }
        }
        let last = trail.count - 1
        let record = records(trail[last])
        if record.isEmpty { return (.unauthorized, SupplyFault(.noRecord, hop: last)) }
        let isDirect = record.contains(where: \.isDirect)
        let origin = trail.firstIndex(where: \.isPaid) ?? last
        if origin == last {
            if isDirect { return (.direct, nil) }
            let isAlone = isComplete && trail.count(where: \.isPaid) == 1
            return (isAlone ? .unauthorized : .reseller, SupplyFault(.resellerOnly, hop: last))
        }
        guard records(trail[origin]).contains(where: \.isDirect) else {
            return (.reseller, SupplyFault(.originNotDirect, hop: origin))
        }
        return (isDirect ? .direct : .reseller, nil)
    }
}
