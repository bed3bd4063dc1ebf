import Sealing
import Testing
import Units

@Suite("Sealer")
struct SealerTests {
    private let ring = KeyRing(keys: [.test(id: 7)])
    private let message = Array("The quick brown fox jumps over the lazy dog".utf8)

    /// Key 00 01 … 3f with id 7; tokens computed with `AESSIV` of Python's cryptography 48, no associated data.
    @Test(
        "a token is what another implementation of RFC 5297 makes of it",
        arguments: [
            ("0123456789abcdef", "B98QGgxfjrkKD-mJGtqvFqjE3wIIDn-hYD64JqRT8b9j"),
            (
                "The quick brown fox jumps over the lazy dog",
                "BxUqMIWE1-KKcAsMoerUclDoLHeP-A_LeFLweXl9CLsOmEFyw7kJNcRNq--KEDq36iscct8KyS-dtvM0"
            ),
        ])
    func knownAnswers(plain: String, token: String) {
        let key = SealingKey(id: 7, created: Instant(micros: 0), bytes: Array(0..<64))
        let sealer = Sealer(ring: KeyRing(keys: [key]))
        #expect(sealer.seal(Array(plain.utf8)) == token)
        #expect(sealer.open(token.utf8) == Array(plain.utf8))
    }

    @Test("a long token is what another implementation makes of it")
    func knownLongAnswer() {
        let key = SealingKey(id: 7, created: Instant(micros: 0), bytes: Array(0..<64))
        let plain = [[UInt8]](repeating: Array(0...255), count: 4).flatMap { $0 }
        let token = Sealer(ring: KeyRing(keys: [key])).seal(plain)
        #expect(
            hex(Digest.sha256(Array(token.utf8))) == "2634fe42499242688cb8991cfa42e457427a8abab5dd3a8c0a402bdf9e9c4fe1")
    }

    @Test("the same bytes give the same token")
    func deterministic() {
        let sealer = Sealer(ring: ring)
        let once = sealer.seal(message)
        #expect(sealer.seal(message) == once)
        #expect(Sealer(ring: ring).seal(message) == once)
        #expect(once.utf8.count == Sealer.tokenCount(message.count))
    }

    @Test("a sealer that sealed before seals as a fresh one does: its ciphers keep nothing of a message")
    func reuse() {
        let used = Sealer(ring: ring)
        var random = SplitMix64(seed: 5)
        for round in 0..<300 {
            // Around multiples of the block size, and beyond the first scratch buffer.
            let count = round < 100 ? 16 + round : 16 + Int(random.next() % 5000)
            let plain = randomBytes(count, seed: UInt64(round))
            let token = used.seal(plain)
            let fresh = Sealer(ring: ring)
            #expect(token == fresh.seal(plain), "\(count) bytes in round \(round)")
            #expect(fresh.open(token.utf8) == plain, "\(count) bytes in round \(round)")
        }
    }

    @Test("opening in between, also of what does not open, does not disturb sealing")
    func openingBetween() {
        let sealer = Sealer(ring: ring)
        let once = sealer.seal(message)
        #expect(sealer.open(once.utf8) == message)
        #expect(sealer.open(once.dropLast().utf8) == nil)
        #expect(sealer.seal(message) == once)
    }

    @Test("no token with one character changed opens")
    func changes() {
        let sealer = Sealer(ring: KeyRing(keys: [.test(id: 6, seed: 9, created: -1), .test(id: 7)]))
        let token = Array(sealer.seal(message).utf8)
        let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. ".utf8)
        var opened: [String] = []
        for index in token.indices {
            for character in characters where character != token[index] {
                var changed = token
                changed[index] = character
                if sealer.open(changed) != nil { opened.append(String(decoding: changed, as: UTF8.self)) }
            }
        }
        #expect(opened == [])
    }

    @Test("no part of a token opens, nor a token with something before or behind it")
    func cuts() {
        let sealer = Sealer(ring: ring)
        let token = sealer.seal(message)
        for count in 0..<token.count {
            #expect(sealer.open(token.prefix(count).utf8) == nil)
            #expect(sealer.open(token.suffix(count).utf8) == nil)
        }
        for extra in ["A", "AA", "AAA", "AAAA", "=", " "] {
            #expect(sealer.open((token + extra).utf8) == nil)
            #expect(sealer.open((extra + token).utf8) == nil)
        }
    }

    @Test("the newest key seals, and tokens of the older ones still open")
    func rotation() {
        let old = SealingKey.test(id: 1, seed: 1, created: 0)
        let new = SealingKey.test(id: 2, seed: 2, created: 100)
        let oldToken = Sealer(ring: KeyRing(keys: [old])).seal(message)
        let both = Sealer(ring: KeyRing(keys: [new, old]))
        #expect(both.open(oldToken.utf8) == message)
        #expect(both.seal(message) == Sealer(ring: KeyRing(keys: [new])).seal(message))
        #expect(Base64URL.decode(both.seal(message).utf8)?.first == 2)
    }

    @Test("a token of a key that the ring does not hold stays shut")
    func unknownKey() {
        let token = Sealer(ring: KeyRing(keys: [.test(id: 1, seed: 1)])).seal(message)
        #expect(Sealer(ring: KeyRing(keys: [.test(id: 2, seed: 1)])).open(token.utf8) == nil)
    }

    @Test("a token of another key with the same id stays shut")
    func otherKeySameID() {
        let token = Sealer(ring: KeyRing(keys: [.test(id: 1, seed: 1)])).seal(message)
        #expect(Sealer(ring: KeyRing(keys: [.test(id: 1, seed: 2)])).open(token.utf8) == nil)
    }

    @Test("random text never opens and never traps", arguments: 1...3 as ClosedRange<UInt64>)
    func garbage(seed: UInt64) {
        let sealer = Sealer(
            ring: KeyRing(keys: (0...255 as ClosedRange<UInt8>).map { .test(id: $0, created: Int64($0)) }))
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            let text = Base64URL.encode(randomBytes(Int(random.next() % 100), seed: random.next()))
            #expect(sealer.open(text.utf8) == nil)
        }
    }
}
