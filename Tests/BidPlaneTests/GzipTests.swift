import OpenRTB
import Testing
import Units

@testable import BidPlane

extension Gzip {
    /// Inflates an array into at most `cap` bytes.
    func inflate(_ bytes: [UInt8], cap: Int) -> Result<[UInt8], Fault> {
        var room = [UInt8](repeating: 0xEE, count: cap + 1)
        let result: Result<Int, Fault> = unsafe room.withUnsafeMutableBufferPointer { room in
            unsafe bytes.withUnsafeBytes { bytes in
                do throws(Fault) {
                    return unsafe .success(try inflate(bytes, into: UnsafeMutableBufferPointer(rebasing: room[..<cap])))
                } catch {
                    return .failure(error)
                }
            }
        }
        // Not even one byte may be written behind the cap.
        precondition(room[cap] == 0xEE)
        return result.map { Array(room[..<$0]) }
    }

    /// Compresses an array; nil where it would not become smaller.
    func deflate(_ bytes: [UInt8]) -> [UInt8]? {
        var plain = ByteWriter(capacity: 16)
        plain.append(bytes)
        var out = ByteWriter(capacity: 16)
        return deflate(plain, into: &out) ? out.array() : nil
    }
}

@Suite("gzip")
struct GzipTests {
    private static let text = Array(String(repeating: #"{"id":"1","banner":{"w":300,"h":250}},"#, count: 100).utf8)

    private static func packed(_ bytes: [UInt8] = text) throws -> [UInt8] { try #require(Gzip().deflate(bytes)) }

    @Test("what is compressed inflates to the same, again and again")
    func roundTrip() throws {
        let gzip = Gzip()
        for count in [100, 1000, 100_000] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }
            let packed = try #require(gzip.deflate(bytes))
            #expect(packed.count < count)
            #expect(Array(packed.prefix(3)) == [0x1F, 0x8B, 8])
            #expect(try gzip.inflate(packed, cap: count).get() == bytes)
            #expect(try gzip.inflate(packed, cap: count * 2).get() == bytes)
        }
    }

    @Test("what would not become smaller is left as it is")
    func incompressible() {
        let gzip = Gzip()
        var random = SplitMix64(seed: 1)
        #expect(gzip.deflate((0..<5000).map { _ in UInt8(truncatingIfNeeded: random.next()) }) == nil)
        #expect(gzip.deflate([1, 2, 3]) == nil)
        #expect(gzip.deflate([]) == nil)
    }

    @Test("more than the cap is too large, exactly the cap is not")
    func cap() throws {
        let gzip = Gzip()
        let packed = try Self.packed()
        #expect(try gzip.inflate(packed, cap: Self.text.count).get() == Self.text)
        #expect(throws: Gzip.Fault.tooLarge) { try gzip.inflate(packed, cap: Self.text.count - 1).get() }
        let bomb = try Self.packed([UInt8](repeating: 0, count: 10 << 20))
        #expect(bomb.count < 100_000)
        #expect(throws: Gzip.Fault.tooLarge) { try gzip.inflate(bomb, cap: 1 << 20).get() }
        // A fault leaves nothing behind.
        #expect(try gzip.inflate(packed, cap: Self.text.count).get() == Self.text)
    }

    @Test("what is not gzip, cut short, altered or followed by something else is malformed")
    func malformed() throws {
        let gzip = Gzip()
        let packed = try Self.packed()
        var wrong: [[UInt8]] = [
            [], [0x1F], Array("{}".utf8), Self.text, packed + [0], packed + packed, Array(packed.dropLast()),
        ]
        wrong.append(Array(packed.prefix(packed.count / 2)))
        for place in [0, 1, 2, packed.count - 8, packed.count - 1] {
            var altered = packed
            altered[place] ^= 0x55
            wrong.append(altered)
        }
        for bytes in wrong {
            #expect(throws: Gzip.Fault.malformed) { try gzip.inflate(bytes, cap: Self.text.count * 2).get() }
        }
        #expect(try gzip.inflate(packed, cap: Self.text.count).get() == Self.text)
    }
}
