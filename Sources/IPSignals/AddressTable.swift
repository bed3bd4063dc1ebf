package import Targeting

/// Which values (audiences, kinds of network) hold for an address: all whose ranges contain it, of up to millions.
///
/// Immutable and shared by the loops; ``AddressTableBuilder`` makes another when a list changes.
///
/// For each place where a range begins or ends 8 bytes, 12 of IPv6, 20 where ranges are longer than 64 bits, one more
/// for searching, and 8 for each value of a range: at most 26, 34 and 50 bytes a range.
package struct AddressTable: Sendable {
    private let v4: RangeRun
    private let v6: RangeRun

    /// Holds nothing.
    package static let empty = AddressTable(v4: .empty, v6: .empty)

    init(v4: RangeRun, v6: RangeRun) {
        self.v4 = v4
        self.v6 = v6
    }

    package var isEmpty: Bool { v4.count == 0 && v6.count == 0 }

    /// Values of ranges, without those that a wider range around has too; `::/0` is one of either family.
    package var count: Int { v4.count + v6.count }

    /// Bytes of memory that the table takes.
    package var bytes: Int { v4.bytes + v6.bytes }

    /// Puts all values that hold for an address into `hits`, those of the narrowest range first, each once.
    ///
    /// - Complexity: O(log ranges + ranges around the address). Allocates nothing.
    package func find(_ address: IPAddress, into hits: inout AddressHits) {
        hits.removeAll()
        if address.isV4 {
            v4.find(high: address.low << 32, low: 0, into: &hits)
        } else {
            v6.find(high: address.high, low: address.low, into: &hits)
        }
    }
}

/// What ``AddressTable`` found: a fixed number of values, the narrowest ranges' first.
package struct AddressHits: Sendable {
    /// What a look-up gives at most: there are 33 lengths of IPv4 ranges, and an address in more lists is rare.
    package static let capacity = 64

    private var values = InlineArray<64, UInt32>(repeating: 0)
    package private(set) var count = 0
    /// Whether more values hold than there was room for.
    package private(set) var isTruncated = false

    package init() {}

    package subscript(index: Int) -> UInt32 {
        precondition(index < count)
        return values[index]
    }

    package func contains(_ value: UInt32) -> Bool {
        for index in 0..<count where values[index] == value { return true }
        return false
    }

    mutating func removeAll() {
        count = 0
        isTruncated = false
    }

    mutating func append(_ value: UInt32) {
        guard count < Self.capacity else {
            isTruncated = true
            return
        }
        values[count] = value
        count += 1
    }
}
