import EventLog
import Events
import OpenRTB
import Testing
import Units

@Suite("Sealed segments")
struct SealTests {
    /// The bytes of a segment of format 1, as its writer made them: a header and frames, nothing else.
    private func older(first: UInt64, _ numbers: ClosedRange<Int>) -> [UInt8] {
        var header = Segment.header(first: first, created: Instant(micros: 7))
        header[8] = 1
        let sum = CRC32C.sum(Array(header[0..<12]) + Array(header[16..<32]))
        for index in 0..<4 { header[12 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(index * 8)) }
        var out = ByteWriter(capacity: 1024)
        out.append(header)
        for number in numbers {
            let payload = record(number)
            let sequence = first + UInt64(number - numbers.lowerBound)
            let bytes = (0..<8).map { UInt8(truncatingIfNeeded: sequence >> UInt64($0 * 8)) } + payload
            out.appendFixed(UInt32(payload.count))
            out.appendFixed(CRC32C.sum(bytes))
            out.append(payload)
        }
        return out.array()
    }

    /// Where a segment's damage is found; nil where it is sound or torn.
    private func damage(_ storage: FaultyStorage) -> LogError? {
        do throws(LogError) {
            _ = try LogReader(storage).walk { (_, _) throws(LogError) in }
            return nil
        } catch {
            return error
        }
    }

    @Test("every segment but the last is sealed, and says so")
    func sealed() throws {
        let storage = try storage(with: 6, segmentBytesMax: 250)
        let summary = try LogReader(storage).walk { (_, _) throws(LogError) in }
        #expect(summary.segments > 2)
        #expect(summary.sealed == summary.segments - 1)
        #expect(summary.records == 6)
        #expect(summary.gaps == [])
    }

    @Test("a sealed segment that ends anywhere before its seal is damaged there, zeros or none behind it")
    func lostTail() throws {
        let whole = try storage(with: 6, segmentBytesMax: 250)
        let name = whole.sortedNames[1]
        let bytes = whole.files[name] ?? []
        for count in 0..<bytes.count {
            for zeros in [0, bytes.count - count] {
                let storage = whole.copy()
                let left = Array(bytes.prefix(count)) + [UInt8](repeating: 0, count: zeros)
                storage.put(name, left)
                // What was cut may have been zeros.
                guard let change = bytes.indices.first(where: { $0 >= left.count || left[$0] != bytes[$0] }) else {
                    continue
                }
                guard case .damaged(let file, let offset, _)? = damage(storage) else {
                    Issue.record("cut at \(count), and nobody noticed")
                    continue
                }
                #expect(file == name)
                #expect(offset <= change)
            }
        }
    }

    @Test("a record that was taken out of a sealed segment is missed though every other is in its place")
    func exchangedRecord() throws {
        let storage = FaultyStorage()
        var log: EventLog? = try openLog(storage, segmentBytesMax: 1).log
        _ = log?.append(record(1))
        log?.turn()
        _ = log?.append(record(2))
        log?.turn()
        log = nil
        let first = Segment.name(first: 1)
        // The same place with another sound record of the same length.
        var other = ByteWriter(capacity: 256)
        Segment.appendFrame(sequence: 1, to: &other) { $0.append(record(7)) }
        var bytes = storage.files[first] ?? []
        let start = Segment.headerBytes + 32
        bytes.replaceSubrange(start..<start + other.count, with: other.array())
        storage.put(first, bytes)
        #expect(
            damage(storage)
                == .damaged(
                    file: first, offset: start + other.count,
                    why: "a sound mark that is not true of the records before it"))
    }

    @Test("an altered record of a group that others follow is damage, not a torn end, in the last segment too")
    func damageInLast() throws {
        let whole = try storage(with: 3)
        let name = whole.sortedNames[0]
        let bytes = whole.files[name] ?? []
        let soundTwo = try storage(with: 2).files[name]?.count ?? 0
        for index in Segment.headerBytes..<soundTwo {
            var changed = bytes
            changed[index] ^= 0x20
            let storage = FaultyStorage()
            storage.put(name, changed)
            guard case .damaged(name, let offset, _)? = damage(storage) else {
                Issue.record("byte \(index) was changed, and nobody noticed")
                continue
            }
            #expect(offset <= index, "byte \(index)")
        }
    }

    @Test("a segment that is full when the service stops is sealed and followed by the next start's")
    func sealedAtStart() throws {
        let storage = try storage(with: 1)
        let name = storage.sortedNames[0]
        let (log, _) = try openLog(storage, segmentBytesMax: 1)
        _ = log.append(record(2))
        // Cut off behind the seal, before the next segment was made.
        storage.fail { $0.creates = 1 }
        log.turn()
        #expect(log.failure != nil)
        #expect(storage.sortedNames == [name])
        let (again, replayed) = try openLog(storage)
        #expect(replayed == Entry.counting(1...1))
        #expect(again.recovery.sealed == 1)
        _ = again.append(record(2))
        again.turn()
        #expect(storage.sortedNames == [name, Segment.name(first: 2)])
        #expect(try entries(storage) == Entry.counting(1...2))
    }

    @Test("a log of format 1 is read, and gone on with in a segment of its own")
    func format1() throws {
        let storage = FaultyStorage()
        storage.put(Segment.name(first: 1), older(first: 1, 1...3))
        storage.put(Segment.name(first: 4), older(first: 4, 4...5))
        let (log, replayed) = try openLog(storage)
        #expect(replayed == Entry.counting(1...5))
        #expect(log.recovery.last?.format == 1)
        _ = log.append(record(6))
        log.turn()
        #expect(storage.sortedNames == [1, 4, 6].map { Segment.name(first: $0) })
        #expect(storage.files[Segment.name(first: 4)] == older(first: 4, 4...5))
        #expect(try entries(storage) == Entry.counting(1...6))
        #expect(try openLog(storage).log.recovery.last?.format == Segment.format)
    }

    @Test("a torn end of format 1 is cut, and its damage in the middle still refused")
    func format1Torn() throws {
        let storage = FaultyStorage()
        let bytes = older(first: 1, 1...3)
        storage.put(Segment.name(first: 1), bytes.dropLast())
        let (log, replayed) = try openLog(storage)
        #expect(replayed == Entry.counting(1...2))
        _ = log.append(record(3))
        log.turn()
        #expect(try entries(storage) == Entry.counting(1...3))
        let other = FaultyStorage()
        other.put(Segment.name(first: 1), bytes.dropLast())
        other.put(Segment.name(first: 4), older(first: 4, 4...5))
        #expect(throws: LogError.self) { try openLog(other) }
    }
}
