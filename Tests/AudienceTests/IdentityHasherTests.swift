import Audience
import Events
import Testing

@Suite("Identifiers are kept as keyed hashes")
struct IdentityHasherTests {
    private let hasher = IdentityHasher(key: [UInt8](repeating: 7, count: 32))

    @Test("an id of one advertiser, exchange or provider is nobody else's")
    func scopes() {
        let identifiers: [Identifier] = [
            .own(advertiser: "acme", id: "1"), .own(advertiser: "bolt", id: "1"), .own(advertiser: "acme1", id: ""),
            .email(sha256: "1"), .cookie("1"), .ifa("1"), .eid(source: "acme", id: "1"),
            .eid(source: "acme1", id: ""), .exchangeUser(exchange: "acme", id: "1"),
            .exchangeUser(exchange: "bolt", id: "1"),
        ]
        #expect(Set(identifiers.map(hasher.identity)).count == identifiers.count)
    }

    @Test("device ids, sources and hashed e-mails are the same in either case; other ids are not")
    func spelling() {
        #expect(hasher.identity(.ifa("AB-1")) == hasher.identity(.ifa("ab-1")))
        #expect(hasher.identity(.email(sha256: "AB")) == hasher.identity(.email(sha256: "ab")))
        #expect(hasher.identity(.eid(source: "X.com", id: "a")) == hasher.identity(.eid(source: "x.com", id: "a")))
        #expect(hasher.identity(.cookie("A")) != hasher.identity(.cookie("a")))
    }

    @Test("another key makes other hashes")
    func key() {
        let other = IdentityHasher(key: [UInt8](repeating: 8, count: 32))
        #expect(hasher.identity(.cookie("a")) != other.identity(.cookie("a")))
    }
}
