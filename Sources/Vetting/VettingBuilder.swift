internal import Units

/// What a `sellers.json` says of one account, in the 32 bits of a table's value.
struct SellerEntry: BitwiseCopyable {
    /// One more than the number of the domain, shifted by four; below it passthrough and the type.
    let bits: UInt32

    init(bits: UInt32) { self.bits = bits }

    init(_ type: SellersJSON.SellerType, isPassthrough: Bool, domain: UInt32?) {
        bits = (domain.map { $0 + 1 } ?? 0) << 4 | (isPassthrough ? 4 : 0) | UInt32(type.rawValue)
    }

    var isPassthrough: Bool { bits & 4 != 0 }
    var isPublisher: Bool { bits & 3 != UInt32(SellersJSON.SellerType.intermediary.rawValue) }
    var isIntermediary: Bool { bits & 3 != UInt32(SellersJSON.SellerType.publisher.rawValue) }
    /// Number of the domain; nil where the seller tells none.
    var domain: UInt32? { bits >> 4 == 0 ? nil : (bits >> 4) - 1 }
}

/// What an `ads.txt` says of one account, in the 32 bits of a table's value.
struct RecordEntry: BitwiseCopyable {
    let bits: UInt32

    static let direct = RecordEntry(bits: 1)
    static let reseller = RecordEntry(bits: 2)

    /// An account may stand there as both; direct then holds.
    var isDirect: Bool { bits & 1 != 0 }
}

/// Gives every domain a number and fills the tables of a ``Vetting``.
struct VettingBuilder {
    private(set) var names: NameTableBuilder
    private(set) var domains: [Vetting.Domain] = []
    private var spellings: [[UInt8]] = []
    /// Files of authorised sellers so far; their numbers start at 1.
    private var files: UInt32 = 0

    init(seed: Seed) { names = NameTableBuilder(seed: seed) }

    mutating func add(_ sources: VettingSources) {
        for entry in sources.blocked.entries {
            let system = number(entry.system)
            if let account = entry.account {
                names.insert(NameKey(.blocked, 0, system), account, 1)
            } else {
                domains[Int(system)].isBlocked = true
            }
        }
        for (domain, file) in sources.sellers {
            let system = number(domain)
            domains[Int(system)].hasSellers = true
            for seller in file.sellers {
                let domain = seller.domain.map { number($0) }
                let entry = SellerEntry(seller.type, isPassthrough: seller.isPassthrough, domain: domain)
                // Of an id that stands there twice the first holds.
                names.insert(NameKey(.seller, 0, system), seller.id, entry.bits)
            }
        }
        for (domain, file) in sources.adsTxt {
            let number = number(domain)
            domains[Int(number)].adsTxt = add(file)
        }
        for (domain, file) in sources.appAdsTxt {
            let number = number(domain)
            domains[Int(number)].appAdsTxt = add(file)
        }
        for entry in sources.apps.entries { names.insert(NameKey(.bundle), entry.bundle, number(entry.domain)) }
    }

    /// Finds out which domain lies below which, and whose file holds for each: called last.
    mutating func relate() {
        let own = domains
        for index in domains.indices { domains[index].parent = parent(of: spellings[index]) }
        for index in domains.indices {
            domains[index].adsTxt = governing(UInt32(index)) { own[Int($0)].adsTxt }
            domains[index].appAdsTxt = governing(UInt32(index)) { own[Int($0)].appAdsTxt }
        }
    }

    /// The file of the shortest domain around this one that has a file, or of one between that the former refers to.
    ///
    /// - Source: ads.txt 1.1, 3.1 and SUBDOMAIN in 3.5.
    private func governing(_ number: UInt32, _ file: (UInt32) -> UInt32) -> UInt32 {
        var root: UInt32 = 0
        var at: UInt32? = number
        while let domain = at {
            if file(domain) != 0 { root = file(domain) }
            at = domains[Int(domain)].parent
        }
        at = number
        while let domain = at, root != 0, file(domain) != root {
            if file(domain) != 0, names.find(NameKey(.subdomain, root, domain), []) != nil { return file(domain) }
            at = domains[Int(domain)].parent
        }
        return root
    }

    private func parent(of domain: [UInt8]) -> UInt32? {
        var rest = domain[...]
        while let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
            rest = rest[(dot + 1)...]
            if let number = names.find(NameKey(.domain), Array(rest)) { return number }
        }
        return nil
    }

    /// - Returns: the file's number.
    private mutating func add(_ file: AdsTxt) -> UInt32 {
        files += 1
        for record in file.records {
            let entry = record.isDirect ? RecordEntry.direct : .reseller
            names.insert(NameKey(.record, files, number(record.system)), record.account, entry.bits) { $0 | $1 }
        }
        for domain in file.subdomains { names.insert(NameKey(.subdomain, files, number(domain)), [], 1) }
        for domain in file.inventoryPartners { names.insert(NameKey(.partner, files, number(domain)), [], 1) }
        for domain in file.owners + file.managers { names.insert(NameKey(.owner, files, number(domain)), [], 1) }
        return files
    }

    private mutating func number(_ domain: [UInt8]) -> UInt32 {
        if let number = names.find(NameKey(.domain), domain) { return number }
        let number = UInt32(domains.count)
        names.insert(NameKey(.domain), domain, number)
        domains.append(Vetting.Domain())
        spellings.append(domain)
        return number
    }
}
