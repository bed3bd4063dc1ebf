import Audience
import Events
import Foundation
import Sealing
import Testing
import Units

@Suite("Visitor records under visitors' keys")
struct VisitorSealerRecordsTests {
    private let directory = FileManager.default.temporaryDirectory.appending(
        path: "vendue-records-\(UUID().uuidString)")
    private let keys: VisitorKeys
    private let sealer: VisitorSealer
    private let instant = Instant(micros: 1_793_500_000_000_000)

    init() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        keys = try VisitorKeys(path: directory.path + "/visitor.keys")
        sealer = VisitorSealer(keys: keys, directoryKey: [UInt8](repeating: 5, count: 32))
        for number in 1...2 as ClosedRange<UInt32> { try keys.make(number) }
    }

    private func records(of visitor: VisitorNumber) -> [VisitorRecord] {
        var act = VisitorAct(id: IdentityKey(high: 3, low: 4), type: "purchase-canary", instant: instant)
        act.properties = [.init("sku", .text("shoe-canary")), .init("value", .number(Micros(49_900_000)))]
        let link = Identity(.cookie, IdentityKey(high: 0x6361_6E61_7279, low: 0x6361_6E61_7279))
        return [
            .link(visitor, [link]), .act(visitor, act), .merge(from: VisitorNumber(9), into: visitor),
            .optOut(visitor, true), .erase(visitor), .household(visitor, .emptied), .members(audience: "a", file: "f"),
        ]
    }

    private func remove() { try? FileManager.default.removeItem(at: directory) }

    @Test("every kind is read back under its visitor's key")
    func roundTrip() throws {
        defer { remove() }
        for record in records(of: VisitorNumber(1)) {
            let bytes = try #require(try sealer.bytes(of: record, at: instant))
            #expect(try sealer.read(bytes[...]) == .record(instant, record))
        }
    }

    @Test("nothing of what somebody did, or is known by, stands in the open")
    func hidden() throws {
        defer { remove() }
        for record in records(of: VisitorNumber(1)).prefix(2) {
            let bytes = try #require(try sealer.bytes(of: record, at: instant))
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(!text.contains("canary") && !text.contains("yranac") && !text.contains("sku"))
        }
    }

    @Test("after the key is deleted acts and links are unreadable, the rest and other visitors' are not")
    func erased() throws {
        defer { remove() }
        let one = try records(of: VisitorNumber(1)).map { (record: $0, bytes: try sealer.bytes(of: $0, at: instant)) }
        let other = try records(of: VisitorNumber(2)).map { (record: $0, bytes: try sealer.bytes(of: $0, at: instant)) }
        try keys.delete(1)
        for (record, bytes) in one {
            let reading = try sealer.read(try #require(bytes)[...])
            #expect(reading == (record.kind.isSealed ? .unreadable(VisitorNumber(1)) : .record(instant, record)))
            if record.kind.isSealed { #expect(try sealer.bytes(of: record, at: instant) == nil) }
        }
        for (record, bytes) in other {
            #expect(try sealer.read(try #require(bytes)[...]) == .record(instant, record))
        }
    }

    @Test("one visitor's sealed record is not another's, nor of another kind or time, whatever is done to its head")
    func bound() throws {
        defer { remove() }
        for record in records(of: VisitorNumber(1)).prefix(2) {
            let bytes = try #require(try sealer.bytes(of: record, at: instant))
            for index in bytes.indices {
                for bit in 0..<8 as Range<UInt8> {
                    var changed = bytes
                    changed[index] ^= 1 << bit
                    #expect(try sealer.read(changed[...]) == nil, "bit \(bit) of byte \(index) of \(record.kind)")
                }
            }
            for count in bytes.indices { #expect(try sealer.read(bytes.prefix(count)) == nil) }
        }
    }
}
