internal import Units

extension GeneratedRequest {
    /// A request from elsewhere, sent as it is; what the auction must know is read from it leniently.
    ///
    /// Numbers may be strings, identifiers may be numbers, one value may stand for a list of one. What cannot be read
    /// counts as absent; a body that is no JSON object is sent all the same, offering nothing.
    ///
    /// - Parameter line: one line of an ndjson file, without its end.
    package init(replaying line: [UInt8]) {
        let document = (try? JSONReader.read(line)) ?? .null
        self.init(body: line, facts: RequestFacts(document))
    }
}

extension RequestFacts {
    fileprivate init(_ request: JSONValue) {
        self.init(
            id: request["id"]?.text ?? "",
            tmaxMillis: request["tmax"]?.integer.flatMap { $0 > 0 ? $0 : nil },
            auctionType: request["at"]?.integer ?? 2,
            currencies: list(request["cur"]).compactMap { $0.string.flatMap { Currency($0.utf8) } },
            isTest: request["test"]?.integer == 1,
            imps: list(request["imp"]).compactMap(ImpFacts.init(imp:)))
    }
}

extension ImpFacts {
    fileprivate init?(imp: JSONValue) {
        guard let id = imp["id"]?.text else { return nil }
        let pmp = imp["pmp"]
        let multiplier = (imp["qty"]?["multiplier"]?.text).flatMap(Double.init)
        self.init(
            id: id, floor: imp["bidfloor"].flatMap(CPM.init(json:)) ?? .zero,
            floorCurrency: currency(imp["bidfloorcur"]),
            format: ImpFormat.allCases.first { imp[$0.rawValue] != nil } ?? .banner,
            deals: list(pmp?["deals"]).compactMap(DealFacts.init(deal:)),
            isPrivate: pmp?["private_auction"]?.integer == 1,
            quantity: multiplier.flatMap(Quantity.init(multiplier:)) ?? .one)
    }
}

extension DealFacts {
    fileprivate init?(deal: JSONValue) {
        guard let id = deal["id"]?.text else { return nil }
        self.init(
            id: id, floor: deal["bidfloor"].flatMap(CPM.init(json:)), floorCurrency: currency(deal["bidfloorcur"]),
            auctionType: deal["at"]?.integer)
    }
}

/// The elements of an array, a lone value as a list of one, nothing as none.
private func list(_ value: JSONValue?) -> [JSONValue] {
    guard let value else { return [] }
    if case .array(let elements) = value { return elements }
    return [value]
}

private func currency(_ value: JSONValue?) -> Currency {
    value?.string.flatMap { Currency($0.utf8) } ?? .usd
}
