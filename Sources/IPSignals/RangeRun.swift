/// The ranges of one family, cut where any of them begins or ends: between two cuts the same values hold.
///
/// An address is 128 bits; IPv4 takes the upper 32 of them, so that prefix lengths count from the top bit. A cut's tag
/// is the link of the narrowest range that holds from there on, or its value where that range is the only one.
///
///     10.0.0.0/8 has 7, 10.1.0.0/16 has 9
///
///     cut           10.0.0.0   10.1.0.0   10.2.0.0   11.0.0.0
///     tag           value 7    link 1     value 7    none
///
///     link          0          1
///     value         7          9
///     wider         none       0
final class RangeRun: Sendable {
    /// No range holds.
    private static let none = UInt32.max
    /// Marks a tag that is a value.
    private static let isValue: UInt32 = 1 << 31
    /// Of values: two more would be the marks.
    static let valueMax = isValue - 2

    private let cuts: CutList
    /// By cut; empty where no range is longer than 64 bits, as for IPv4.
    private let lows: AlignedWords
    /// A value, and above it the link of the next range around its own, or of another value of the same.
    private let links: AlignedWords

    /// Values of ranges.
    var count: Int { links.count }

    var bytes: Int { cuts.bytes + lows.bytes + links.bytes }

    /// Holds nothing.
    static let empty = RangeRun(sorted: [], isV4: true)

    /// - Parameter entries: sorted, each range's host bits 0. A range that says nothing beyond those around it is left
    ///   out.
    init(sorted entries: [RangeEntry], isV4: Bool) {
        var cuts = Cuts(expected: entries.count)
        var links: [UInt64] = []
        links.reserveCapacity(entries.count)
        // The ranges around the one at hand, the narrowest last.
        var around: [(end: UInt128, value: UInt32, tag: UInt32, link: UInt32)] = []
        for entry in entries {
            while let last = around.last, last.end < entry.first {
                around.removeLast()
                cuts.add(at: last.end &+ 1, around.last?.tag ?? Self.none)
            }
            if around.contains(where: { $0.value == entry.value }) { continue }
            let link = UInt32(links.count)
            let wider = around.last?.link ?? Self.none
            links.append(UInt64(wider) << 32 | UInt64(entry.value))
            let tag = wider == Self.none ? Self.isValue | entry.value : link
            around.append((entry.last, entry.value, tag, link))
            cuts.add(at: entry.first, tag)
        }
        while let last = around.popLast() {
            // Behind the last address there is none.
            if last.end != .max { cuts.add(at: last.end &+ 1, around.last?.tag ?? Self.none) }
        }
        self.cuts = CutList(keys: cuts.highs, tags: cuts.tags, isNarrow: isV4)
        lows = AlignedWords(cuts.hasLows ? cuts.lows : [])
        self.links = AlignedWords(links)
    }

    /// Appends the values that hold for an address, the narrowest range's first.
    func find(high: UInt64, low: UInt64, into hits: inout AddressHits) {
        guard let cut = last(high: high, low: low) else { return }
        let tag = cuts.tag(cut)
        if tag == Self.none { return }
        if tag & Self.isValue != 0 { return hits.append(tag & ~Self.isValue) }
        var link = tag
        while link != Self.none {
            let word = links[Int(link)]
            hits.append(UInt32(truncatingIfNeeded: word))
            link = UInt32(truncatingIfNeeded: word >> 32)
        }
    }

    /// The last cut at or before an address.
    @inline(__always)
    private func last(high: UInt64, low: UInt64) -> Int? {
        guard let place = cuts.last(notAbove: high) else { return nil }
        guard lows.count > 0, cuts.key(place) == high else { return place }
        // Among cuts of the same upper word the lower one decides.
        var last = high == 0 ? -1 : cuts.last(notAbove: high - 1) ?? -1
        var count = place - last
        while count > 0 {
            let half = (count + 1) / 2
            if lows[last + half] <= low {
                last += half
                count -= half
            } else {
                count = half - 1
            }
        }
        return last >= 0 ? last : nil
    }
}

/// The cuts of a run as they are made, in ascending order.
private struct Cuts {
    private(set) var highs: [UInt64] = []
    private(set) var lows: [UInt64] = []
    private(set) var tags: [UInt32] = []
    private(set) var hasLows = false

    init(expected ranges: Int) {
        highs.reserveCapacity(ranges * 2)
        lows.reserveCapacity(ranges * 2)
        tags.reserveCapacity(ranges * 2)
    }

    /// Of two cuts at one place the later counts, and one that changes nothing is none.
    mutating func add(at place: UInt128, _ tag: UInt32) {
        let high = UInt64(truncatingIfNeeded: place >> 64)
        let low = UInt64(truncatingIfNeeded: place)
        if highs.last == high, lows.last == low {
            highs.removeLast()
            lows.removeLast()
            tags.removeLast()
        }
        if tags.last ?? .max == tag { return }
        hasLows = hasLows || low != 0
        highs.append(high)
        lows.append(low)
        tags.append(tag)
    }
}

/// One range with one of its values.
struct RangeEntry: Comparable {
    let first: UInt128
    let value: UInt32
    let length: UInt8

    /// Host bits become 0.
    init(_ address: UInt128, length: Int, value: UInt32) {
        first = length == 0 ? 0 : address & ~(UInt128.max >> UInt128(length))
        self.length = UInt8(length)
        self.value = value
    }

    var last: UInt128 { first | (length == 128 ? 0 : UInt128.max >> UInt128(length)) }

    /// By the first address, wider ones first.
    static func < (lhs: RangeEntry, rhs: RangeEntry) -> Bool {
        if lhs.first != rhs.first { return lhs.first < rhs.first }
        return lhs.length != rhs.length ? lhs.length < rhs.length : lhs.value < rhs.value
    }
}
