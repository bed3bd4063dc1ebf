/// Who sells through one advertising system, as its `sellers.json` says.
///
/// - Source: IAB Tech Lab, sellers.json 1.0.
package struct SellersJSON: Equatable, Sendable {
    package enum SellerType: UInt8, CaseIterable, Sendable {
        /// Owns the inventory that it is paid for.
        case publisher
        /// Sells the inventory of others.
        case intermediary
        case both
    }

    package struct Seller: Equatable, Sendable {
        /// As written: systems tell case apart.
        package var id: [UInt8] = []
        package var type = SellerType.publisher
        /// In lower case; nil for a seller that is confidential, or whose domain is none.
        package var domain: [UInt8]?
        package var isConfidential = false
        /// Whether buyers never pay it.
        package var isPassthrough = false
    }

    package private(set) var sellers: [Seller] = []
    /// Sellers left out: without an id, or of a type that there is not.
    package private(set) var faults = FileFaults()

    /// - Throws: where the file is no JSON, or has no list of sellers.
    /// - Complexity: O(bytes).
    package init(_ bytes: [UInt8]) throws(FileError) {
        var scanner = JSONScanner(bytes)
        var sellers: [Seller]?
        var faults = FileFaults()
        try scanner.object { (scanner, key) throws(FileError) in
            guard key == Self.list, sellers == nil, scanner.peek() == UInt8(ascii: "[") else {
                return try scanner.skip()
            }
            var list: [Seller] = []
            try scanner.array { (scanner) throws(FileError) in
                if let seller = try Self.seller(&scanner, &faults) { list.append(seller) }
            }
            sellers = list
        }
        try scanner.end()
        guard let sellers else {
            throw FileError(line: 1, "has no list of sellers", hint: "{ \"version\": \"1.0\", \"sellers\": [ … ] }")
        }
        self.sellers = sellers
        self.faults = faults
    }

    private static let list = Array("sellers".utf8)

    private static func seller(_ scanner: inout JSONScanner, _ faults: inout FileFaults) throws(FileError) -> Seller? {
        guard scanner.peek() == UInt8(ascii: "{") else {
            let line = faults.isFull ? 0 : scanner.line
            try scanner.skip()
            faults.add(line: line, "a seller must be an object")
            return nil
        }
        var seller = Seller()
        var type: [UInt8]?
        var start = scanner
        try scanner.object { (scanner, key) throws(FileError) in
            switch String(decoding: key, as: UTF8.self) {
            case "seller_id": seller.id = try scanner.text() ?? []
            case "seller_type": type = try scanner.text().map { $0[...].trimmed.lowercased }
            case "domain": seller.domain = try scanner.text().flatMap { DomainName.read($0[...].trimmed) }
            case "is_confidential": seller.isConfidential = try scanner.flag()
            case "is_passthrough": seller.isPassthrough = try scanner.flag()
            default: try scanner.skip()
            }
        }
        _ = start.peek()
        guard !seller.id.isEmpty else {
            faults.add(line: faults.isFull ? 0 : start.line, "a seller lacks seller_id")
            return nil
        }
        guard let known = SellerType.allCases.first(where: { Array("\($0)".utf8) == type }) else {
            let id = seller.id[...].quoted
            faults.add(
                line: faults.isFull ? 0 : start.line, "the seller_type of \(id) is none",
                hint: "PUBLISHER, INTERMEDIARY or BOTH")
            return nil
        }
        seller.type = known
        if seller.isConfidential { seller.domain = nil }
        return seller
    }
}

extension FileFaults {
    /// Whether further faults are only counted, so that their lines need not be found.
    var isFull: Bool { first.count == Self.keptMax }
}
