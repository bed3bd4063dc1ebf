import Testing

@testable import Audience

@Suite("Symbols of names")
struct SymbolTests {
    /// The example that the hash's authors give: bytes 0 to 14 under a key of bytes 0 to 15.
    @Test("the hash is SipHash-2-4")
    func reference() {
        let text = String(decoding: (0..<15).map { UInt8($0) }, as: UTF8.self)
        #expect(SymbolKey(0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908).hash(text) == 0xA129_CA61_49BE_45E5)
    }

    @Test("names that collide in 32 bits of a hash without a key, as anybody can find them, have symbols of their own")
    func collisions() throws {
        var names: [UInt64: String] = [:]
        var pairs: [(String, String)] = []
        for number in 0..<400_000 where pairs.count < 3 {
            let name = "acme\u{1F}t\(number)"
            if let other = names.updateValue(name, forKey: TextHash.hash(name) >> 32) { pairs.append((name, other)) }
        }
        let key = SymbolKey(identityKey: KeeperWorld.key)
        #expect(pairs.count == 3)
        for (name, other) in pairs { #expect(key.symbol(name) != key.symbol(other)) }
    }

    @Test("another installation's key gives other symbols, and only traits are the traits")
    func keys() {
        let (key, other) = (SymbolKey(identityKey: KeeperWorld.key), SymbolKey(identityKey: KeeperWorld.key.reversed()))
        for name in ["view", "acme\u{1F}view", "", "Traits"] {
            #expect(key.symbol(name) != other.symbol(name))
            #expect(key.symbol(name) != .traits)
        }
        #expect(key.symbol("traits") == .traits)
    }
}
