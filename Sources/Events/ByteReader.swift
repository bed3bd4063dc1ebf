/// Reads what ``ByteWriter`` wrote, checking every bound: damaged bytes end in nil, never in a trap.
package struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    package var isAtEnd: Bool { position == bytes.endIndex }

    /// Bytes not read yet.
    package var remaining: Int { bytes.endIndex - position }

    /// An integer in little-endian order.
    package mutating func fixed<Integer: FixedWidthInteger>(_: Integer.Type = Integer.self) -> Integer? {
        let size = MemoryLayout<Integer>.size
        guard remaining >= size else { return nil }
        var value: Integer = 0
        for index in stride(from: size - 1, through: 0, by: -1) {
            value = (size == 1 ? 0 : value << 8) | Integer(truncatingIfNeeded: bytes[position + index])
        }
        position += size
        return value
    }

    package mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, remaining >= count else { return nil }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// A string behind its length in two bytes.
    package mutating func string() -> String? {
        guard let count = fixed(UInt16.self), let text = take(Int(count)) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }
}
