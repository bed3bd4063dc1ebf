/// Rows of whole numbers under named columns, each with a text: state of a fold as bytes that later versions can read.
///
/// Columns are found by their names, so that a version adds one in one line, and takes what an older one did not write
/// as it was before. The bytes of a number are those of its difference from the row above, so that what repeats or
/// counts takes one.
package struct StateTable: Equatable, Sendable {
    package let name: String
    package let columns: [String]
    package private(set) var rows = 0
    /// Row by row.
    private var values: [Int64] = []
    /// The texts, one behind the other, and where each ends.
    private var texts: [UInt8] = []
    private var ends: [Int] = []

    package init(_ name: String, columns: [String]) {
        self.name = name
        self.columns = columns
    }

    /// A table of one row.
    package init(_ name: String, _ fields: KeyValuePairs<String, Int64>) {
        self.init(name, columns: fields.map(\.key))
        append(fields.map(\.value))
    }

    /// - Parameter row: a number for each column.
    package mutating func append(_ row: [Int64], text: some Sequence<UInt8> = []) {
        precondition(row.count == columns.count, "a row of \(row.count) numbers for \(columns.count) columns")
        values.append(contentsOf: row)
        texts.append(contentsOf: text)
        ends.append(texts.count)
        rows += 1
    }

    /// The column of a name; nil where whoever wrote this did not know it.
    package func column(_ name: String) -> Int? { columns.firstIndex(of: name) }

    package subscript(row: Int, column: Int) -> Int64 { values[row * columns.count + column] }

    /// A number of a row by its column's name.
    package subscript(row: Int, name: String) -> Int64? { column(name).map { self[row, $0] } }

    package func text(_ row: Int) -> ArraySlice<UInt8> { texts[(row == 0 ? 0 : ends[row - 1])..<ends[row]] }
}

extension StateTable {
    /// Appends the bytes: name, count of columns and their names, count of rows, then for each its text and numbers.
    package func write(to out: inout [UInt8]) {
        Self.append(name.utf8, to: &out)
        Self.append(UInt64(columns.count), to: &out)
        for column in columns { Self.append(column.utf8, to: &out) }
        Self.append(UInt64(rows), to: &out)
        for row in 0..<rows {
            Self.append(text(row), to: &out)
            for column in columns.indices {
                let above = row == 0 ? 0 : self[row - 1, column]
                let difference = self[row, column] &- above
                // The sign goes last: small ones of either sign are short.
                Self.append(UInt64(bitPattern: difference << 1 ^ difference >> 63), to: &out)
            }
        }
    }

    private static func append(_ text: some Collection<UInt8>, to out: inout [UInt8]) {
        append(UInt64(text.count), to: &out)
        out.append(contentsOf: text)
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    private static func append(_ number: UInt64, to out: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            out.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        out.append(UInt8(rest))
    }

    /// Tables one behind the other, as ``write(to:)`` wrote them.
    ///
    /// - Returns: nil for bytes that are something else.
    package static func read(_ bytes: ArraySlice<UInt8>) -> [StateTable]? {
        var reader = ByteReader(bytes)
        var tables: [StateTable] = []
        while !reader.isAtEnd {
            guard let table = read(&reader) else { return nil }
            tables.append(table)
        }
        return tables
    }

    private static func read(_ reader: inout ByteReader) -> StateTable? {
        guard let name = reader.text(), let columnCount = reader.count() else { return nil }
        var columns: [String] = []
        for _ in 0..<columnCount {
            guard let column = reader.text() else { return nil }
            columns.append(String(decoding: column, as: UTF8.self))
        }
        // Every row has a byte at least, so no count makes this take more memory than the bytes warrant.
        guard let rowCount = reader.count() else { return nil }
        var table = StateTable(String(decoding: name, as: UTF8.self), columns: columns)
        table.values.reserveCapacity(min(rowCount * columns.count, reader.remaining))
        var row = [Int64](repeating: 0, count: columns.count)
        for _ in 0..<rowCount {
            guard let text = reader.text() else { return nil }
            for column in columns.indices {
                guard let number = reader.number() else { return nil }
                row[column] &+= Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
            }
            table.append(row, text: text)
        }
        return table
    }
}

extension ByteReader {
    fileprivate mutating func number() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard let byte = fixed(UInt8.self) else { return nil }
            if shift == 63, byte > 1 { return nil }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        return nil
    }

    /// How many things follow that have a byte each at least.
    fileprivate mutating func count() -> Int? {
        number().flatMap { Int(exactly: $0) }.flatMap { $0 <= remaining ? $0 : nil }
    }

    fileprivate mutating func text() -> ArraySlice<UInt8>? { count().flatMap { take($0) } }
}
