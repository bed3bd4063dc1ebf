/// Which categories lie within which.
///
/// Codes of taxonomy 1 say it themselves: `IAB7-3` lies in `IAB7`. Numbered taxonomies say it in tables that IAB
/// Tech Lab publishes; an operator gives those that its exchanges use. Without a table codes are compared as they are.
/// - Source: AdCOM 1.0, Category Taxonomies.
package struct CategoryTree: Equatable, Sendable {
    /// Why a table cannot be read.
    package struct Fault: Error, Equatable, Sendable {
        /// From 1.
        package let line: Int
        package let message: String
    }

    private var parents: [Int32: [String: String]] = [:]

    /// Categories within categories at most: tables have four levels, and a ring has no end.
    private static let depthMax = 16

    package init() {}

    /// Adds a taxonomy's table, as tab-separated text.
    ///
    /// A line of headings names the columns; one is `Unique ID`, one `Parent` (or `Parent ID`), empty for the
    /// uppermost. Lines before the headings are skipped, other columns ignored.
    /// - Throws: the first line that cannot be used.
    package mutating func add(_ table: String, taxonomy: Int32) throws(Fault) {
        var columns: (code: Int, parent: Int)?
        var found: [String: String] = [:]
        for (number, line) in table.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map { Self.trimmed($0) }
            guard let columns else {
                columns = Self.columns(cells)
                continue
            }
            guard let code = cells.indices.contains(columns.code) ? cells[columns.code] : nil, !code.isEmpty else {
                continue
            }
            let parent = cells.indices.contains(columns.parent) ? cells[columns.parent] : ""
            if parent == code { throw Fault(line: number + 1, message: "category \(code) is its own parent") }
            if found.updateValue(parent, forKey: code) != nil {
                throw Fault(line: number + 1, message: "category \(code) stands twice in the table")
            }
        }
        if columns == nil {
            throw Fault(line: 1, message: "no line names the columns “Unique ID” and “Parent”, separated by tabs")
        }
        parents[taxonomy, default: [:]].merge(found) { _, new in new }
    }

    private static func columns(_ cells: [String]) -> (code: Int, parent: Int)? {
        let names = cells.map { $0.lowercased() }
        guard let code = names.firstIndex(of: "unique id"),
            let parent = names.firstIndex(where: { $0 == "parent" || $0 == "parent id" })
        else { return nil }
        return (code, parent)
    }

    private static func trimmed(_ cell: Substring) -> String {
        var rest = cell[...]
        // Spreadsheets write a mark in front of the first cell, and quotes around some.
        while let first = rest.first, first.isWhitespace || first == "\"" || first == "\u{FEFF}" { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace || last == "\"" { rest.removeLast() }
        return String(rest)
    }

    /// A category and all that it lies within, from the inside out.
    func lineage(of code: String, in taxonomy: Int32) -> [String] {
        var found = [code]
        if taxonomy == Taxonomy.content1 {
            var rest = code[...]
            while let dash = rest.lastIndex(of: "-") {
                rest = rest[..<dash]
                if !rest.isEmpty { found.append(String(rest)) }
            }
        } else if let table = parents[taxonomy] {
            while found.count < Self.depthMax, let parent = found.last.flatMap({ table[$0] }), !parent.isEmpty {
                if found.contains(parent) { break }
                found.append(parent)
            }
        }
        return found
    }
}

/// The lists of categories that requests and creatives may use.
///
/// - Source: AdCOM 1.0, Category Taxonomies.
enum Taxonomy {
    /// Content 1.0, of codes such as IAB7-3.
    static let content1: Int32 = 1

    /// Whether codes of both mean the same: later versions of a list keep the codes of earlier ones.
    static func areOneFamily(_ lhs: Int32, _ rhs: Int32) -> Bool { lhs == rhs || family(lhs) == family(rhs) }

    /// A number below 0 for a family of several.
    private static func family(_ taxonomy: Int32) -> Int32 {
        switch taxonomy {
        case 2, 5, 6, 7, 9: -1
        case 3, 8: -2
        default: taxonomy
        }
    }
}

/// What a publisher who blocks anything at all is taken to block.
enum Sensitivity {
    /// Sexuality, beer and cocktails, wine, card games, cigars, politics, dating, religion, extreme content, crime.
    private static let codes: Set<String> = [
        "IAB7-39", "IAB8-5", "IAB8-18", "IAB9-7", "IAB9-9", "IAB11-4", "IAB14-1", "IAB23", "IAB25", "IAB26",
    ]

    /// Whether a code of taxonomy 1 is one of them or lies within one.
    static func holds(_ categories: [String], _ taxonomy: Int32) -> Bool {
        guard taxonomy == Taxonomy.content1 else { return false }
        let tree = CategoryTree()
        return categories.contains { code in tree.lineage(of: code, in: taxonomy).contains { codes.contains($0) } }
    }
}
