package import Targeting

/// The proxies of the operator's own, whose word on where a request came from is believed.
package struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange]) { self.ranges = ranges }

    /// Whether an address is one of theirs.
    ///
    /// - Complexity: O(ranges).
    package func contains(_ address: IPAddress) -> Bool {
        for range in ranges where range.contains(address) { return true }
        return false
    }

    /// The address of whoever sent a request.
    ///
    /// That is the peer, unless it is a trusted proxy; then the last address of `X-Forwarded-For` that is none of them,
    /// as each proxy appends the one that it was called from and what stands before may be anybody's invention. Where
    /// all are trusted the first is the client.
    ///
    /// - Parameters:
    ///   - peer: the address of the connection as text; nil for a socket without one, which is trusted.
    ///   - forwardedFor: the field's value; empty where it is absent.
    /// - Returns: nil where a trusted proxy names what is no address, and where nobody names any.
    /// - Complexity: O(addresses × ranges). Allocates nothing.
    package func client(peer: String?, forwardedFor: UnsafeRawBufferPointer) -> IPAddress? {
        var nearest: IPAddress?
        if let peer {
            guard let address = IPAddress(peer.utf8) else { return nil }
            guard contains(address) else { return address }
            nearest = address
        }
        var end = forwardedFor.count
        while end > 0 {
            var start = end
            while start > 0, unsafe forwardedFor[start - 1] != UInt8(ascii: ",") { start -= 1 }
            let entry = unsafe Self.trimmed(forwardedFor, start..<end)
            // Some proxies leave an entry empty.
            if !entry.isEmpty {
                guard let address = unsafe Self.address(forwardedFor, entry) else { return nil }
                guard contains(address) else { return address }
                nearest = address
            }
            end = start - 1
        }
        return nearest
    }

    private static func trimmed(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, unsafe bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, unsafe bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }

    /// An address, also with a port behind it: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
    private static func address(_ bytes: UnsafeRawBufferPointer, _ entry: Range<Int>) -> IPAddress? {
        var entry = entry
        if unsafe bytes[entry.lowerBound] == UInt8(ascii: "[") {
            var end = entry.lowerBound
            while end < entry.upperBound, unsafe bytes[end] != UInt8(ascii: "]") { end += 1 }
            entry = min(entry.lowerBound + 1, end)..<end
        } else if let colon = entry.first(where: { unsafe bytes[$0] == UInt8(ascii: ":") }),
            !entry[(colon + 1)...].contains(where: { unsafe bytes[$0] == UInt8(ascii: ":") })
        {
            entry = entry.lowerBound..<colon
        }
        return unsafe bytes.withMemoryRebound(to: UInt8.self) {
            unsafe IPAddress(UnsafeBufferPointer(rebasing: $0[entry]))
        }
    }
}
