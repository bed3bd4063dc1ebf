/// Walks one record of a database, once, from its first member to its last.
///
/// The library's own look-up of a member starts from the front each time, and a record of a damaged file can name so
/// many members that one walk takes a second. Here a record has a number of steps, and every read its bound.
///
/// - Source: MaxMind DB File Format Specification 2.0, “Output Data Section”.
@safe
struct RecordReader {
    // Invariant: `bytes` is the data section of a database that whoever walks holds for as long.
    private let bytes: UnsafeRawBufferPointer
    /// The largest records of the published databases have some 300 values.
    private var stepsLeft = 4096
    /// The map that was walked last, and where it ends: whoever walked the map around it need not walk it again.
    private var walked = (start: 0, end: 0)

    /// The kinds of values that are asked for, by the format's numbers.
    enum Kind {
        static let pointer = 1
        static let text = 2
        static let double = 3
        static let uint16 = 5
        static let uint32 = 6
        static let map = 7
        static let array = 11
        static let bool = 14
    }

    /// A value, or a pointer to one.
    struct Value {
        let kind: Int
        /// Bytes; of maps and arrays the count of what is in them, of a pointer where it leads, of a boolean itself.
        let size: Int
        /// Where what is behind the head begins.
        let start: Int

        /// Values inside.
        var inside: Int { kind == Kind.map ? size * 2 : kind == Kind.array ? size : 0 }
        /// Where the next value begins, or the first one inside.
        var behind: Int {
            switch kind {
            case Kind.pointer, Kind.map, Kind.array, Kind.bool: start
            default: start + size
            }
        }
    }

    init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = unsafe bytes }

    @inline(__always)
    private func byte(_ place: Int) -> Int? {
        guard place >= 0, unsafe place < bytes.count else { return nil }
        return unsafe Int(bytes[place])
    }

    /// A number of up to eight bytes, the highest first.
    @inline(__always)
    private func number(at place: Int, bytes count: Int) -> UInt64? {
        guard count <= 8, place >= 0, unsafe place <= bytes.count - count else { return nil }
        var number: UInt64 = 0
        for index in 0..<count { number = unsafe number << 8 | UInt64(bytes[place + index]) }
        return number
    }

    /// The value at a place, pointers not followed; nil where there is none, or when the steps are used up.
    @inline(__always)
    mutating func value(at place: Int) -> Value? {
        guard stepsLeft > 0, let control = byte(place) else { return nil }
        stepsLeft -= 1
        var start = place + 1
        var kind = control >> 5
        if kind == Kind.pointer { return pointer(control, at: start) }
        if kind == 0 {
            guard let extended = byte(start) else { return nil }
            kind = extended + 7
            start += 1
        }
        var size = control & 31
        if size >= 29 {
            let more = size - 28
            guard let rest = number(at: start, bytes: more) else { return nil }
            size = (more == 1 ? 29 : more == 2 ? 285 : 65_821) + Int(rest)
            start += more
        }
        let value = Value(kind: kind, size: size, start: start)
        return unsafe value.behind <= bytes.count ? value : nil
    }

    @inline(__always)
    private func pointer(_ control: Int, at start: Int) -> Value? {
        let more = (control >> 3 & 3) + 1
        guard let rest = number(at: start, bytes: more) else { return nil }
        let high = more == 4 ? 0 : UInt64(control & 7) << UInt64(more * 8)
        let base: UInt64 = more == 2 ? 2048 : more == 3 ? 526_336 : 0
        return Value(kind: Kind.pointer, size: Int(high | rest) + Int(base), start: start + more)
    }

    /// The value that a pointer leads to, or the value itself; the format knows no pointer to a pointer.
    @inline(__always)
    mutating func followed(_ value: Value) -> Value? {
        guard value.kind == Kind.pointer else { return value }
        guard let target = self.value(at: value.size), target.kind != Kind.pointer else { return nil }
        return target
    }

    /// Where the value behind this one begins.
    private mutating func end(of value: Value) -> Int? {
        var left = value.inside
        if left == 0 { return value.behind }
        if walked.start == value.start { return walked.end }
        var place = value.behind
        while left > 0 {
            // Most values are short texts and numbers, whose size stands in their first byte.
            guard stepsLeft > 0, let control = byte(place) else { return nil }
            if control >> 5 >= Kind.text, control >> 5 != Kind.map, control & 31 < 29 {
                stepsLeft -= 1
                place += 1 + control & 31
                left -= 1
                continue
            }
            guard let next = self.value(at: place) else { return nil }
            left += next.inside - 1
            place = next.behind
        }
        return place
    }

    /// Calls `body` with each member of a map: its name, and its value with pointers followed.
    @inline(__always)
    mutating func forEachMember(of map: Value, _ body: (inout RecordReader, _ name: Value, _ value: Value) -> Void) {
        guard map.kind == Kind.map else { return }
        var place = map.start
        for _ in 0..<map.size {
            guard let key = value(at: place), let name = followed(key), name.kind == Kind.text,
                let found = value(at: key.behind), let value = followed(found)
            else { return }
            body(&self, name, value)
            guard let next = end(of: found) else { return }
            place = next
        }
        walked = (map.start, place)
    }

    /// The first element of an array.
    mutating func first(of array: Value) -> Value? {
        guard array.kind == Kind.array, array.size > 0 else { return nil }
        return value(at: array.start).flatMap { followed($0) }
    }

    @inline(__always)
    func equals(_ text: Value, _ other: StaticString) -> Bool {
        guard text.kind == Kind.text, text.size == other.utf8CodeUnitCount else { return false }
        // Most names of one length differ in their first letter.
        var index = 0
        while index < text.size {
            guard unsafe bytes[text.start &+ index] == other.utf8Start[index] else { return false }
            index &+= 1
        }
        return true
    }

    /// A text's place; absent where the value is none.
    func text(_ value: Value) -> PlaceText {
        guard value.kind == Kind.text else { return .absent }
        return PlaceText(start: UInt32(truncatingIfNeeded: value.start), count: UInt32(truncatingIfNeeded: value.size))
    }

    /// The byte of a text, which must be one of its own.
    func byte(_ index: Int, of text: Value) -> UInt8 { unsafe bytes[text.start + index] }

    func unsigned(_ value: Value) -> UInt32? {
        guard value.kind == Kind.uint16 || value.kind == Kind.uint32, value.size <= 4 else { return nil }
        return number(at: value.start, bytes: value.size).map { UInt32(truncatingIfNeeded: $0) }
    }

    func double(_ value: Value) -> Double? {
        guard value.kind == Kind.double, value.size == 8 else { return nil }
        return number(at: value.start, bytes: 8).map { Double(bitPattern: $0) }.flatMap { $0.isFinite ? $0 : nil }
    }

    func flag(_ value: Value) -> Bool { value.kind == Kind.bool && value.size == 1 }
}
