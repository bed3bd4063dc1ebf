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
        guard !text.isEmpty, text.count <= 45 else { return nil }
        if text.contains(UInt8(ascii: ":")) {
            guard let address = Self.v6(Array(text)) else { return nil }
            self = address
        } else {
            guard let v4 = Self.v4(text) else { return nil }
            self.init(v4: v4)
        }
    }

    private static func v4(_ text: some Collection<UInt8>) -> UInt32? {
        var address: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var dots = 0
        for byte in text {
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

    private static func isHex(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6
    }

    private static func v6(_ text: [UInt8]) -> IPAddress? {
        var groups: [UInt16] = []
        var gap: Int?
        var rest = text[...]
        if rest.starts(with: [0x3A, 0x3A]) {
            gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0x3A) ?? rest.endIndex
            let part = rest[rest.startIndex..<end]
            if part.contains(UInt8(ascii: ".")) {
                guard end == rest.endIndex, let v4 = v4(part) else { return nil }
                groups += [UInt16(v4 >> 16), UInt16(truncatingIfNeeded: v4)]
                rest = rest[end...]
                break
            }
            guard part.count >= 1, part.count <= 4,
                let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16), part.allSatisfy(Self.isHex)
            else { return nil }
            groups.append(group)
            rest = rest[end...]
            guard !rest.isEmpty else { break }
            rest = rest.dropFirst()
            if rest.first == 0x3A {
                guard gap == nil else { return nil }
                gap = groups.count
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        let words = groups.map(UInt64.init)
        return IPAddress(
            high: words[0] << 48 | words[1] << 32 | words[2] << 16 | words[3],
            low: words[4] << 48 | words[5] << 32 | words[6] << 16 | words[7]
        )
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
