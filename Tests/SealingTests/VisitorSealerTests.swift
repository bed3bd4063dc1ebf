import Sealing
import Testing
import Units

@Suite("Visitor sealer")
struct VisitorSealerTests {
    private let directory: KeyDirectory
    private let keys: VisitorKeys
    private let sealer: VisitorSealer
    private let head = Array(0..<14 as Range<UInt8>)

    init() throws {
        directory = try KeyDirectory()
        keys = try VisitorKeys(path: directory.file)
        sealer = VisitorSealer(keys: keys, directoryKey: Array(0..<32))
        for number in 1...9 as ClosedRange<UInt32> { try keys.make(number) }
    }

    /// Key of visitor 5: 64 65 … 73 (hexadecimal); of the directory 00 … 1f. Derived by `CMAC` and sealed by `AESSIV` of
    /// Python's cryptography 48, the empty text by the steps of RFC 5297.
    @Test(
        "a payload is sealed as another implementation seals it",
        arguments: [
            (
                "",
                "76889e6e292fd4f475a9f99ff7ae155c"
            ),
            (
                "a",
                "0bcc33b2b996388b2ce00e4918ad3116e6"
            ),
            (
                "fifteen bytes!!",
                "7bdd9f1a1130f9cb86aa9962a1456ff1cec8d95c3f15bb919a7de08de23718"
            ),
            (
                "The quick brown fox jumps over the lazy dog",
                "0dde26ff423df2c5d4d5abc42f417d7727585d3ef74131306c3a959ceb24019dfab913d93236f7b0543e7cfe933de083a0ee5a55f08c027fc0c498"
            ),
        ])
    func knownAnswers(plain: String, sealed: String) throws {
        defer { directory.remove() }
        var bytes = try directory.bytes()
        for index in 0..<16 { bytes[4096 + 5 * 16 + index] = UInt8(100 + index) }
        try directory.put(bytes)
        let sealer = VisitorSealer(keys: try VisitorKeys(path: directory.file), directoryKey: Array(0..<32))
        let made = try #require(try sealer.seal(Array(plain.utf8)[...], of: 5, with: head[...]))
        #expect(hex(made) == sealed)
        #expect(try sealer.open(made[...], of: 5, with: head[...]) == .plain(Array(plain.utf8)))
    }

    @Test("what was sealed opens again, at every length, whichever visitors come between")
    func roundTrip() throws {
        defer { directory.remove() }
        var sealed: [(number: UInt32, plain: [UInt8], bytes: [UInt8])] = []
        for count in Array(0...70) + [1000, 5000, 32_768] {
            let number = UInt32(count % 9 + 1)
            let plain = randomBytes(count, seed: UInt64(count))
            let bytes = try #require(try sealer.seal(plain[...], of: number, with: head[...]))
            #expect(bytes.count == count + VisitorSealer.overheadBytes)
            #expect(try sealer.seal(plain[...], of: number, with: head[...]) == bytes)
            sealed.append((number, plain, bytes))
        }
        let fresh = VisitorSealer(keys: keys, directoryKey: Array(0..<32))
        for entry in sealed {
            for sealer in [sealer, fresh] {
                #expect(try sealer.open(entry.bytes[...], of: entry.number, with: head[...]) == .plain(entry.plain))
            }
        }
    }

    @Test("only the same visitor, head, key and bytes open it")
    func bound() throws {
        defer { directory.remove() }
        let plain = randomBytes(40, seed: 1)
        let bytes = try #require(try sealer.seal(plain[...], of: 3, with: head[...]))
        #expect(try sealer.open(bytes[...], of: 4, with: head[...]) == .damaged)
        #expect(try sealer.open(bytes[...], of: 3, with: head.dropLast()) == .damaged)
        #expect(try sealer.open(bytes[...], of: 3, with: []) == .damaged)
        let other = VisitorSealer(keys: keys, directoryKey: Array(1..<33))
        #expect(try other.open(bytes[...], of: 3, with: head[...]) == .damaged)
        for index in bytes.indices {
            for bit in 0..<8 as Range<UInt8> {
                var changed = bytes
                changed[index] ^= 1 << bit
                #expect(try sealer.open(changed[...], of: 3, with: head[...]) == .damaged)
            }
        }
        for count in bytes.indices {
            #expect(try sealer.open(bytes.prefix(count), of: 3, with: head[...]) == .damaged)
            #expect(try sealer.open(bytes.suffix(count), of: 3, with: head[...]) == .damaged)
        }
        for index in head.indices {
            var changed = head
            changed[index] ^= 1
            #expect(try sealer.open(bytes[...], of: 3, with: changed[...]) == .damaged)
        }
    }

    @Test("once the key is deleted nothing opens or is sealed, by this sealer too, which used it last")
    func deleted() throws {
        defer { directory.remove() }
        let bytes = try #require(try sealer.seal([1, 2, 3], of: 3, with: head[...]))
        let other = try #require(try sealer.seal([1, 2, 3], of: 4, with: head[...]))
        #expect(try sealer.open(bytes[...], of: 3, with: head[...]) == .plain([1, 2, 3]))
        try keys.delete(3)
        #expect(try sealer.open(bytes[...], of: 3, with: head[...]) == .keyDeleted)
        #expect(try sealer.open([], of: 3, with: head[...]) == .keyDeleted)
        #expect(try sealer.seal([1, 2, 3], of: 3, with: head[...]) == nil)
        #expect(try sealer.open(other[...], of: 4, with: head[...]) == .plain([1, 2, 3]))
    }

    @Test("a key that was never made is damage and not an erasure: the file may be lost or too old")
    func neverMade() throws {
        defer { directory.remove() }
        #expect(try sealer.seal([1], of: 77, with: head[...]) == nil)
        #expect(try sealer.open(randomBytes(40, seed: 2)[...], of: 77, with: head[...]) == .damaged)
    }

    @Test("another key for the same visitor opens nothing of the first")
    func freshKey() throws {
        defer { directory.remove() }
        let bytes = try #require(try sealer.seal([1, 2, 3], of: 3, with: head[...]))
        try keys.make(3)
        #expect(try sealer.open(bytes[...], of: 3, with: head[...]) == .damaged)
        #expect(try sealer.seal([1, 2, 3], of: 3, with: head[...]) != bytes)
    }
}
