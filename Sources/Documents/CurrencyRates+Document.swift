package import Units

extension CurrencyRates {
    /// Reads a file of rates: `{ "EUR": "1.08" }`.
    ///
    /// - Throws: every fault at once.
    package init(_ node: Node) throws(DocumentError) {
        let faults = FaultList()
        self = Self.read(node, at: "", faults)
        if !faults.faults.isEmpty { throw DocumentError(faults.faults) }
    }

    /// `{ "EUR": "1.08" }`: US dollars that one unit is worth.
    static func read(_ node: Node, at pointer: String, _ faults: FaultList) -> CurrencyRates {
        guard case .map(let members) = node.content else {
            faults.add(
                "must be an object of currencies, is \(node.typeName)", at: pointer, node,
                hint: "for example { \"EUR\": \"1.08\" }, or the path of a file that holds it")
            return CurrencyRates()
        }
        let entries = ObjectReader(node, at: pointer, known: Set(members.map(\.key)), faults)
        var table: [Currency: Int64] = [:]
        for member in members {
            guard let currency = Currency(member.key.utf8), member.key == member.key.uppercased() else {
                entries.fault("is no currency (ISO 4217): “\(member.key)”", member.key)
                continue
            }
            guard let micros = entries.money(member.key) else { continue }
            if micros == 0 { entries.fault("must be above 0", member.key) }
            table[currency] = micros
        }
        return CurrencyRates(dollarsPerUnit: table)
    }
}
