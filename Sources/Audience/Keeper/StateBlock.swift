internal import Events
internal import OpenRTB
internal import Units

/// What the keeper alone needs of visitors, as bytes: the second file of a snapshot.
///
///     block:  magic 4 | payload's length 4 | CRC-32C of visitors and payload 4 | visitors 4 | payload
///     state:  number 4 | former 2, numbers | members 2, numbers | due 2, (audience 4, millis 8) | seen 2, ids 8 each |
///             history's length 4, bytes
///
/// A block of no visitors is the last. Of a visitor that stands in it twice the later counts.
enum StateBlock {
    private static let magic: UInt32 = 0x7473_6456
    private static let headBytes = 16
    /// What a damaged length can make a reader wait for.
    private static let payloadBytesMax = 64 << 20
    private static let listMax = 65_535

    /// Takes visitors from the end of a list and writes them, until the block is large enough.
    ///
    /// - Parameter visitorsMax: of one block, so that it is written in less than a millisecond.
    static func write(
        _ visitors: inout [VisitorNumber], of book: AudienceBook, visitorsMax: Int = 64, into out: inout [UInt8]
    ) {
        var payload = ByteWriter(capacity: 1 << 16)
        var count: UInt32 = 0
        for _ in 0..<visitorsMax where payload.count < payloadBytesEnough {
            guard let visitor = visitors.popLast() else { break }
            guard let state = book.states[visitor] else { continue }
            write(state, of: visitor, into: &payload)
            count += 1
        }
        if count > 0 { frame(payload.array(), count, into: &out) }
    }

    /// One more history is far from what a reader takes for damage.
    private static let payloadBytesEnough = 1 << 16

    static func writeEnd(into out: inout [UInt8]) { frame([], 0, into: &out) }

    private static func frame(_ payload: [UInt8], _ count: UInt32, into out: inout [UInt8]) {
        var head = ByteWriter(capacity: headBytes)
        head.appendFixed(magic)
        head.appendFixed(UInt32(payload.count))
        head.appendFixed(sum(count, payload))
        head.appendFixed(count)
        out += head.array()
        out += payload
    }

    /// The magic and the length are proven by what they lead to.
    private static func sum(_ count: UInt32, _ payload: [UInt8]) -> UInt32 {
        CRC32C.sum(payload, seed: CRC32C.sum((0..<4).map { UInt8(truncatingIfNeeded: count >> UInt32(8 * $0)) }))
    }

    private static func write(_ state: VisitorState, of visitor: VisitorNumber, into out: inout ByteWriter) {
        out.appendFixed(visitor.rawValue)
        for list in [state.former, state.members] {
            let kept = list.suffix(listMax)
            out.appendFixed(UInt16(kept.count))
            for number in kept { out.appendFixed(number.rawValue) }
        }
        let due = state.due.prefix(listMax)
        out.appendFixed(UInt16(due.count))
        for (audience, millis) in due {
            out.appendFixed(audience)
            out.appendFixed(millis)
        }
        out.appendFixed(UInt16(state.seen.count))
        for id in state.seen { out.appendFixed(id) }
        let history = state.history.bytes
        out.appendFixed(UInt32(history.count))
        out.append(history)
    }

    /// Reads the whole blocks at the front of some bytes.
    ///
    /// - Returns: how many bytes were read, and whether the last block was among them; nil for damage.
    static func read(_ bytes: ArraySlice<UInt8>, into book: AudienceBook) -> (read: Int, isEnd: Bool)? {
        var rest = bytes
        while rest.count >= headBytes {
            var reader = ByteReader(rest)
            guard reader.fixed(UInt32.self) == magic, let length = reader.fixed(UInt32.self),
                length <= payloadBytesMax, let sum = reader.fixed(UInt32.self), let count = reader.fixed(UInt32.self)
            else { return nil }
            guard let payload = reader.take(Int(length)) else { break }
            guard Self.sum(count, Array(payload)) == sum else { return nil }
            rest = rest.dropFirst(headBytes + Int(length))
            if count == 0 { return (bytes.count - rest.count, true) }
            var states = ByteReader(payload)
            for _ in 0..<count {
                guard let (visitor, state) = read(&states) else { return nil }
                book.load(state, of: visitor)
            }
        }
        return (bytes.count - rest.count, false)
    }

    private static func read(_ reader: inout ByteReader) -> (VisitorNumber, VisitorState)? {
        guard let visitor = reader.fixed(UInt32.self), let former = numbers(&reader), let members = numbers(&reader),
            let dueCount = reader.fixed(UInt16.self)
        else { return nil }
        var state = VisitorState()
        state.former = former
        state.members = members
        for _ in 0..<dueCount {
            guard let audience = reader.fixed(UInt32.self), let millis = reader.fixed(Int64.self) else { return nil }
            state.due.append((audience, millis))
        }
        guard let seenCount = reader.fixed(UInt16.self) else { return nil }
        var seen: [UInt64] = []
        for _ in 0..<seenCount {
            guard let id = reader.fixed(UInt64.self) else { return nil }
            seen.append(id)
        }
        state.see(seen)
        guard let length = reader.fixed(UInt32.self), let bytes = reader.take(Int(length)),
            let history = VisitorHistory(bytes: bytes)
        else { return nil }
        state.history = history
        return (VisitorNumber(visitor), state)
    }

    private static func numbers(_ reader: inout ByteReader) -> [VisitorNumber]? {
        guard let count = reader.fixed(UInt16.self) else { return nil }
        var numbers: [VisitorNumber] = []
        for _ in 0..<count {
            guard let number = reader.fixed(UInt32.self) else { return nil }
            numbers.append(VisitorNumber(number))
        }
        return numbers
    }
}
