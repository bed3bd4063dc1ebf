package import Targeting

/// The lists that an ``AddressTable`` is made of, each under its value: a plain value, so that a table can be built
/// beside the loops while the lists change on.
///
/// 24 bytes a range beside the table's own.
package struct AddressTableBuilder: Sendable {
    private var lists: [UInt32: [AddressRange]] = [:]

    package init() {}

    /// Puts a list in the place of what stood under its value; an empty one takes it away.
    ///
    /// - Parameter value: below 2³¹ − 1.
    package mutating func set(_ value: UInt32, _ ranges: [AddressRange]) {
        precondition(value <= RangeRun.valueMax)
        lists[value] = ranges.isEmpty ? nil : ranges
    }

    /// The table of all lists.
    ///
    /// - Complexity: O(ranges log ranges): about a second for 1,000,000.
    package func build() -> AddressTable {
        var v4: [RangeEntry] = []
        var v6: [RangeEntry] = []
        for (value, ranges) in lists {
            for range in ranges { Self.add(range, value, &v4, &v6) }
        }
        v4.sort()
        v6.sort()
        return AddressTable(v4: RangeRun(sorted: v4, isV4: true), v6: RangeRun(sorted: v6, isV4: false))
    }

    private static func add(_ range: AddressRange, _ value: UInt32, _ v4: inout [RangeEntry], _ v6: inout [RangeEntry])
    {
        let address = range.address
        if address.isV4, range.prefix >= 96 {
            v4.append(RangeEntry(UInt128(address.low) << 96, length: range.prefix - 96, value: value))
            return
        }
        let bits = UInt128(address.high) << 64 | UInt128(address.low)
        v6.append(RangeEntry(bits, length: range.prefix, value: value))
        // IPv4 addresses are those of ::ffff:0:0/96, which a wide range of IPv6 contains.
        if range.contains(IPAddress(v4: 0)) { v4.append(RangeEntry(0, length: 0, value: value)) }
    }
}
