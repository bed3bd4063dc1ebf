import Sealing
import Testing
import Units

@Suite("Key ring")
struct KeyRingTests {
    private static let day: Int64 = 86_400

    private func rotated(_ ring: KeyRing, atDay day: Int64, seconds: Int64 = 0) -> (ring: KeyRing, changed: Bool) {
        var ring = ring
        let now = Instant(seconds: day * Self.day + seconds)
        let changed = ring.rotate(at: now) { randomBytes(64, seed: UInt64(bitPattern: day)) }
        return (ring, changed)
    }

    @Test("an empty ring gets its first key")
    func first() {
        let (ring, changed) = rotated(KeyRing(keys: []), atDay: 1)
        #expect(changed)
        #expect(ring.keys.map(\.id) == [1])
        #expect(ring.current?.created == Instant(seconds: Self.day))
        #expect(KeyRing(keys: []).current == nil)
    }

    @Test("a key seals for a week, to the second")
    func week() {
        let ring = rotated(KeyRing(keys: []), atDay: 0).ring
        #expect(rotated(ring, atDay: 7, seconds: -1) == (ring, false))
        let (later, changed) = rotated(ring, atDay: 7)
        #expect(changed)
        #expect(later.current?.id == 2)
        #expect(later.key(id: 1) == ring.current)
    }

    @Test("a key opens for thirty days after it stopped sealing, then it is dropped")
    func month() {
        var ring = rotated(KeyRing(keys: []), atDay: 0).ring
        for day in 1...37 as ClosedRange<Int64> { ring = rotated(ring, atDay: day).ring }
        #expect(ring.key(id: 1) != nil)
        ring = rotated(ring, atDay: 37, seconds: 1).ring
        #expect(ring.key(id: 1) == nil)
        #expect(ring.key(id: 2) != nil)
    }

    @Test("years without rotation leave the new key alone in the ring; a clock that jumped back changes nothing")
    func jumps() {
        let ring = rotated(KeyRing(keys: []), atDay: 1000).ring
        #expect(rotated(ring, atDay: 5000).ring.keys.map(\.id) == [2])
        #expect(rotated(ring, atDay: 10) == (ring, false))
    }

    @Test("ids follow each other, around the end of a byte too")
    func ids() {
        let ring = rotated(KeyRing(keys: [.test(id: 255)]), atDay: 8).ring
        #expect(ring.current?.id == 0)
    }

    @Test("the order in which keys are given does not matter: the newest seals")
    func order() {
        let ring = KeyRing(keys: [.test(id: 2, created: 20), .test(id: 3, created: 30), .test(id: 1, created: 10)])
        #expect(ring.keys.map(\.id) == [1, 2, 3])
        #expect(ring.current?.id == 3)
        #expect(ring.key(id: 9) == nil)
    }

    @Test("what was written is read back")
    func text() {
        let ring = KeyRing(keys: [.test(id: 0, seed: 1, created: -5), .test(id: 255, seed: 2, created: 1_700_000_000)])
        #expect(KeyRing(text: ring.text) == ring)
        #expect(KeyRing(text: "") == KeyRing(keys: []))
    }

    private static let hexDigits = String(repeating: "0f", count: 64)

    @Test(
        "a line that was not written by the ring is refused",
        arguments: [
            "1 2", "1 2 \(hexDigits) 3", "256 2 \(hexDigits)", "-1 2 \(hexDigits)", "x 2 \(hexDigits)",
            "1 x \(hexDigits)", "1 2 \(hexDigits.dropLast())", "1 2 \(hexDigits)0", "1 2 \(hexDigits.dropLast())g",
            "1 2 +\(hexDigits.dropLast())", "1 2 \(hexDigits.dropLast(2)) f", "# comment",
        ])
    func malformed(line: String) {
        #expect(KeyRing(text: line + "\n") == nil)
        #expect(KeyRing(text: "9 9 \(Self.hexDigits)\n" + line + "\n") == nil)
    }
}
