internal import Events
internal import OpenRTB
package import Sealing
internal import Units

/// Notice tokens: what is opened was sealed, and what was sealed is opened.
///
/// Input: a byte that chooses what is done with the others: open them as text, open them as the bytes behind the
/// text, lay them over a sealed token, seal and open them, or read them as what a token carries.
package struct TokenSubject: InputCheck {
    /// The newest key seals; the older one opens what it sealed before.
    package static let ring = KeyRing(keys: [older, newer])
    private static let older = SealingKey(id: 3, created: FuzzWorld.instant.adding(seconds: -600_000), bytes: key(1))
    private static let newer = SealingKey(id: 4, created: FuzzWorld.instant, bytes: key(2))
    private static func key(_ factor: UInt8) -> [UInt8] { (0..<64).map { UInt8($0) &* 5 &+ factor } }

    private let sealer = Sealer(ring: Self.ring)
    private let sealed: [UInt8]

    package init() { sealed = Self.seal(FuzzWorld.factBytes, by: sealer) }

    package func check(_ input: [UInt8]) {
        guard let choice = input.first else { return }
        let rest = Array(input.dropFirst())
        switch choice % 5 {
        case 0: Self.check(sealer.open(rest), of: rest)
        case 1:
            let token = Array(Base64URL.encode(rest).utf8)
            Self.check(sealer.open(token), of: token)
        case 2: checkOverlaid(rest)
        case 3: checkRoundTrip(rest)
        default: checkContents(rest)
        }
    }

    /// What was opened is sealed to the same token by the key that the token names: nothing else opens.
    package static func check(_ opened: [UInt8]?, of token: [UInt8]) {
        guard let opened else { return }
        guard let id = Base64URL.decode(token)?.first, let key = ring.key(id: id) else {
            Property.broken("a token that names no key of the ring was opened")
        }
        let again = seal(opened, by: Sealer(ring: KeyRing(keys: [key])))
        Property.holds(again == token, "a token that was never sealed was opened")
        // Whatever it carries, reading it does not trap.
        _ = Token(opened: opened)
    }

    /// A sealed token with the input laid over it by exclusive or: unchanged it opens, changed it does not.
    private func checkOverlaid(_ mask: [UInt8]) {
        var token = sealed
        for (index, byte) in mask.prefix(token.count).enumerated() { token[index] ^= byte }
        let opened = sealer.open(token)
        Property.holds(
            (opened == FuzzWorld.factBytes) == (token == sealed), "a token opens as it was sealed, or not at all")
        Self.check(opened, of: token)
    }

    private func checkRoundTrip(_ content: [UInt8]) {
        let plain = content + [UInt8](repeating: 0, count: max(0, 16 - content.count))
        let token = Self.seal(plain, by: sealer)
        let isPlainText = token.allSatisfy { byte in
            byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_")
        }
        Property.holds(isPlainText, "a token is one run of letters, digits, dashes and underscores")
        Property.holds(token.count == Sealer.tokenCount(plain.count), "a token's length is known beforehand")
        Property.holds(Self.seal(plain, by: sealer) == token, "sealing is deterministic")
        Property.holds(sealer.open(token) == plain, "what was sealed is opened")
    }

    /// What a token carries, written and read again, is the same.
    private func checkContents(_ opened: [UInt8]) {
        guard let token = Token(opened: opened) else { return }
        var facts = ByteWriter(capacity: 512)
        facts.append(Array(token.factBytes))
        var out = ByteWriter(capacity: 512)
        Token.write(token.purpose, landing: Array(token.landing.utf8), facts: facts, into: &out)
        let again = Token(opened: out.array())
        Property.holds(
            again?.purpose == token.purpose && again?.landing == token.landing && again?.facts == token.facts
                && again.map { Array($0.factBytes) } == Array(token.factBytes),
            "a token written again carries the same")
        FuzzWorld.checkFacts(token.facts)
    }

    static func seal(_ plain: [UInt8], by sealer: Sealer) -> [UInt8] {
        var out = ByteWriter(capacity: Sealer.tokenCount(plain.count))
        unsafe out.appendInPlace(Sealer.tokenCount(plain.count)) { destination in
            unsafe plain.withUnsafeBufferPointer { unsafe sealer.seal($0, into: destination) }
        }
        return out.array()
    }

    static var seeds: [[UInt8]] {
        let newest = Sealer(ring: ring)
        let before = Sealer(ring: KeyRing(keys: [older]))
        let facts = FuzzWorld.factBytes
        var exchange = ByteWriter(capacity: 512)
        exchange.append([1, 0, 0])
        exchange.append(facts)
        var browser = ByteWriter(capacity: 512)
        let landing = Array("https://acme.example/shoes".utf8)
        browser.append([2, UInt8(landing.count), 0])
        browser.append(landing)
        browser.append(facts)
        var seeds: [[UInt8]] = [[0], [2], [2, 0, 0, 0], [2, 1], [3], [4]]
        seeds.append([2] + [UInt8](repeating: 0, count: 30) + [0x40])
        for content in [exchange.array(), browser.array()] {
            for token in [seal(content, by: newest), seal(content, by: before)] {
                seeds.append([0] + token)
                seeds.append([1] + (Base64URL.decode(token) ?? []))
            }
            seeds.append([3] + content)
            seeds.append([4] + content)
        }
        return seeds
    }
}
