package import OpenRTB

extension Vetting {
    /// What is known of where a request comes from.
    ///
    /// - Parameters:
    ///   - request: borrowed from the loop's reader.
    ///   - exchangeSellerDomain: the exchange's `asi` in lower case; empty where it is not known.
    /// - Complexity: O(hops + bytes of the user agent). Allocates nothing.
    /// - Source: OpenRTB 2.6, 3.2.25.
    package func facts(_ request: borrowing BidRequest, exchangeSellerDomain: [UInt8]) -> SupplyFacts {
        var facts = SupplyFacts()
        facts.isCrawler = unsafe request.text.withBytes(request.device.ua) { unsafe crawlers.matches($0) }
        if let complete = request.source.complete {
            let source = request.source
            facts.hops = UInt16(clamping: source.nodes.count + Int(source.nodesSkipped))
            facts.chainFault = Self.chainFault(request, complete)
            facts.chain = facts.chainFault == nil ? .complete : .incomplete
            facts.lastHop = Self.lastHop(request, exchangeSellerDomain)
        }
        guard hasBlocked || hasSellers || hasAdsTxt else { return facts }
        let trail = trail(request, exchangeSellerDomain)
        if hasBlocked { facts.blockedHop = blockedHop(trail, request) }
        if hasSellers { checkSellers(trail, request, &facts) }
        if hasAdsTxt { checkAdsTxt(trail, request, &facts) }
        return facts
    }

    /// Why the chain is not complete; nil where it is.
    private static func chainFault(_ request: borrowing BidRequest, _ complete: Int32) -> SupplyFault? {
        let source = request.source
        if complete < 1 { return SupplyFault(.saysIncomplete) }
        if source.nodesSkipped > 0 { return SupplyFault(.hopUnreadable) }
        if source.nodes.isEmpty { return SupplyFault(.noHops) }
        for hop in 0..<source.nodes.count {
            let node = request.element(hop, of: source.nodes)
            if node.asi.isEmpty { return SupplyFault(.noSystem, hop: hop) }
            if node.sid.isEmpty { return SupplyFault(.noAccount, hop: hop) }
        }
        return nil
    }

    private static func lastHop(_ request: borrowing BidRequest, _ exchange: [UInt8]) -> SupplyFacts.LastHop {
        let source = request.source
        guard !exchange.isEmpty, !source.nodes.isEmpty, source.nodesSkipped == 0 else { return .unknown }
        let node = request.element(source.nodes.count - 1, of: source.nodes)
        guard request.text.equals(node.asi, exchange) else { return .otherSystem }
        let publisher = request.site.publisher.id
        return publisher.isEmpty || request.text.equals(publisher, node.sid) ? .exchange : .otherAccount
    }

    // MARK: The trail

    /// The hops with the numbers of their systems. Without a chain, the one hop that the request implies: its
    /// publisher's account with the exchange.
    struct Trail {
        var hops = InlineArray<32, Hop>(repeating: Hop(system: unknown, account: .absent, isPaid: true))
        var count = 0
        var isImplied = false
        /// Whether hops are missing, perhaps the last.
        var isCut = false
        /// Index of the first hop that is paid; nil for none.
        var origin: Int?
        var paidCount = 0

        var last: Int? { isCut || count == 0 ? nil : count - 1 }
    }

    struct Hop: BitwiseCopyable {
        let system: UInt32
        let account: Text
        let isPaid: Bool
    }

    /// The number of no domain.
    static let unknown = UInt32.max

    private func trail(_ request: borrowing BidRequest, _ exchange: [UInt8]) -> Trail {
        var trail = Trail()
        let source = request.source
        trail.isCut = source.nodesSkipped > 0 || source.nodes.count > trail.hops.count
        trail.count = min(source.nodes.count, trail.hops.count)
        for index in 0..<trail.count {
            let node = request.element(index, of: source.nodes)
            // In version 1.0 of the chain every hop is paid, and some leave the field out.
            let isPaid = node.hp != 0
            trail.hops[index] = Hop(system: number(node.asi, request), account: node.sid, isPaid: isPaid)
            if isPaid {
                trail.origin = trail.origin ?? index
                trail.paidCount += 1
            }
        }
        let publisher = request.site.publisher.id
        if trail.count == 0, !trail.isCut, !exchange.isEmpty, !publisher.isEmpty {
            let system = unsafe exchange.withUnsafeBufferPointer { unsafe names.find(NameKey(.domain), $0) }
            trail.hops[0] = Hop(system: system ?? Self.unknown, account: publisher, isPaid: true)
            trail.count = 1
            trail.isImplied = true
            trail.origin = 0
            trail.paidCount = 1
        }
        return trail
    }

    private func number(_ domain: Text, _ request: borrowing BidRequest) -> UInt32 {
        if domain.isEmpty { return Self.unknown }
        return unsafe request.text.withBytes(domain) { unsafe names.find(NameKey(.domain), $0) } ?? Self.unknown
    }

    /// What a table says of a hop's account with its system.
    func find(_ space: NameSpace, _ file: UInt32, _ hop: Hop, _ request: borrowing BidRequest) -> UInt32? {
        guard hop.system != Self.unknown, !hop.account.isEmpty else { return nil }
        return unsafe request.text.withBytes(hop.account) {
            unsafe names.find(NameKey(space, file, hop.system), $0)
        }
    }

    private func blockedHop(_ trail: Trail, _ request: borrowing BidRequest) -> UInt8? {
        for index in 0..<trail.count {
            let hop = trail.hops[index]
            if hop.system == Self.unknown { continue }
            if domains[Int(hop.system)].isBlocked || find(.blocked, 0, hop, request) != nil { return UInt8(index) }
        }
        return nil
    }

    // MARK: Whose inventory it is

    /// Whose the inventory is, as a known domain, and which file says who may sell it.
    struct Owner {
        /// The domain or the nearest known one around it; nil where none is known.
        var domain: UInt32?
        /// Whether the request tells an owner at all.
        var isTold = false
        /// Number of the file; 0 for none.
        var file: UInt32 = 0
    }

    func owner(_ request: borrowing BidRequest) -> Owner {
        var owner = Owner()
        let site = request.site
        switch site.kind {
        case .site:
            owner.isTold = !site.domain.isEmpty
            owner.domain = nearest(site.domain, request)
            owner.file = owner.domain.map { domains[Int($0)].adsTxt } ?? 0
        case .app:
            owner.domain = unsafe request.text.withBytes(site.bundle) { unsafe names.find(NameKey(.bundle), $0) }
            owner.isTold = owner.domain != nil
            owner.file = owner.domain.map { domains[Int($0)].appAdsTxt } ?? 0
        case .dooh, .unknown: break
        }
        return owner
    }

    /// The number of a partner's domain, if it has one, and the file that holds for it; 0 for none.
    func partner(_ request: borrowing BidRequest) -> (number: UInt32, file: UInt32) {
        let domain = request.site.inventorypartnerdomain
        guard let nearest = nearest(domain, request) else { return (Self.unknown, 0) }
        let known = domains[Int(nearest)]
        return (number(domain, request), request.site.kind == .app ? known.appAdsTxt : known.adsTxt)
    }

    /// The longest known domain that a host is or lies below.
    private func nearest(_ host: Text, _ request: borrowing BidRequest) -> UInt32? {
        guard !host.isEmpty, host.count <= 253 else { return nil }
        var start = 0
        while true {
            let number = number(host.slice(from: start), request)
            if number != Self.unknown { return number }
            while start < host.count, request.text[host, start] != UInt8(ascii: ".") { start += 1 }
            start += 1
            if start >= host.count { return nil }
        }
    }

    /// Whether two things meet in a table that knows them by number alone.
    func relates(_ space: NameSpace, _ file: UInt32, _ domain: UInt32) -> Bool {
        unsafe names.find(NameKey(space, file, domain), UnsafeBufferPointer(start: nil, count: 0)) != nil
    }
}
