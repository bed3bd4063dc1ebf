import OpenRTB
import Testing
import Units

/// What is written to a writer that starts with room for one byte, so that everything also grows it.
private func written(_ write: (inout ByteWriter) -> Void) -> String {
    var writer = ByteWriter(capacity: 1)
    write(&writer)
    return String(decoding: writer.array(), as: UTF8.self)
}

@Suite("Byte writer")
struct ByteWriterTests {
    @Test(
        "integers are written in decimal digits",
        arguments: [0, 1, 9, 10, 99, 100, 1_000_000, -1, -10, 999_999_999_999_999_999, .max, .min] as [Int64])
    func decimals(value: Int64) {
        #expect(written { $0.appendDecimal(value) } == "\(value)")
    }

    @Test(
        "a price is written as a JSON number without trailing zeros",
        arguments: [
            (0, "0"), (1, "0.000001"), (10, "0.00001"), (850_000, "0.85"), (1_000_000, "1"), (2_500_000, "2.5"),
            (1_000_001, "1.000001"), (12_345_678, "12.345678"), (1_000_000_000_000, "1000000"), (-1_500_000, "-1.5"),
        ] as [(Int64, String)])
    func prices(micros: Int64, text: String) {
        #expect(written { $0.append(CPM(micros: micros)) } == text)
    }

    @Test("a price's text is what DecimalText writes", arguments: [1, 2] as [UInt64])
    func pricesAgree(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            let micros = Int64(bitPattern: random.next()) >> Int64(random.next() % 64)
            #expect(written { $0.append(CPM(micros: micros)) } == DecimalText.string(micros: micros))
        }
    }

    @Test("ids and currencies are written as they describe themselves")
    func idsAndCurrencies() {
        let id = BidID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
        #expect(written { $0.append(id) } == id.description)
        #expect(written { $0.append(Currency.usd) } == "USD")
    }

    @Test("fixed integers are little-endian")
    func fixed() {
        var writer = ByteWriter(capacity: 1)
        writer.appendFixed(UInt8(0x12))
        writer.appendFixed(UInt16(0x3456))
        writer.appendFixed(UInt32(0x789A_BCDE))
        writer.appendFixed(Int64(-2))
        #expect(
            writer.array() == [0x12, 0x56, 0x34, 0xDE, 0xBC, 0x9A, 0x78, 0xFE] + [UInt8](repeating: 0xFF, count: 7))
    }

    @Test("a patch replaces what was written and nothing beside it")
    func patch() {
        var writer = ByteWriter(capacity: 8)
        for byte in 0..<8 as Range<UInt8> { writer.append(byte) }
        writer.patch(0xAABB_CCDD as UInt32, at: 2)
        #expect(writer.array() == [0, 1, 0xDD, 0xCC, 0xBB, 0xAA, 6, 7])
        writer.patch(0x1122 as UInt16, at: 6)
        #expect(writer.array() == [0, 1, 0xDD, 0xCC, 0xBB, 0xAA, 0x22, 0x11])
        writer.patch(0 as UInt16, at: 0)
        #expect(writer.array() == [0, 0, 0xDD, 0xCC, 0xBB, 0xAA, 0x22, 0x11])
    }

    @Test("growing keeps what was written, by whichever way it came", arguments: [1, 7, 64, 4096])
    func growth(capacity: Int) {
        var writer = ByteWriter(capacity: capacity)
        var expected: [UInt8] = []
        for round in 0..<300 {
            let bytes = (0..<round).map { UInt8(truncatingIfNeeded: $0) }
            writer.append(bytes)
            writer.append("literal")
            writer.append(UInt8(truncatingIfNeeded: round))
            expected += bytes + Array("literal".utf8) + [UInt8(truncatingIfNeeded: round)]
        }
        #expect(writer.count == expected.count)
        #expect(writer.array() == expected)
    }

    @Test("another writer's bytes are appended as they are, an empty one's too")
    func appendsWriters() {
        var one = ByteWriter()
        one.append("one ")
        var other = ByteWriter(capacity: 2)
        one.append(other)
        other.append("other")
        one.append(other)
        #expect(one.array() == Array("one other".utf8))
    }

    @Test("a text of a request is appended as its bytes")
    func appendsTexts() throws {
        let reader = try read(#"{"id":"a\"é","imp":[{"id":"1","banner":{}}]}"#)
        let id = reader.request.id
        let buffer = reader.request.text
        #expect(written { $0.append(id, of: buffer) } == "a\"é")
    }

    @Test("clearing and rewinding forget bytes, not memory")
    func rewinds() {
        var writer = ByteWriter(capacity: 4)
        writer.append("abcdef")
        let mark = writer.count
        writer.append("ghi")
        writer.rewind(to: mark)
        writer.append("x")
        #expect(writer.array() == Array("abcdefx".utf8))
        writer.clear()
        #expect(writer.count == 0)
        writer.append("y")
        #expect(writer.array() == Array("y".utf8))
    }

    @Test("bytes are shown whole and from a point on")
    func shows() {
        var writer = ByteWriter()
        writer.append("abc")
        let whole = unsafe writer.withBytes { unsafe Array($0) }
        let tail = unsafe writer.withBytes(from: 1) { unsafe Array($0) }
        let none = unsafe writer.withBytes(from: 3) { unsafe Array($0) }
        #expect(whole == Array("abc".utf8))
        #expect(tail == Array("bc".utf8))
        #expect(none == [])
    }

    @Test("what fills a place in the writer may use less than it asked for")
    func inPlace() {
        var writer = ByteWriter(capacity: 1)
        writer.append("<")
        unsafe writer.appendInPlace(100) { room in
            unsafe room[0] = UInt8(ascii: "-")
            return 1
        }
        writer.append(">")
        #expect(writer.array() == Array("<->".utf8))
    }
}
