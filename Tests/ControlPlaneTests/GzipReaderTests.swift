import CZlib
import Testing

@testable import ControlPlane

@Suite("gzip in pieces")
struct GzipReaderTests {
    private static let text = Array((0..<40_000).map { "line \($0 &* 2_654_435_761)\n" }.joined().utf8)

    @Test("wherever it is cut, what went in comes out", arguments: [1, 17, 4096, 1 << 20])
    func pieces(size: Int) throws {
        let (out, isComplete) = try Self.inflate(Self.gzip(Self.text), in: size)
        #expect(out == Self.text)
        #expect(isComplete)
    }

    @Test("several members behind one another are one text")
    func members() throws {
        let bytes = Self.gzip(Array("a\nb".utf8)) + Self.gzip([]) + Self.gzip(Array("c\n".utf8))
        for size in [1, 5, 1000] {
            let (out, isComplete) = try Self.inflate(bytes, in: size)
            #expect(out == Array("a\nbc\n".utf8))
            #expect(isComplete)
        }
    }

    @Test("much out of little comes a buffer at a time")
    func bomb() throws {
        let reader = GzipReader()
        reader.feed(Self.gzip([UInt8](repeating: 0x61, count: 8 << 20)))
        var total = 0
        var largest = 0
        while try reader.next({ (total, largest) = (total + $0.count, max(largest, $0.count)) }) {}
        #expect(largest == ControlLimits.inflatedBytesMax)
        #expect(total == 8 << 20)
        #expect(reader.isComplete)
    }

    @Test("what breaks off is not complete, wherever it does")
    func brokenOff() throws {
        let bytes = Self.gzip(Array("hello\nthere\n".utf8))
        for count in 0..<bytes.count {
            #expect(try !Self.inflate(Array(bytes.prefix(count)), in: 7).isComplete, "\(count)")
        }
    }

    @Test("what is damaged, or no gzip, is refused")
    func damaged() {
        var flipped = Self.gzip(Self.text)
        flipped[flipped.count / 2] ^= 0x10
        for bytes in [flipped, Array("plain text, not gzip".utf8), Self.gzip([1]) + [0x42, 0x42]] {
            #expect(throws: GzipReader.Malformed.self) { try Self.inflate(bytes, in: 100) }
        }
    }

    private static func inflate(_ bytes: [UInt8], in size: Int) throws -> (out: [UInt8], isComplete: Bool) {
        let reader = GzipReader()
        var out: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            reader.feed(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
            while try reader.next({ span in for index in span.indices { out.append(span[index]) } }) {}
        }
        return (out, reader.isComplete)
    }

    static func gzip(_ plain: [UInt8]) -> [UInt8] {
        var stream = unsafe z_stream()
        guard unsafe vendue_deflate_init_gzip(&stream, 6) == Z_OK else { return [] }
        defer { unsafe _ = deflateEnd(&stream) }
        var input = plain
        var out = [UInt8](repeating: 0, count: plain.count + 1024)
        let count = unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe out.withUnsafeMutableBufferPointer { out in
                unsafe stream.next_in = input.baseAddress
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = out.baseAddress
                unsafe stream.avail_out = UInt32(out.count)
                return unsafe CZlib.deflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.total_out) : 0
            }
        }
        return Array(out.prefix(count))
    }
}
