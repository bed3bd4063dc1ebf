import Sealing
import Testing
import Units

@Suite("Price decoder")
struct PriceDecoderTests {
    /// The keys that Google publishes with its example prices.
    private static let google = PriceEncoding.google(
        encryptionKey: key("skU7Ax_NL5pPAFyKdkfZjZz2-VhIN8bjj1rVFOaJ_5o"),
        integrityKey: key("arO23ykdNqUQ5LEoQ0FVmPkBd7xB5CO89PDZlSjpFxo"))

    private static func key(_ text: String) -> [UInt8] { Base64URL.decode(text.utf8) ?? [] }

    private static let vectors =
        [
            ("YWJjMTIzZGVmNDU2Z2hpN7fhCuPemCce_6msaw", 100), ("YWJjMTIzZGVmNDU2Z2hpN7fhCuPemCAWJRxOgA", 1900),
            ("YWJjMTIzZGVmNDU2Z2hpN7fhCuPemC32prpWWw", 2700),
        ] as [(String, Int64)]

    @Test("Google's example prices are decrypted", arguments: vectors)
    func googleVectors(text: String, micros: Int64) {
        #expect(PriceDecoder.decode(text, Self.google) == .price(CPM(micros: micros)))
    }

    @Test("padding and the other alphabet make no difference to Google's prices", arguments: vectors)
    func googleSpellings(text: String, micros: Int64) {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        #expect(PriceDecoder.decode(text + "==", Self.google) == .price(CPM(micros: micros)))
        #expect(PriceDecoder.decode(plain, Self.google) == .price(CPM(micros: micros)))
    }

    @Test("no Google price with one character changed is believed, its last one included", arguments: vectors)
    func googleChanges(text: String, micros: Int64) {
        let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let value = Array(text.utf8)
        var believed: [String] = []
        for index in value.indices {
            for character in characters where character != value[index] {
                var changed = value
                changed[index] = character
                let spelling = String(decoding: changed, as: UTF8.self)
                if PriceDecoder.decode(spelling, Self.google) != .invalid { believed.append(spelling) }
            }
        }
        #expect(believed == [])
    }

    @Test("the last character of Google's price has one canonical spelling")
    func googleCanonical() {
        // x differs from w only in bits that belong to no byte.
        #expect(PriceDecoder.decode("YWJjMTIzZGVmNDU2Z2hpN7fhCuPemCce_6msax", Self.google) == .invalid)
    }

    @Test("a price of another key pair is not believed")
    func googleOtherKeys() {
        let other = PriceEncoding.google(
            encryptionKey: randomBytes(32, seed: 1), integrityKey: randomBytes(32, seed: 2))
        #expect(PriceDecoder.decode(Self.vectors[0].0, other) == .invalid)
    }

    @Test(
        "a well-sealed Google price is taken up to the greatest price",
        arguments: [(0, true), (1_000_000_000_000, true), (1_000_000_000_001, false), (.max, false), (1 << 63, false)]
            as [(UInt64, Bool)])
    func googleBounds(micros: UInt64, taken: Bool) {
        let keys = (randomBytes(32, seed: 3), randomBytes(32, seed: 4))
        let vector = randomBytes(16, seed: 5)
        let price = (0..<8).map { UInt8(truncatingIfNeeded: micros >> UInt64(56 - $0 * 8)) }
        let pad = Digest.hmacSHA1(key: keys.0, vector)
        let tag = Digest.hmacSHA1(key: keys.1, price + vector).prefix(4)
        let text = Base64URL.encode(vector + zip(price, pad).map { $0 ^ $1 } + tag)
        let outcome = PriceDecoder.decode(text, .google(encryptionKey: keys.0, integrityKey: keys.1))
        #expect(outcome == (taken ? .price(CPM(micros: Int64(micros))) : .invalid))
    }

    @Test(
        "a plain price is decimal text, what is finer than a micro cut off",
        arguments: [
            ("1.5", 1_500_000), ("0.85", 850_000), ("0", 0), ("12", 12_000_000), ("0.0000009", 0),
            ("12.3456789", 12_345_678), ("1000000", 1_000_000_000_000), ("0.850000000000000000001", 850_000),
        ] as [(String, Int64)])
    func plain(text: String, micros: Int64) {
        #expect(PriceDecoder.decode(text, .plain) == .price(CPM(micros: micros)))
    }

    @Test(
        "a price in base64 is understood padded or not, and where plain text was agreed",
        arguments: [("MS41", 1_500_000), ("MC44NQ==", 850_000), ("MC44NQ", 850_000), ("MTI=", 12_000_000)]
            as [(String, Int64)])
    func base64(text: String, micros: Int64) {
        #expect(PriceDecoder.decode(text, .base64) == .price(CPM(micros: micros)))
        #expect(PriceDecoder.decode(text, .plain) == .price(CPM(micros: micros)))
    }

    static let encodings: [PriceEncoding] = [.plain, .base64, google]

    @Test("nothing, AUDIT and the macro itself are told apart from a price", arguments: encodings)
    func others(encoding: PriceEncoding) {
        #expect(PriceDecoder.decode("", encoding) == .empty)
        #expect(PriceDecoder.decode("AUDIT", encoding) == .audit)
        #expect(PriceDecoder.decode("${AUCTION_PRICE}", encoding) == .unreplaced)
        #expect(PriceDecoder.decode("${AUCTION_PRICE:B64}", encoding) == .unreplaced)
    }

    @Test("AUDIT is understood in base64 too where that was agreed")
    func auditInBase64() {
        #expect(PriceDecoder.decode("QVVESVQ=", .base64) == .audit)
        #expect(PriceDecoder.decode("QVVESVQ", .base64) == .audit)
    }

    @Test(
        "anything else is no price",
        arguments: [
            "-1.5", "+1.5", "1,5", "1e3", "NaN", "Infinity", " 1.5", "1.5 ", "1.2345678x", "1000000.000001", "0x10",
            "1.", ".5", "price", "MC44NR==", "%24%7BAUCTION_PRICE%7D", "AUDITED", "audit", "$1.5", "💶",
            "9999999999999999999999", "YWJjMTIzZGVmNDU2Z2hpN7fhCuPemCce_6ms",
        ])
    func garbage(text: String) {
        #expect(PriceDecoder.decode(text, .plain) == .invalid)
        #expect(PriceDecoder.decode(text, .base64) == .invalid)
        #expect(PriceDecoder.decode(text, Self.google) == .invalid)
    }
}
