/// CRC-32C (Castagnoli), eight bytes a step.
///
/// - Source: RFC 3720, B.4; the sum of "123456789" is 0xE3069283.
package enum CRC32C {
    /// The sum of some bytes, or of more bytes after those that gave `seed`.
    package static func sum(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt32 = 0) -> UInt32 {
        unsafe tables.withUnsafeBufferPointer { tables in
            var crc = ~seed
            var index = 0
            while index + 8 <= bytes.count {
                let word = unsafe UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped + index)
                    .loadUnaligned(as: UInt64.self)
                let low = UInt32(truncatingIfNeeded: word) ^ crc
                let high = UInt32(truncatingIfNeeded: word >> 32)
                var next = unsafe tables[7 * 256 + Int(low & 255)]
                unsafe next ^= tables[6 * 256 + Int(low >> 8 & 255)]
                unsafe next ^= tables[5 * 256 + Int(low >> 16 & 255)]
                unsafe next ^= tables[4 * 256 + Int(low >> 24)]
                unsafe next ^= tables[3 * 256 + Int(high & 255)]
                unsafe next ^= tables[2 * 256 + Int(high >> 8 & 255)]
                unsafe next ^= tables[256 + Int(high >> 16 & 255)]
                unsafe next ^= tables[Int(high >> 24)]
                crc = next
                index += 8
            }
            while index < bytes.count {
                let entry = unsafe Int((crc ^ UInt32(bytes[index])) & 255)
                crc = unsafe crc >> 8 ^ tables[entry]
                index += 1
            }
            return ~crc
        }
    }

    package static func sum(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
        unsafe bytes.withUnsafeBufferPointer { unsafe sum($0, seed: seed) }
    }

    /// Eight tables of 256 entries, one behind the other.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
            tables[byte] = crc
        }
        for byte in 0..<256 {
            for table in 1..<8 {
                let before = tables[(table - 1) * 256 + byte]
                tables[table * 256 + byte] = before >> 8 ^ tables[Int(before & 255)]
            }
        }
        return tables
    }()
}
