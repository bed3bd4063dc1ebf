import Testing
import Units

@Suite("CRC-32C")
struct CRC32CTests {
    @Test(
        "the answers of RFC 3720 come out",
        arguments: [
            ([], 0), (Array("123456789".utf8), 0xE306_9283), ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43), (Array(0...31), 0x46DD_794E),
            (Array((0...31).reversed()), 0x113F_DB5C), (Array("a".utf8), 0xC1D0_4330),
        ] as [([UInt8], UInt32)])
    func known(bytes: [UInt8], sum: UInt32) {
        #expect(CRC32C.sum(bytes) == sum)
    }

    @Test("the sum of two parts in turn is the sum of the whole, wherever it is parted", arguments: 0...40)
    func parts(count: Int) {
        let bytes = (0..<40).map { UInt8(truncatingIfNeeded: $0 * 37) }
        let first = CRC32C.sum(Array(bytes[..<count]))
        #expect(CRC32C.sum(Array(bytes[count...]), seed: first) == CRC32C.sum(bytes))
    }

    @Test("eight bytes a step give what one bit a step gives", arguments: 0..<64)
    func slow(count: Int) {
        var random = SplitMix64(seed: UInt64(count))
        let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        }
        #expect(CRC32C.sum(bytes) == ~crc)
    }

    @Test("every single flipped bit changes the sum")
    func flips() {
        let bytes = [UInt8](repeating: 0x5A, count: 64)
        let sum = CRC32C.sum(bytes)
        for bit in 0..<512 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(CRC32C.sum(changed) != sum)
        }
    }
}
