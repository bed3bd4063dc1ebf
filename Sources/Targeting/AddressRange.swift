internal import OpenRTB

/// An IPv4 or IPv6 address in 128 bits, IPv4 mapped as `::ffff:a.b.c.d`.
package struct IPAddress: BitwiseCopyable, Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(v4: UInt32) { self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(v4)) }

    package var isV4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// Reads `192.0.2.1` or `2001:db8::1`, also `::ffff:192.0.2.1`; no zone, no brackets, no leading zeros in octets.
    package init?(_ text: some Collection<UInt8>) {
        let read = text.withContiguousStorageIfAvailable { unsafe IPAddress($0) }
        guard let address = read ?? IPAddress(Array(text)) else { return nil }
        self = address
    }

    /// The same of bytes that lie in a row.
    ///
    /// - Complexity: one pass over at most 45 bytes. Allocates nothing.
    package init?(_ text: UnsafeBufferPointer<UInt8>) {
        guard !text.isEmpty, text.count <= 45 else { return nil }
        if unsafe text.contains(UInt8(ascii: ":")) {
            guard let address = unsafe Self.v6(text) else { return nil }
            self = address
        } else {
            guard let v4 = unsafe Self.v4(text, 0..<text.count) else { return nil }
            self.init(v4: v4)
        }
    }

    /// The first address of the /24 (IPv4) or /48 (IPv6) that this one is in: what may be known of somebody who did not
    /// consent to more.
    package var truncated: IPAddress {
        isV4 ? IPAddress(high: 0, low: low & ~0xFF) : IPAddress(high: high & ~0xFFFF, low: 0)
    }

    private static func v4(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> UInt32? {
        var address: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var dots = 0
        for index in range {
            let byte = unsafe text[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits > 0, octet == 0 { return nil }
                octet = octet * 10 + UInt32(byte - UInt8(ascii: "0"))
                digits += 1
                guard octet <= 255 else { return nil }
            case UInt8(ascii: "."):
                guard digits > 0, dots < 3 else { return nil }
                address = address << 8 | octet
                octet = 0
                digits = 0
                dots += 1
            default: return nil
            }
        }
        return dots == 3 && digits > 0 ? address << 8 | octet : nil
    }

    private static func hexValue(_ byte: UInt8) -> UInt16? {
        if byte &- 0x30 < 10 { return UInt16(byte - 0x30) }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? UInt16(letter + 10) : nil
    }

    /// Groups between colons; those behind the gap are moved to the end when all are known.
    private static func v6(_ text: UnsafeBufferPointer<UInt8>) -> IPAddress? {
        var groups = Groups()
        var gap: Int?
        var index = 0
        if text.count >= 2, unsafe text[0] == 0x3A, unsafe text[1] == 0x3A {
            gap = 0
            index = 2
        }
        while index < text.count {
            let start = index
            var group: UInt16 = 0
            while index < text.count, index - start < 5, let digit = unsafe hexValue(text[index]) {
                group = group << 4 | digit
                index += 1
            }
            if index < text.count, unsafe text[index] == UInt8(ascii: ".") {
                // The last two groups may be written as IPv4.
                guard let v4 = unsafe v4(text, start..<text.count), groups.append(UInt16(v4 >> 16)),
                    groups.append(UInt16(truncatingIfNeeded: v4))
                else { return nil }
                return groups.address(gap: gap)
            }
            guard index > start, index - start <= 4, groups.append(group) else { return nil }
            if index == text.count { break }
            guard unsafe text[index] == 0x3A, index + 1 < text.count else { return nil }
            index += 1
            if unsafe text[index] == 0x3A {
                guard gap == nil else { return nil }
                gap = groups.count
                index += 1
            }
        }
        return groups.address(gap: gap)
    }

    /// Up to eight groups of an IPv6 address, as they are read.
    private struct Groups {
        private(set) var count = 0
        private var bits: UInt128 = 0

        mutating func append(_ group: UInt16) -> Bool {
            guard count < 8 else { return false }
            bits = bits << 16 | UInt128(group)
            count += 1
            return true
        }

        /// - Parameter gap: how many groups stand before the run of zeros that was left out, which has one at least.
        func address(gap: Int?) -> IPAddress? {
            guard gap == nil ? count == 8 : count < 8 else { return nil }
            var all = bits
            if let gap {
                let behind = UInt128(16 * (count - gap))
                let mask = (UInt128(1) << behind) &- 1
                all = (bits & ~mask) << UInt128(16 * (8 - count)) | bits & mask
            }
            return IPAddress(high: UInt64(truncatingIfNeeded: all >> 64), low: UInt64(truncatingIfNeeded: all))
        }
    }
}

/// Addresses that share their first bits: a CIDR block, or one address.
package struct AddressRange: Hashable, Sendable {
    package let address: IPAddress
    /// Of the 128 bits: an IPv4 block's own length and 96.
    package let prefix: Int

    /// Reads `192.0.2.0/24`, `2001:db8::/32` or a single address.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(Array(parts[0].utf8)) else { return nil }
        let bits = address.isV4 ? 32 : 128
        var length = bits
        if parts.count == 2 {
            guard let given = Int(parts[1]), given >= 0, given <= bits, parts[1].allSatisfy(\.isNumber) else {
                return nil
            }
            length = given
        }
        self.address = address
        prefix = length + 128 - bits
    }

    package func contains(_ other: IPAddress) -> Bool {
        if prefix <= 64 { return prefix == 0 || (address.high ^ other.high) >> UInt64(64 - prefix) == 0 }
        return address.high == other.high && (address.low ^ other.low) >> UInt64(128 - prefix) == 0
    }

    /// Whether the block is no narrower than what a truncated address still tells: /24 of IPv4, /48 of IPv6.
    package var isCoarse: Bool { address.isV4 ? prefix <= 96 + 24 : prefix <= 48 }
}
