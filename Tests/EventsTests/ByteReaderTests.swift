import Events
import OpenRTB
import Testing

@Suite("Byte reader")
struct ByteReaderTests {
    @Test("what a writer wrote is read back, integer by integer")
    func integers() {
        var out = ByteWriter()
        out.appendFixed(UInt8.max)
        out.appendFixed(UInt16(0xABCD))
        out.appendFixed(Int32.min)
        out.appendFixed(UInt64(0x0123_4567_89AB_CDEF))
        out.appendFixed(Int64(-1))
        out.appendFixed(Int8(-5))
        // A slice that does not start at 0 shows a reader that counts from there.
        let padded = [9, 9, 9] + out.array()
        var reader = ByteReader(padded[3...])
        #expect(reader.fixed(UInt8.self) == .max)
        #expect(reader.fixed(UInt16.self) == 0xABCD)
        #expect(reader.fixed(Int32.self) == .min)
        #expect(reader.fixed(UInt64.self) == 0x0123_4567_89AB_CDEF)
        #expect(reader.remaining == 9)
        #expect(reader.fixed(Int64.self) == -1)
        #expect(reader.fixed(Int8.self) == -5)
        #expect(reader.isAtEnd)
    }

    @Test("what is not there is nil, and stays unread")
    func short() {
        var reader = ByteReader([1, 2, 3][...])
        #expect(reader.fixed(UInt32.self) == nil)
        #expect(reader.take(4) == nil)
        #expect(reader.take(-1) == nil)
        #expect(reader.take(.max) == nil)
        #expect(reader.remaining == 3)
        #expect(reader.take(3).map(Array.init) == [1, 2, 3])
        #expect(reader.take(0).map(Array.init) == [])
        #expect(reader.fixed(UInt8.self) == nil)
    }

    @Test(
        "a string needs all the bytes that its length promises",
        arguments: [
            ([0, 0], ""), ([2, 0, 0x61, 0x62], "ab"), ([2, 0, 0x61, 0x62, 0x63], "ab"), ([2, 0, 0x61], nil),
            ([2], nil), ([], nil), ([0xFF, 0xFF, 0x61], nil), ([2, 0, 0xC3, 0xA9], "é"), ([1, 0, 0xC3], "\u{FFFD}"),
        ] as [([UInt8], String?)])
    func strings(bytes: [UInt8], text: String?) {
        var reader = ByteReader(bytes[...])
        #expect(reader.string() == text)
    }
}
