internal import OpenRTB

/// How values are spelled and looked up.
extension Matching {
    /// Gets ready for the values of a dimension, if any strategy asks about it; ``close(_:)`` must follow.
    @inline(__always)
    mutating func open(_ dimension: Dimension) -> Bool {
        guard tables.used & dimension.mask != 0 else { return false }
        startKey()
        return true
    }

    @inline(__always)
    mutating func close(_ dimension: Dimension) {
        if lookups.isFull { resolve() }
        lookups.append(.end(of: dimension))
    }

    /// Starts to spell another value.
    @inline(__always)
    mutating func startKey() {
        if key.hasRoomForNext {
            key.startNext()
        } else {
            resolve()
            key.rewind()
        }
    }

    /// States the value that the key spells, if any strategy asks for it.
    @inline(__always)
    mutating func look(_ dimension: Dimension) { look(dimension, from: 0, length: key.count) }

    /// States the value that a part of the key spells.
    mutating func look(_ dimension: Dimension, from start: Int, length: Int) {
        guard length <= tables.dimensions[Int(dimension.rawValue)].lengthMax else { return }
        if lookups.isFull { resolve() }
        lookups.append(tables.values.lookup(dimension, key, from: key.start &+ start, length: length))
    }

    /// Finds what was looked for, and states it.
    ///
    /// All of it step by step, instead of one value after the other: each step is a miss of the cache, and so they
    /// are waited for together.
    mutating func resolve() {
        lookups.fetch(from: tables.values, tables.valueRows, key)
        for index in 0..<lookups.count {
            let lookup = lookups[index]
            if lookup.isEnd {
                scratch.close(tables.dimensions[Int(lookup.dimension)], tables)
            } else if lookups.isFound(index) {
                scratch.state(lookups.value(index), lookups.rows(index), tables)
            }
        }
        lookups.removeAll()
    }

    mutating func whole(_ dimension: Dimension, _ text: Text, _ buffer: TextBuffer) {
        // Longer than any that is asked for: not worth spelling.
        guard !text.isEmpty, text.count <= tables.dimensions[Int(dimension.rawValue)].lengthMax else { return }
        startKey()
        if key.append(text, of: buffer, .lower) { look(dimension) }
    }

    /// The text and what stands before each of its separators: all values that accept it.
    mutating func parts(_ dimension: Dimension, _ text: Text, separator: Unicode.Scalar, _ buffer: TextBuffer) {
        guard !text.isEmpty else { return }
        let lengthMax = tables.dimensions[Int(dimension.rawValue)].lengthMax
        startKey()
        // One byte beyond the longest value tells whether that ends at a separator.
        guard key.append(text.slice(from: 0, count: min(lengthMax + 1, ValueKey.bytesMax)), of: buffer, .lower) else {
            return
        }
        for index in 1..<max(1, key.count) where key[index] == UInt8(ascii: separator) {
            look(dimension, from: 0, length: index)
        }
        if text.count == key.count {
            look(dimension)
        } else if key.count == ValueKey.bytesMax, buffer[text, key.count] == UInt8(ascii: separator) {
            look(dimension)
        }
    }

    /// The host and all domains above it.
    mutating func domains(_ host: Text, _ buffer: TextBuffer) {
        let lengthMax = min(tables.dimensions[Int(Dimension.domain.rawValue)].lengthMax + 1, ValueKey.bytesMax)
        let skipped = max(0, host.count - lengthMax)
        startKey()
        guard !host.isEmpty, key.append(host.slice(from: skipped), of: buffer, .lower) else { return }
        if skipped == 0 || buffer[host, skipped - 1] == UInt8(ascii: ".") { look(.domain) }
        for index in 0..<max(0, key.count - 1) where key[index] == UInt8(ascii: ".") {
            look(.domain, from: index + 1, length: key.count - index - 1)
        }
    }

    /// The zip code itself, then each of its beginnings that is as long as some `…*`.
    mutating func zip(_ text: Text, _ buffer: TextBuffer) {
        guard !text.isEmpty else { return }
        startKey()
        key.append(ValueKey.exactly)
        guard key.append(text.slice(from: 0, count: ValueKey.bytesMax - 1), of: buffer, .lower) else { return }
        if text.count == key.count - 1 { look(.zip) }
        startKey()
        key.append(ValueKey.startingWith)
        guard key.append(text.slice(from: 0, count: ValueKey.bytesMax - 1), of: buffer, .lower) else { return }
        var lengths = tables.zipPrefixLengths
        while lengths != 0 {
            let length = lengths.trailingZeroBitCount
            lengths &= lengths - 1
            if length <= text.count { look(.zip, from: 0, length: 1 + length) }
        }
    }

    /// A pair of texts.
    mutating func pair(
        _ dimension: Dimension, _ first: Text, _ second: Text, _ spelling: ValueKey.Spelling, _ buffer: TextBuffer
    ) {
        guard first.count < Int(ValueKey.absentPart) else { return }
        startKey()
        key.append(UInt8(first.count))
        if key.append(first, of: buffer, .lower), key.append(second, of: buffer, spelling) { look(dimension) }
    }

    /// One text of such a pair, where the other does not matter.
    mutating func second(_ dimension: Dimension, _ text: Text, _ buffer: TextBuffer) {
        startKey()
        key.append(ValueKey.absentPart)
        if key.append(text, of: buffer, .lower) { look(dimension) }
    }

    mutating func number(_ dimension: Dimension, _ number: Int32?) {
        guard let number else { return }
        startKey()
        key.append(number)
        look(dimension)
    }

    mutating func code(_ dimension: Dimension, _ code: UInt8) {
        startKey()
        key.append(code)
        look(dimension)
    }

    mutating func slot(_ kind: SlotKind) {
        startKey()
        key.append(kind)
        look(.slot)
    }

    mutating func size(_ w: Int32, _ h: Int32) {
        startKey()
        key.append(w)
        key.append(h)
        look(.size)
    }
}
