/// A GPP string: a header that names sections, and the sections behind it.
///
/// Holds places in the text and numbers; each question names the text, which must be the one that was read.
///
/// - Source: IAB Tech Lab, Global Privacy Platform 1.1, consent string specification.
package struct GPPString: BitwiseCopyable, Sendable {
    /// Longer ones are refused: a TC string of the greatest length, and twice as much again.
    package static let charactersMax = 12_288
    /// Section ids above it are passed over.
    package static let sectionIDMax = 63

    /// Of the sections, a bit each.
    private var sections: UInt64 = 0
    /// How many the header names, those above ``sectionIDMax`` included.
    package private(set) var sectionCount = 0
    /// Where the first section begins.
    private var start = 0

    /// - Throws: ``ConsentStringFault`` where the header cannot be read, or names more or fewer sections than there are.
    /// - Complexity: O(characters), at most ``charactersMax``. Allocates nothing.
    package init(_ text: Span<UInt8>) throws(ConsentStringFault) {
        if text.isEmpty { throw .empty }
        if text.count > Self.charactersMax { throw .tooLong }
        // A bare TC string, which some send in its place.
        if text[0] == UInt8(ascii: "C") {
            sections = 1 << UInt64(GPPSectionID.tcfEU)
            sectionCount = 1
            return
        }
        let header = Self.sectionEnd(text, from: 0)
        guard Base64.isAlphabet(text, 0..<header, acceptsPlus: true) else { throw .notBase64 }
        var cursor = BitCursor(0..<header)
        guard try cursor.number(6, in: text) == 3, try cursor.number(6, in: text) == 1 else { throw .version }
        try readSectionIDs(&cursor, text)
        start = header + 1
        guard Self.countOfSections(text, from: header) == sectionCount else { throw .contradictory }
    }

    /// Whether the header names it.
    package func contains(_ id: Int) -> Bool { (0...Self.sectionIDMax).contains(id) && sections >> UInt64(id) & 1 == 1 }

    /// Where a section lies in the text; nil where there is none of that id.
    package func section(_ id: Int, in text: Span<UInt8>) -> Range<Int>? {
        var iterator = makeIterator()
        while let section = iterator.next(in: text), section.id <= id {
            if section.id == id { return section.range }
        }
        return nil
    }

    package func makeIterator() -> Iterator { Iterator(sections: sections, position: start) }

    /// Goes over the sections in the order of their ids.
    package struct Iterator: BitwiseCopyable {
        fileprivate var sections: UInt64
        fileprivate var position: Int

        package mutating func next(in text: Span<UInt8>) -> (id: Int, range: Range<Int>)? {
            guard sections != 0, position <= text.count else { return nil }
            let id = sections.trailingZeroBitCount
            sections &= sections - 1
            let end = GPPString.sectionEnd(text, from: position)
            defer { position = end + 1 }
            return (id, position..<end)
        }
    }

    private static func sectionEnd(_ text: Span<UInt8>, from start: Int) -> Int {
        Base64.first(UInt8(ascii: "~"), in: text, start..<text.count)
    }

    private static func countOfSections(_ text: Span<UInt8>, from start: Int) -> Int {
        var count = 0
        for index in start..<text.count where text[index] == UInt8(ascii: "~") { count += 1 }
        return count
    }

    // MARK: Header

    /// A list of ids, ascending, each as its distance from the last; or of groups of them, each from first to last.
    private mutating func readSectionIDs(_ cursor: inout BitCursor, _ text: Span<UInt8>) throws(ConsentStringFault) {
        var last = 0
        for _ in 0..<(try cursor.number(12, in: text)) {
            let isGroup = try cursor.flag(in: text)
            let first = last + (try Self.fibonacci(&cursor, text))
            last = first
            if isGroup { last += try Self.fibonacci(&cursor, text) }
            sectionCount += last - first + 1
            guard sectionCount <= Self.charactersMax else { throw .contradictory }
            var id = first
            while id <= min(last, Self.sectionIDMax) {
                sections |= 1 << UInt64(id)
                id += 1
            }
        }
    }

    /// A number as a sum of Fibonacci numbers, a bit each from 1 upwards, ended by two ones.
    private static func fibonacci(_ cursor: inout BitCursor, _ text: Span<UInt8>) throws(ConsentStringFault) -> Int {
        var (weight, next, sum) = (1, 2, 0)
        var wasSet = false
        while weight < charactersMax * 4 {
            let isSet = try cursor.flag(in: text)
            if isSet, wasSet { return sum }
            if isSet { sum += weight }
            wasSet = isSet
            (weight, next) = (next, weight + next)
        }
        throw .contradictory
    }
}

/// Numbers of sections that mean something to us.
package enum GPPSectionID {
    package static let tcfEU = 2
    package static let usPrivacy = 6
    /// From the national section to Rhode Island's.
    package static let us = 7...27
}
