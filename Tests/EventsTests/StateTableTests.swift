import Events
import Testing
import Units

@Suite("State as tables")
struct StateTableTests {
    private func bytes(_ tables: [StateTable]) -> [UInt8] {
        var out: [UInt8] = []
        for table in tables { table.write(to: &out) }
        return out
    }

    private func random(_ seed: UInt64) -> [StateTable] {
        var random = SplitMix64(seed: seed)
        return (0..<Int.random(in: 0...4, using: &random)).map { number in
            let columns = (0..<Int.random(in: 0...4, using: &random)).map { "column \($0) of ü" }
            var table = StateTable("table \(number)", columns: columns)
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                let row = columns.map { _ in
                    [Int64.min, .max, 0, -1, Int64.random(in: -200...200, using: &random)]
                        .randomElement(using: &random) ?? 0
                }
                let text = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                table.append(row, text: text)
            }
            return table
        }
    }

    @Test("what was written is read", arguments: 0..<200)
    func roundTrip(seed: UInt64) {
        let tables = random(seed)
        #expect(StateTable.read(bytes(tables)[...]) == tables)
    }

    @Test("columns are found by their names")
    func names() {
        let table = StateTable("one", ["here": 5, "there": -6])
        #expect(table[0, "there"] == -6)
        #expect(table[0, "elsewhere"] == nil)
        #expect(table.column("here") == 0)
    }

    @Test("what repeats or counts takes a byte a number")
    func short() {
        var table = StateTable("t", columns: ["count", "same"])
        for row in 0..<1000 { table.append([1_788_220_800_000_000 + Int64(row), -7_000_000]) }
        #expect(bytes([table]).count < 3 * 1000 + 60)
    }

    @Test("bytes that were cut off are refused, and bent ones never trap", arguments: 0..<20)
    func damage(seed: UInt64) {
        let sound = bytes(random(seed) + [StateTable("last", ["a": 1, "b": .min])])
        for count in 0..<sound.count {
            let read = StateTable.read(sound.prefix(count))
            #expect(read == nil || bytes(read ?? []) == Array(sound.prefix(count)))
        }
        var random = SplitMix64(seed: seed)
        for _ in 0..<300 {
            var bent = sound
            bent[Int.random(in: 0..<bent.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            _ = StateTable.read(bent[...])
        }
    }

    @Test("a count that the bytes cannot hold takes no memory")
    func hugeCount() {
        // Name "a", no columns, 2^63 - 1 rows.
        #expect(StateTable.read([1, 97, 0] + [UInt8](repeating: 0xFF, count: 8) + [0x7F]) == nil)
    }
}
