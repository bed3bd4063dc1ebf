internal import Units

/// Reading single values with the tolerance that real senders need.
extension BidRequestReader {
    enum Letters {
        case asSent
        case lower
    }

    /// Keeps the first value of a key that appears twice.
    @inline(__always)
    func first<T>(_ slot: inout T?, _ value: T?) {
        if slot == nil { slot = value }
    }

    @inline(__always)
    func first(_ slot: inout Text, _ value: Text) {
        if slot.isEmpty { slot = value }
    }

    @inline(__always)
    func first<T>(_ slot: inout List<T>, _ value: List<T>) {
        if slot.isEmpty { slot = value }
    }

    /// The value of a member of an object; nil where either is missing or null.
    func member(_ wanted: FieldName, of object: TapeIndex) -> TapeIndex? {
        guard tape.kind(object) == .object else { return nil }
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            if wanted ~= name, tape.kind(value) != .null { return value }
        }
        return nil
    }

    /// A string, or the digits of an integer that stands where a string is due.
    @inline(__always)
    func text(_ value: TapeIndex) -> Text {
        switch tape.kind(value) {
        case .string: return tape.text(value)
        case .int64, .uint64: return tape.digits(value)
        default: return .absent
        }
    }

    func lowercased(_ value: TapeIndex) -> Text {
        let text = text(value)
        tape.lowercase(text)
        return text
    }

    /// An integer, also from `1.0`, `"1"` or `true`.
    func integer(_ value: TapeIndex) -> Int32? { integer(value, on: tape, buffer) }

    func integer(_ value: TapeIndex, on tape: Tape, _ buffer: TextBuffer) -> Int32? {
        switch tape.kind(value) {
        case .int64: return Int32(exactly: Int64(bitPattern: tape.word(value + 1)))
        case .double: return Int32(exactly: Double(bitPattern: tape.word(value + 1)))
        case .string: return number(in: tape.text(value), of: buffer).flatMap { Int32(exactly: $0) }
        case .yes: return 1
        case .no: return 0
        default: return nil
        }
    }

    /// A number, also from `"0.5"`.
    func double(_ value: TapeIndex) -> Double? {
        switch tape.kind(value) {
        case .int64: return Double(Int64(bitPattern: tape.word(value + 1)))
        case .uint64: return Double(tape.word(value + 1))
        case .double: return Double(bitPattern: tape.word(value + 1))
        case .string: return number(in: tape.text(value), of: buffer)
        default: return nil
        }
    }

    /// 0 or 1, in any of the ways an integer may be written.
    func flag(_ value: TapeIndex) -> Bool? {
        integer(value).map { $0 != 0 }
    }

    /// A floor: CPM in units of some currency. Negative ones count as none, absurd ones cannot be met.
    func floor(_ value: TapeIndex) -> CPM? {
        guard let units = double(value) else { return .zero }
        return units <= 0 ? .zero : CPM(units: units)
    }

    func currency(_ value: TapeIndex) -> Currency? {
        guard tape.kind(value) == .string else { return nil }
        let code = tape.text(value)
        if code.isEmpty { return .usd }
        return unsafe buffer.withBytes(code) { unsafe Currency($0) }
    }

    /// The decimal number that a text consists of; plain notation only.
    private func number(in text: Text, of buffer: TextBuffer) -> Double? {
        guard text.count > 0, text.count <= 20 else { return nil }
        var value = 0.0
        var scale = 0.0
        var digits = 0
        for index in 0..<text.count {
            let byte = buffer[text, index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                value = value * 10 + Double(byte - UInt8(ascii: "0"))
                scale *= 10
            case UInt8(ascii: ".") where scale == 0: scale = 1
            case UInt8(ascii: "-") where index == 0: continue
            default: return nil
            }
        }
        guard digits > 0 else { return nil }
        if scale > 1 { value /= scale }
        return buffer[text, 0] == UInt8(ascii: "-") ? -value : value
    }

    /// A list of strings; one string counts as a list of one, empty strings are left out.
    func texts(
        _ value: TapeIndex,
        _ letters: Letters = .asSent,
        into request: inout BidRequest
    ) throws(ReadError)
        -> List<Text>
    {
        let start = request.texts.count
        var elements = Elements(of: value, on: tape)
        while let element = elements.next() {
            let text = text(element)
            if text.isEmpty {
                // An integer that found no room as text must not vanish from a blocked list.
                let kind = tape.kind(element)
                if kind == .int64 || kind == .uint64 { throw .tooLong(.lists) }
                continue
            }
            guard request.texts.count < Limits.textsMax else { throw .tooLong(.lists) }
            if letters == .lower { tape.lowercase(text) }
            request.texts.append(text)
        }
        return List(start: start, count: request.texts.count - start)
    }

    /// A comma-separated list, or an array of such: each entry trimmed and in lower case.
    func keywords(_ value: TapeIndex, into request: inout BidRequest) throws(ReadError) -> List<Text> {
        let start = request.texts.count
        var elements = Elements(of: value, on: tape)
        while let element = elements.next() {
            let line = lowercased(element)
            var from = 0
            while from <= line.count, !line.isEmpty {
                var to = from
                while to < line.count, buffer[line, to] != UInt8(ascii: ",") { to += 1 }
                let entry = trimmed(line.slice(from: from, count: to - from))
                if !entry.isEmpty {
                    guard request.texts.count < Limits.textsMax else { throw .tooLong(.lists) }
                    request.texts.append(entry)
                }
                from = to + 1
            }
        }
        return List(start: start, count: request.texts.count - start)
    }

    private func trimmed(_ text: Text) -> Text {
        var from = 0
        var to = text.count
        while from < to, buffer[text, from] == UInt8(ascii: " ") { from += 1 }
        while to > from, buffer[text, to - 1] == UInt8(ascii: " ") { to -= 1 }
        return text.slice(from: from, count: to - from)
    }

    func integers(_ value: TapeIndex, into request: inout BidRequest) throws(ReadError) -> List<Int32> {
        let start = request.integers.count
        var elements = Elements(of: value, on: tape)
        while let element = elements.next() {
            guard let number = integer(element) else { continue }
            guard request.integers.count < Limits.integersMax else { throw .tooLong(.integers) }
            request.integers.append(number)
        }
        return List(start: start, count: request.integers.count - start)
    }
}
