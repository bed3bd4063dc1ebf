/// A 64-bit fingerprint of bytes, eight at a time: for tables that compare the bytes themselves when it is found.
enum Fingerprint {
    static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
        var index = 0
        let raw = UnsafeRawBufferPointer(bytes)
        while index + 8 <= bytes.count {
            hash = unsafe folded(hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        var rest: UInt64 = 0
        while index < bytes.count {
            unsafe rest = rest << 8 | UInt64(bytes[index])
            index += 1
        }
        return folded(hash ^ rest)
    }

    static func of(_ bytes: [UInt8]) -> UInt64 { unsafe bytes.withUnsafeBufferPointer { unsafe of($0) } }

    /// A number that JavaScript holds exactly.
    static func digits(of bytes: UnsafeBufferPointer<UInt8>) -> Int64 {
        unsafe Int64(truncatingIfNeeded: of(bytes) >> 11)
    }

    private static func folded(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low ^ value
    }
}
