internal import Foundation

/// The terminal: results go to standard output, everything else to standard error.
enum Console {
    /// A line for people: progress, faults.
    static func error(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }

    /// A line of the result, flushed at once: others wait for it.
    static func line(_ line: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
    }

    static func exit(_ status: Int32) -> Never { Foundation.exit(status) }

    /// Whether progress may redraw its line.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// A table with aligned columns: texts to the left, numbers to the right.
struct TextTable {
    private let header: [String]
    private let isNumber: [Bool]
    private var rows: [[String]] = []

    /// - Parameter columns: names; one that ends in `#` holds numbers.
    init(_ columns: [String]) {
        header = columns.map { $0.hasSuffix("#") ? String($0.dropLast()) : $0 }
        isNumber = columns.map { $0.hasSuffix("#") }
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    var text: String {
        let widths = header.indices.map { column in
            ([header] + rows).map { $0[column].count }.max() ?? 0
        }
        return ([header] + rows).map { row in
            let cells = row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return isNumber[column] ? space + row[column] : row[column] + space
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
