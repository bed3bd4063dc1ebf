internal import CSimdJSON
internal import Units

/// A position on the tape.
typealias TapeIndex = Int

/// What stands at a position of the tape: simdjson's letter for it.
///
/// No enumeration, because making one of a letter costs a search, and this is made for every value of a request.
struct TapeKind: Equatable {
    let letter: UInt8

    static var object: TapeKind { TapeKind(letter: 0x7B) }
    static var array: TapeKind { TapeKind(letter: 0x5B) }
    static var string: TapeKind { TapeKind(letter: 0x22) }
    static var int64: TapeKind { TapeKind(letter: 0x6C) }
    static var uint64: TapeKind { TapeKind(letter: 0x75) }
    static var double: TapeKind { TapeKind(letter: 0x64) }
    static var yes: TapeKind { TapeKind(letter: 0x74) }
    static var no: TapeKind { TapeKind(letter: 0x66) }
    static var null: TapeKind { TapeKind(letter: 0x6E) }
}

/// One JSON document, parsed by simdjson into its tape and walked there in place.
///
/// Picture of `{"id":"a","w":[1]}`; a word is a type in the top byte over a payload of 56 bits:
///
///     0  r  9      end of the tape
///     1  {  9      index behind the matching brace, and the count of members above it
///     2  "  0      offset into the string buffer: 4 bytes of length, the bytes, a NUL
///     3  "  7
///     4  "  13
///     5  [  9
///     6  l         the value stands in the next word
///     7  1
///     8  ]  5
///     …
///
/// This is the only file that touches simdjson's memory. All of it is taken when a tape is made.
@safe
final class Tape {
    private let parser: OpaquePointer
    let view: TapeView
    let strings: UnsafeMutablePointer<UInt8>
    private let sideOffset: Int
    private let sideBytes: Int
    private let suppliedBytes: Int
    private var sideUsed = 0
    private var sideTextOffset: UInt32 { UInt32(sideOffset + sideUsed) }

    /// - Parameters:
    ///   - bytesMax: of a document.
    ///   - depthMax: levels of nesting.
    ///   - sideBytes: for the digits of numbers that stand where text is due.
    ///   - suppliedBytes: for texts from elsewhere, beside those.
    init(bytesMax: Int, depthMax: Int, sideBytes: Int, suppliedBytes: Int = 0) {
        guard let parser = unsafe vendue_json_create(bytesMax, depthMax, sideBytes + suppliedBytes) else {
            preconditionFailure("no memory for a JSON parser of \(bytesMax) bytes")
        }
        unsafe self.parser = unsafe parser
        unsafe strings = vendue_json_strings(parser)
        view = unsafe TapeView(words: vendue_json_tape(parser), strings: vendue_json_strings(parser))
        unsafe sideOffset = vendue_json_side_offset(parser)
        self.sideBytes = sideBytes
        self.suppliedBytes = suppliedBytes
    }

    deinit { unsafe vendue_json_destroy(parser) }

    /// Parses a document; on success its root value stands at index 1.
    ///
    /// - Parameter bytes: ``BidRequestReader/paddingBytes`` more must be readable behind them.
    func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> ReadError.JSONFault? {
        sideUsed = 0
        guard let start = bytes.baseAddress else { return .empty }
        switch unsafe vendue_json_parse(parser, start, bytes.count) {
        case VENDUE_JSON_OK: return nil
        case VENDUE_JSON_UTF8: return .utf8
        case VENDUE_JSON_NUMBER: return .number
        case VENDUE_JSON_STRING: return .string
        case VENDUE_JSON_DEPTH: return .depth
        case VENDUE_JSON_CAPACITY: return .tooLarge
        case VENDUE_JSON_EMPTY: return .empty
        default: return .syntax
        }
    }

    @inline(__always)
    func word(_ index: TapeIndex) -> UInt64 { view.word(index) }

    @inline(__always)
    func kind(_ index: TapeIndex) -> TapeKind { view.kind(index) }

    /// The position behind the value that starts at `index`.
    @inline(__always)
    func end(of index: TapeIndex) -> TapeIndex { view.end(of: index) }

    /// The string at `index`, which must be one.
    @inline(__always)
    func text(_ index: TapeIndex) -> Text { view.text(index) }

    /// Lower-cases ASCII letters of a text in place; every holder of the text sees it.
    func lowercase(_ text: Text) {
        let start = unsafe strings + Int(text.offset)
        for index in 0..<Int(text.length) {
            let byte = unsafe start[index]
            // Without a branch, so that sixteen are done at once.
            unsafe start[index] = byte | (byte &- UInt8(ascii: "A") < 26 ? 0x20 : 0)
        }
    }

    /// Upper-cases ASCII letters of a text in place.
    func uppercase(_ text: Text) {
        for index in Int(text.offset)..<Int(text.offset + text.length) {
            let byte = unsafe strings[index]
            if byte &- UInt8(ascii: "a") < 26 { unsafe strings[index] = byte & 0xDF }
        }
    }

    /// The decimal digits of the integer at `index` as a text; absent when the side bytes are used up.
    func digits(_ index: TapeIndex) -> Text {
        guard sideUsed + 20 <= sideBytes else { return .absent }
        let word = word(index + 1)
        let isNegative = kind(index) == .int64 && Int64(bitPattern: word) < 0
        var magnitude = isNegative ? 0 &- word : word
        let start = sideTextOffset
        var count = 0
        repeat {
            unsafe strings[Int(start) + count] = UInt8(ascii: "0") + UInt8(magnitude % 10)
            magnitude /= 10
            count += 1
        } while magnitude > 0
        if isNegative {
            unsafe strings[Int(start) + count] = UInt8(ascii: "-")
            count += 1
        }
        for index in 0..<count / 2 {
            let other = count - 1 - index
            unsafe swap(&strings[Int(start) + index], &strings[Int(start) + other])
        }
        sideUsed += count
        return Text(offset: start, length: UInt32(count))
    }

    /// Bytes of ours as a text of this request; absent when the side bytes are used up.
    func sideText(_ bytes: (UInt8, UInt8, UInt8)) -> Text {
        guard sideUsed + 3 <= sideBytes else { return .absent }
        let start = sideTextOffset
        unsafe strings[Int(start)] = bytes.0
        unsafe strings[Int(start) + 1] = bytes.1
        unsafe strings[Int(start) + 2] = bytes.2
        sideUsed += 3
        return Text(offset: start, length: 3)
    }

    /// Bytes from elsewhere as a text of this request; absent when the side bytes, and those for this, are used up.
    func suppliedText(_ bytes: UnsafeRawBufferPointer) -> Text {
        guard bytes.count <= sideBytes + suppliedBytes - sideUsed else { return .absent }
        let start = sideTextOffset
        for index in 0..<bytes.count { unsafe strings[Int(start) + index] = bytes[index] }
        sideUsed += bytes.count
        return Text(offset: start, length: UInt32(bytes.count))
    }
}

/// Where a tape's words and strings lie: all that walking needs, so that a walk counts no references.
@safe
struct TapeView: BitwiseCopyable {
    // Invariant: both belong to the parser of the `Tape` that made this and never move; whoever walks holds the tape.
    private let words: UnsafePointer<UInt64>
    private let strings: UnsafeMutablePointer<UInt8>

    init(words: UnsafePointer<UInt64>, strings: UnsafeMutablePointer<UInt8>) {
        unsafe self.words = unsafe words
        unsafe self.strings = unsafe strings
    }

    @inline(__always)
    func word(_ index: TapeIndex) -> UInt64 { unsafe words[index] }

    @inline(__always)
    func kind(_ index: TapeIndex) -> TapeKind { TapeKind(letter: UInt8(truncatingIfNeeded: word(index) >> 56)) }

    /// The position behind the value that starts at `index`.
    @inline(__always)
    func end(of index: TapeIndex) -> TapeIndex {
        switch kind(index) {
        case .object, .array: return Int(word(index) & 0xFFFF_FFFF)
        case .int64, .uint64, .double: return index + 2
        default: return index + 1
        }
    }

    /// The string at `index`, which must be one.
    @inline(__always)
    func text(_ index: TapeIndex) -> Text {
        let offset = Int(word(index) & 0xFF_FFFF_FFFF_FFFF)
        let length = unsafe UnsafeRawPointer(strings + offset).loadUnaligned(as: UInt32.self)
        return Text(offset: UInt32(offset + 4), length: length)
    }

    /// The name of the member whose key stands at `index`.
    @inline(__always)
    func name(_ index: TapeIndex) -> FieldName {
        let offset = Int(word(index) & 0xFF_FFFF_FFFF_FFFF)
        let raw = unsafe UnsafeRawPointer(strings + offset)
        let length = unsafe raw.loadUnaligned(as: UInt32.self)
        // Behind the last string there is always room for these loads: simdjson pads its buffer.
        let first = unsafe raw.loadUnaligned(fromByteOffset: 4, as: UInt64.self)
        if length <= 8 {
            let kept = length == 8 ? first : first & ((1 << (UInt64(length) * 8)) &- 1)
            return FieldName(first: kept, last: 0, count: UInt64(length))
        }
        let last = unsafe raw.loadUnaligned(fromByteOffset: Int(length) - 4, as: UInt64.self)
        return FieldName(first: first, last: last, count: UInt64(length))
    }
}

/// A member's name as one word, so that finding it among the names of an object is a search among numbers.
///
/// The bytes of a name of up to 8, mixed with its length; a longer one's first and last 8. No two names of OpenRTB share
/// a word, and a stranger gains nothing by a name that is taken for another.
struct FieldName: Equatable {
    let word: UInt64

    /// - Parameters:
    ///   - first: the first 8 bytes, lowest first, and zeros behind a shorter name.
    ///   - last: the last 8 bytes of a name longer than that.
    @inline(__always)
    init(first: UInt64, last: UInt64, count: UInt64) {
        word = first &+ (count &+ last) &* 0x9E37_79B9_7F4A_7C15
    }
}

extension FieldName: ExpressibleByStringLiteral {
    @inline(__always)
    init(stringLiteral name: StaticString) {
        let count = name.utf8CodeUnitCount
        let raw = unsafe UnsafeRawPointer(name.utf8Start)
        var first: UInt64 = 0
        var last: UInt64 = 0
        var index = 0
        while index < count, index < 8 {
            first |= unsafe UInt64(raw.load(fromByteOffset: index, as: UInt8.self)) << UInt64(index * 8)
            index += 1
        }
        if count > 8 {
            index = 0
            while index < 8 {
                last |=
                    unsafe UInt64(raw.load(fromByteOffset: count - 8 + index, as: UInt8.self)) << UInt64(index * 8)
                index += 1
            }
        }
        self.init(first: first, last: last, count: UInt64(count))
    }

    @inline(__always)
    static func ~= (pattern: FieldName, value: FieldName) -> Bool { pattern.word == value.word }
}

/// The members of an object on the tape, in document order.
struct Members {
    private let tape: TapeView
    private var index: TapeIndex
    private let end: TapeIndex

    @inline(__always)
    init(of object: TapeIndex, on tape: Tape) {
        self.tape = tape.view
        index = object + 1
        end = tape.end(of: object) - 1
    }

    @inline(__always)
    mutating func next() -> (name: FieldName, value: TapeIndex)? {
        guard index < end else { return nil }
        let name = tape.name(index)
        let value = index &+ 1
        index = tape.end(of: value)
        return (name, value)
    }
}

/// The elements of an array on the tape; a single value where an array is due counts as an array of one.
struct Elements {
    private let tape: TapeView
    private var index: TapeIndex
    private let end: TapeIndex

    @inline(__always)
    init(of value: TapeIndex, on tape: Tape) {
        self.tape = tape.view
        switch tape.kind(value) {
        case .array:
            index = value + 1
            end = tape.end(of: value) - 1
        case .null:
            index = value
            end = value
        default:
            index = value
            end = tape.end(of: value)
        }
    }

    @inline(__always)
    mutating func next() -> TapeIndex? {
        guard index < end else { return nil }
        let value = index
        index = tape.end(of: value)
        return value
    }
}
