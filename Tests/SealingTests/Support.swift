import Sealing
import Units

extension Sealer {
    /// The token of some bytes as a string.
    func seal(_ plain: [UInt8]) -> String {
        let capacity = Sealer.tokenCount(plain.count)
        let text = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { room, count in
            guard let start = room.baseAddress else { return }
            count = unsafe plain.withUnsafeBufferPointer { unsafe self.seal($0, into: start) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension SealingKey {
    /// A key whose bytes follow from a seed.
    static func test(id: UInt8, seed: UInt64 = 1, created: Int64 = 0) -> SealingKey {
        SealingKey(id: id, created: Instant(seconds: created), bytes: randomBytes(64, seed: seed))
    }
}

func randomBytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}
