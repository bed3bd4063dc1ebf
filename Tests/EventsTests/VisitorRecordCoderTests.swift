import Events
import Testing
import Units

@Suite("Visitor records")
struct VisitorRecordCoderTests {
    private static let visitor = VisitorNumber(7)
    private static let instant = Instant(micros: 1_793_500_000_123_456)

    private func act(_ properties: [VisitorAct.Property] = []) -> VisitorAct {
        var act = VisitorAct(id: IdentityKey(high: 1, low: 2), type: "view", instant: Instant(micros: 5000))
        act.properties = properties
        return act
    }

    @Test("what was written is read back, of every kind", arguments: 1...8 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = RandomRecords(seed: seed)
        for _ in 0..<250 {
            let record = random.record()
            let instant = random.instant()
            let bytes = try #require(write(record, at: instant))
            #expect(read(bytes[...]) == .record(instant, record))
            // Wherever the bytes lie in a larger array.
            #expect(read(([0, 0, 0] + bytes)[3...]) == .record(instant, record))
            let head = try #require(VisitorRecordCoder.readHead(bytes[...]))
            #expect((head.kind, head.instant) == (record.kind, instant))
            #expect(head.visitor == record.visitor)
            #expect(LogRecord(bytes[...]) == .visitor(head, bytes[...]))
        }
    }

    /// Computed by hand from the description of the bytes: a log must stay readable.
    @Test("the bytes are those of the format")
    func format() {
        let head: [UInt8] = [1, 64, 66, 15, 0, 0, 0, 0, 0, 7, 0, 0, 0]
        let at = Instant(micros: 1_000_000)
        #expect(write(.erase(Self.visitor), at: at) == [36] + head)
        #expect(write(.optOut(Self.visitor, true), at: at) == [35] + head + [1])
        #expect(write(.merge(from: VisitorNumber(258), into: Self.visitor), at: at) == [34] + head + [2, 1, 0, 0])
        #expect(write(.household(Self.visitor, .shared), at: at) == [38] + head + [1])
        var plain: [UInt8] = []
        let identity = Identity(.ifa, IdentityKey(high: 1, low: 2))
        _ = VisitorRecordCoder.write(.link(Self.visitor, [identity]), at: at) {
            plain = Array($2)
            return []
        }
        #expect(plain == [1, 17, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test("no personal payload is in a record but through the seal", arguments: 1...4 as ClosedRange<UInt64>)
    func sealed(seed: UInt64) {
        var random = RandomRecords(seed: seed)
        for _ in 0..<100 {
            let record = random.record()
            let bytes = VisitorRecordCoder.write(record, at: Self.instant) { _, head, _ in
                #expect(head.count == VisitorRecordCoder.headBytes)
                return [9, 9]
            }
            if record.kind.isSealed { #expect(bytes?.dropFirst(VisitorRecordCoder.headBytes) == [9, 9]) }
        }
    }

    @Test("a visitor without a key is not written, and one whose key is gone is unreadable")
    func keys() throws {
        let record = VisitorRecord.act(Self.visitor, act())
        #expect(VisitorRecordCoder.write(record, at: Self.instant) { _, _, _ in nil } == nil)
        let bytes = try #require(write(record, at: Self.instant))
        #expect(VisitorRecordCoder.read(bytes[...]) { _, _, _ in .keyDeleted } == .unreadable(Self.visitor))
        #expect(VisitorRecordCoder.read(bytes[...]) { _, _, _ in .damaged } == nil)
        // What is not personal needs no key.
        let erasure = try #require(write(.erase(Self.visitor), at: Self.instant))
        #expect(
            VisitorRecordCoder.read(erasure[...]) { _, _, _ in .keyDeleted }
                == .record(Self.instant, .erase(Self.visitor)))
    }

    @Test("a truncated record is none, or another's seal does not open", arguments: 1...4 as ClosedRange<UInt64>)
    func truncated(seed: UInt64) throws {
        var random = RandomRecords(seed: seed, partsMax: 2)
        for _ in 0..<12 {
            let record = random.record()
            let bytes = try #require(write(record, at: Self.instant))
            for count in 0..<bytes.count {
                // A text that ends earlier is another text, so fields are behind their lengths: none may read on.
                #expect(read(bytes.prefix(count)) == nil, "\(count) of \(bytes.count) bytes of \(record.kind)")
            }
        }
    }

    @Test("no bit of a sealed record can be flipped", arguments: 1...2 as ClosedRange<UInt64>)
    func flipped(seed: UInt64) throws {
        var random = RandomRecords(seed: seed, partsMax: 1)
        for _ in 0..<3 {
            let bytes = try #require(write(.act(Self.visitor, random.act()), at: Self.instant))
            for index in bytes.indices {
                for bit in 0..<8 as Range<UInt8> {
                    var changed = bytes
                    changed[index] ^= 1 << bit
                    // A flipped kind makes it a record whose payload stands in the open: none of those may fit it.
                    #expect(read(changed[...]) == nil, "bit \(bit) of byte \(index)")
                }
            }
        }
    }

    @Test("whatever the seal opens to, reading ends", arguments: 1...6 as ClosedRange<UInt64>)
    func garbage(seed: UInt64) throws {
        var random = RandomRecords(seed: seed)
        for _ in 0..<300 {
            let plain = (0..<random.below(90)).map { _ in UInt8(random.below(random.below(2) == 0 ? 8 : 256)) }
            for kind in VisitorRecordCoder.Kind.allCases {
                let bytes = [kind.rawValue, 1] + [UInt8](repeating: 0, count: 12) + plain
                guard
                    case .record(let instant, let record)? = VisitorRecordCoder.read(
                        bytes[...], open: { .plain(Array($2)) })
                else { continue }
                // What can be read can be written, and is the same then.
                let again = try #require(VisitorRecordCoder.write(record, at: instant) { Array($2) })
                #expect(VisitorRecordCoder.read(again[...]) { .plain(Array($2)) } == .record(instant, record))
            }
        }
    }

    @Test("an unknown tag is passed over, so that an older reader reads a newer log")
    func unknownTags() throws {
        var random = RandomRecords(seed: 3)
        for _ in 0..<60 {
            let record = random.record()
            let bytes = try #require(VisitorRecordCoder.write(record, at: Self.instant) { Array($2) })
            let more = bytes + [200, 3, 0, 1, 2, 3]
            #expect(VisitorRecordCoder.read(more[...]) { .plain(Array($2)) } == .record(Self.instant, record))
        }
    }

    @Test("a part beyond its limit is not written, and one that a stranger wrote is not read")
    func limits() throws {
        let long = String(repeating: "x", count: 257)
        let word = String(repeating: "x", count: 65)
        let tooMuch: [VisitorAct] = [
            VisitorAct(id: IdentityKey(high: 0, low: 0), type: word, instant: Self.instant),
            act([.init(word, .flag(true))]), act([.init("a", .text(long))]), act([.init("a", .texts([long]))]),
            act([.init("a", .texts([String](repeating: "", count: 17)))]),
            act([VisitorAct.Property](repeating: .init("a", .flag(true)), count: 34)),
            // Each part within its limit, all together not.
            act((0..<32).map { .init("\($0)", .texts([String](repeating: String(long.dropLast()), count: 16))) }),
        ]
        for act in tooMuch { #expect(write(.act(Self.visitor, act), at: Self.instant) == nil) }
        let identity = Identity(.ifa, IdentityKey(high: 1, low: 2))
        #expect(write(.link(Self.visitor, [Identity](repeating: identity, count: 67)), at: Self.instant) == nil)
        #expect(write(.link(Self.visitor, [Identity](repeating: identity, count: 66)), at: Self.instant) != nil)
        #expect(write(.members(audience: long, file: ""), at: Self.instant) == nil)
        let whole = try #require(VisitorRecordCoder.write(.act(Self.visitor, act()), at: Self.instant) { Array($2) })
        let property: [UInt8] = [5, 3, 0, 1, 97, 1]
        for (count, isRead) in [(33, true), (34, false)] {
            let bytes = whole + [[UInt8]](repeating: property, count: count).flatMap { $0 }
            #expect((VisitorRecordCoder.read(bytes[...]) { .plain(Array($2)) } != nil) == isRead)
        }
    }

    @Test(
        "what was never written is not read",
        arguments: [
            [36, 2] + [UInt8](repeating: 0, count: 12), [38, 1] + [UInt8](repeating: 0, count: 12),
            [31, 1] + [UInt8](repeating: 0, count: 12), [35, 1] + [UInt8](repeating: 0, count: 12) + [2],
            [37, 1] + [UInt8](repeating: 0, count: 12), [36, 1] + [UInt8](repeating: 0, count: 12) + [0],
            [37, 1] + [UInt8](repeating: 0, count: 8) + [1, 0, 0, 0, 1, 0, 0, 2, 0, 0],
            [37, 1] + [UInt8](repeating: 0, count: 12) + [1, 0, 0, 2, 0, 0, 2, 0, 0],
            [37, 1] + [UInt8](repeating: 0, count: 12) + [1, 1, 0, 0xFF, 2, 0, 0],
        ])
    func malformed(bytes: [UInt8]) {
        #expect(read(bytes[...]) == nil)
    }

    @Test("the first byte tells events and visitor records apart")
    func firstByte() {
        for byte in 0...255 as ClosedRange<UInt8> {
            let isVisitors = VisitorRecordCoder.isVisitorRecord(byte)
            #expect(isVisitors == (VisitorRecordCoder.Kind(rawValue: byte) != nil))
            #expect(!isVisitors || EventKind(rawValue: byte) == nil)
        }
    }
}
