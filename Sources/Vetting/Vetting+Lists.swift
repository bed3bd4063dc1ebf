internal import OpenRTB

/// The checks against `sellers.json` and `ads.txt`.
extension Vetting {
    /// Whether the systems list their sellers as the chain has them.
    ///
    /// - Source: sellers.json 1.0; OpenRTB 2.6, 3.2.26.
    func checkSellers(_ trail: Trail, _ request: borrowing BidRequest, _ facts: inout SupplyFacts) {
        guard let origin = trail.origin, !trail.isImplied else {
            facts.sellersFault = SupplyFault(.noHops)
            return
        }
        var doubt = trail.isCut ? SupplyFault(.hopUnreadable) : nil
        var previous: Int?
        for index in 0..<trail.count {
            let hop = trail.hops[index]
            let check: SupplyFault.Check?
            if !hop.isPaid {
                check = passthroughFault(hop, request)
            } else if index == origin {
                check = originFault(hop, request, isComplete: facts.chain == .complete)
            } else {
                check = resellerFault(hop, previous.map { trail.hops[$0].system } ?? Self.unknown, request)
            }
            if hop.isPaid { previous = index }
            guard let check else { continue }
            let fault = SupplyFault(check, hop: index)
            guard check == .noSellersFile else {
                facts.sellers = .notListed
                facts.sellersFault = fault
                return
            }
            doubt = doubt ?? fault
        }
        facts.sellers = doubt == nil ? .listed : .unknown
        facts.sellersFault = doubt
    }

    private func hasSellersFile(_ hop: Hop) -> Bool {
        hop.system != Self.unknown && domains[Int(hop.system)].hasSellers
    }

    private func passthroughFault(_ hop: Hop, _ request: borrowing BidRequest) -> SupplyFault.Check? {
        guard let bits = find(.seller, 0, hop, request) else { return nil }
        return SellerEntry(bits: bits).isPassthrough ? nil : .notPassthrough
    }

    private func originFault(_ hop: Hop, _ request: borrowing BidRequest, isComplete: Bool) -> SupplyFault.Check? {
        guard hasSellersFile(hop) else { return .noSellersFile }
        guard let bits = find(.seller, 0, hop, request) else { return .notInSellersFile }
        // Of an incomplete chain nobody knows whether it begins with the publisher.
        guard isComplete else { return nil }
        let seller = SellerEntry(bits: bits)
        if !seller.isPublisher { return .notPublisher }
        if let domain = seller.domain, !owns(domain, request) { return .notOwner }
        return nil
    }

    private func resellerFault(_ hop: Hop, _ previous: UInt32, _ request: borrowing BidRequest) -> SupplyFault.Check? {
        guard hasSellersFile(hop) else { return .noSellersFile }
        guard let bits = find(.seller, 0, hop, request) else { return .notInSellersFile }
        let seller = SellerEntry(bits: bits)
        if !seller.isIntermediary { return .notIntermediary }
        if let domain = seller.domain, domain != previous { return .notPreviousSystem }
        return nil
    }

    /// Whether a seller's domain is the inventory's: the same or one around it, or named as owner, manager or partner.
    /// Where the request does not tell whose it is, nothing contradicts.
    private func owns(_ domain: UInt32, _ request: borrowing BidRequest) -> Bool {
        let owner = owner(request)
        if !owner.isTold { return true }
        var at = owner.domain
        while let number = at {
            if number == domain { return true }
            at = domains[Int(number)].parent
        }
        if owner.file != 0, relates(.owner, owner.file, domain) { return true }
        return partner(request).number == domain
    }

    /// Whether the publisher lets the last hop sell.
    ///
    /// - Source: ads.txt 1.1, 3.4; app-ads.txt 1.0.
    func checkAdsTxt(_ trail: Trail, _ request: borrowing BidRequest, _ facts: inout SupplyFacts) {
        let owner = owner(request)
        let partner = partner(request)
        // An owner that nobody tells cannot confirm a partner, and one that is told must.
        let first = owner.isTold ? owner.file : partner.file
        guard first != 0 else {
            facts.adsTxtFault = SupplyFault(owner.isTold ? .noAdsTxtFile : .noOwnerDomain)
            return
        }
        guard let last = trail.last else {
            facts.adsTxtFault = SupplyFault(.noSeller)
            return
        }
        (facts.adsTxt, facts.adsTxtFault) = verdict(first, trail, last, request, isComplete: facts.chain == .complete)
        if facts.adsTxt == .unauthorized, partner.file != 0, partner.file != first,
            relates(.partner, first, partner.number)
        {
            (facts.adsTxt, facts.adsTxtFault) = verdict(
                partner.file, trail, last, request, isComplete: facts.chain == .complete)
        }
    }

    private func verdict(
        _ file: UInt32, _ trail: Trail, _ last: Int, _ request: borrowing BidRequest, isComplete: Bool
    ) -> (SupplyFacts.AdsTxt, SupplyFault?) {
        guard let bits = find(.record, file, trail.hops[last], request) else {
            return (.unauthorized, SupplyFault(.noRecord, hop: last))
        }
        let record = RecordEntry(bits: bits)
        let origin = trail.origin ?? last
        if origin == last {
            if record.isDirect { return (.direct, nil) }
            // Who is paid first and last is the publisher, who need not resell its own.
            let isAlone = isComplete && trail.paidCount == 1
            return (isAlone ? .unauthorized : .reseller, SupplyFault(.resellerOnly, hop: last))
        }
        let first = find(.record, file, trail.hops[origin], request).map { RecordEntry(bits: $0) }
        guard let first, first.isDirect else { return (.reseller, SupplyFault(.originNotDirect, hop: origin)) }
        return (record.isDirect ? .direct : .reseller, nil)
    }
}
