package import Targeting

/// A file of addresses and CIDR blocks, one a line; `#` starts a comment.
package struct AddressList: Equatable, Sendable {
    /// The faults kept; all are counted.
    package static let faultsMax = 20

    package private(set) var ranges: [AddressRange] = []
    /// The first of them.
    package private(set) var faults: [SignalFault] = []
    package private(set) var faultCount = 0

    /// - Complexity: O(bytes).
    package init(_ bytes: [UInt8]) {
        var number = 0
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            let text = Self.trimmed(line.prefix { $0 != UInt8(ascii: "#") })
            if text.isEmpty { continue }
            if let range = AddressRange(String(decoding: text, as: UTF8.self)) {
                ranges.append(range)
            } else {
                add(text, line: number)
            }
        }
    }

    private mutating func add(_ text: ArraySlice<UInt8>, line: Int) {
        faultCount += 1
        guard faults.count < Self.faultsMax else { return }
        let shown = String(decoding: text.prefix(60), as: UTF8.self)
        faults.append(
            SignalFault(
                line: line, "is no address and no block of them: “\(shown)”", hint: "192.0.2.0/24 or 2001:db8::1"))
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
        var text = line.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }
}
