internal import Audience

/// Reads a list of members from bytes as they come: a line each, of which one is held at most.
///
/// A line is an object with identifiers, as an event's `visitor`, or the advertiser's own id, bare or in quotes.
/// Several identifiers of a line are a member each: a list says who is in an audience, not who is the same person.
struct MemberReader {
    /// A line that is no member.
    struct Refusal: Sendable {
        /// Counted from 1, blank lines too.
        let line: Int
        let reason: String
    }

    /// Whose own ids bare lines are; nil for an audience that is nobody's.
    private let advertiser: String?
    /// Not blank ones.
    private(set) var lines = 0
    private(set) var refused = 0
    /// The first of the refused lines.
    private(set) var refusals: [Refusal] = []
    /// Read since they were taken last.
    private(set) var batch: [Audience.Identifier] = []
    private var number = 0
    /// Start of a line whose end is to come.
    private var held: [UInt8] = []

    init(advertiser: String?) { self.advertiser = advertiser }

    /// Reads what came next; lines are parted anywhere.
    mutating func read(_ bytes: Span<UInt8>) {
        var start = 0
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
            end(bytes.extracting(start..<index))
            start = index + 1
        }
        hold(bytes.extracting(start..<bytes.count))
    }

    /// Reads the last line, where no line end followed it.
    mutating func finish() {
        if !held.isEmpty { endHeld() }
    }

    /// - Returns: what was read since the last call.
    mutating func takeBatch() -> [Audience.Identifier] {
        let taken = batch
        batch = []
        batch.reserveCapacity(taken.count)
        return taken
    }

    // MARK: Lines

    /// One byte more than a line may have says that it has too many; the rest is passed over.
    private mutating func hold(_ bytes: Span<UInt8>) {
        let room = ControlLimits.memberLineBytesMax + 1 - held.count
        for index in 0..<min(room, bytes.count) { held.append(bytes[index]) }
    }

    private mutating func end(_ rest: Span<UInt8>) {
        if held.isEmpty { return line(rest) }
        hold(rest)
        endHeld()
    }

    private mutating func endHeld() {
        var whole: [UInt8] = []
        swap(&whole, &held)
        line(whole.span)
        whole.removeAll(keepingCapacity: true)
        swap(&whole, &held)
    }

    private mutating func line(_ bytes: Span<UInt8>) {
        number += 1
        let text = bytes.extracting(trimmed(bytes))
        if text.isEmpty { return }
        lines += 1
        do throws(IdentifierFault) {
            try member(text)
        } catch {
            refused += 1
            if refusals.count < ControlLimits.memberRefusalsMax {
                refusals.append(Refusal(line: number, reason: error.reason))
            }
        }
    }

    /// Without a byte-order mark before the first line, and spaces and a carriage return around any.
    private func trimmed(_ bytes: Span<UInt8>) -> Range<Int> {
        var (start, end) = (0, bytes.count)
        if number == 1, end >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { start = 3 }
        while start < end, isSpace(bytes[start]) { start += 1 }
        while end > start, isSpace(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    // MARK: Members

    private mutating func member(_ bytes: Span<UInt8>) throws(IdentifierFault) {
        guard bytes.count <= ControlLimits.memberLineBytesMax else {
            throw IdentifierFault("the line is longer than \(ControlLimits.memberLineBytesMax) bytes")
        }
        if bytes[0] == UInt8(ascii: "{"), let object = PlainObject(bytes) {
            batch += try MemberLine.identifiers(object, advertiser: advertiser)
            return
        }
        let text: String
        do {
            text = String(copying: try UTF8Span(validating: bytes))
        } catch {
            throw IdentifierFault("is not valid UTF-8")
        }
        switch bytes[0] {
        case UInt8(ascii: "{"): batch += try MemberLine.identifiers(text, advertiser: advertiser)
        case UInt8(ascii: "["): throw IdentifierFault("is a list: write one member a line")
        case UInt8(ascii: "\""): batch.append(try MemberLine.own(try MemberLine.unquoted(text), advertiser))
        default: batch.append(try MemberLine.own(text, advertiser))
        }
    }
}
