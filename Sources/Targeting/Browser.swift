package import OpenRTB

/// Browsers that can be targeted.
package enum Browser: String, CaseIterable, Sendable {
    case chrome, safari, firefox, edge, opera, samsung, ie, other

    /// The browser by client hints, else by user agent; nil where the request tells neither.
    package static func of(_ device: Device, _ buffer: TextBuffer) -> Browser? {
        if !device.browser.isEmpty { return named(device.browser, in: buffer, by: hints) ?? .other }
        if device.ua.isEmpty { return nil }
        return named(device.ua, in: buffer, by: agents) ?? .other
    }

    /// A number for each.
    var code: UInt8 {
        switch self {
        case .chrome: 0
        case .safari: 1
        case .firefox: 2
        case .edge: 3
        case .opera: 4
        case .samsung: 5
        case .ie: 6
        case .other: 7
        }
    }

    /// - Complexity: O(bytes of the text), which is gone through once. Allocates nothing.
    @inline(__always)
    private static func named(_ text: Text, in buffer: TextBuffer, by search: Search) -> Browser? {
        unsafe buffer.withBytes(text) { bytes in
            var best = Found(rank: .max, browser: .other)
            let bytes = unsafe bytes.span
            for index in bytes.indices { search(bytes[index] | 0x20, index, bytes, &best) }
            return best.rank == .max ? nil : best.browser
        }
    }

    /// Looks for the marks that begin with the letter, which stands in lower case at an index.
    private typealias Search = (_ letter: UInt8, _ index: Int, Span<UInt8>, inout Found) -> Void

    /// Most browsers also name those they descend from, so of the marks in a text the one of least rank decides.
    private struct Found {
        var rank: Int
        var browser: Browser

        /// - Parameter mark: in lower case.
        @inline(__always)
        mutating func look(
            for mark: StaticString, _ browser: Browser, rank: Int, at start: Int, in bytes: Span<UInt8>
        ) {
            guard rank < self.rank, bytes.count - start >= mark.utf8CodeUnitCount else { return }
            for index in 1..<mark.utf8CodeUnitCount {
                let byte = bytes[start + index]
                let lower = byte &- 0x41 < 26 ? byte | 0x20 : byte
                if unsafe lower != mark.utf8Start[index] { return }
            }
            self.rank = rank
            self.browser = browser
        }
    }

    @inline(__always)
    private static func hints(_ letter: UInt8, _ index: Int, _ bytes: Span<UInt8>, _ best: inout Found) {
        switch letter {
        case UInt8(ascii: "e"): best.look(for: "edge", .edge, rank: 0, at: index, in: bytes)
        case UInt8(ascii: "o"): best.look(for: "opera", .opera, rank: 1, at: index, in: bytes)
        case UInt8(ascii: "s"):
            best.look(for: "samsung", .samsung, rank: 2, at: index, in: bytes)
            best.look(for: "safari", .safari, rank: 4, at: index, in: bytes)
        case UInt8(ascii: "f"): best.look(for: "firefox", .firefox, rank: 3, at: index, in: bytes)
        case UInt8(ascii: "c"): best.look(for: "chrom", .chrome, rank: 5, at: index, in: bytes)
        default: break
        }
    }

    @inline(__always)
    private static func agents(_ letter: UInt8, _ index: Int, _ bytes: Span<UInt8>, _ best: inout Found) {
        switch letter {
        case UInt8(ascii: "e"): best.look(for: "edg", .edge, rank: 0, at: index, in: bytes)
        case UInt8(ascii: "o"):
            best.look(for: "opr/", .opera, rank: 1, at: index, in: bytes)
            best.look(for: "opera", .opera, rank: 2, at: index, in: bytes)
        case UInt8(ascii: "s"):
            best.look(for: "samsungbrowser", .samsung, rank: 3, at: index, in: bytes)
            best.look(for: "safari", .safari, rank: 10, at: index, in: bytes)
        case UInt8(ascii: "f"):
            best.look(for: "firefox", .firefox, rank: 4, at: index, in: bytes)
            best.look(for: "fxios", .firefox, rank: 5, at: index, in: bytes)
        case UInt8(ascii: "m"): best.look(for: "msie", .ie, rank: 6, at: index, in: bytes)
        case UInt8(ascii: "t"): best.look(for: "trident", .ie, rank: 7, at: index, in: bytes)
        case UInt8(ascii: "c"):
            best.look(for: "crios", .chrome, rank: 8, at: index, in: bytes)
            best.look(for: "chrome", .chrome, rank: 9, at: index, in: bytes)
        default: break
        }
    }
}
