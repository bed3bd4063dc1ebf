import EventLog
import Events
import OpenRTB
import Testing
import Units

@Suite("Recovery")
struct RecoveryTests {
    /// Sizes of the first `count` records' frames, header included.
    private func bytes(of count: Int) throws -> Int {
        try storage(with: count).files.values.first?.count ?? 0
    }

    /// Whether these bytes were found to be an interrupted write, but for the zeros at their end.
    private func isTorn(_ found: LogReader.Summary, _ bytes: ArraySlice<UInt8>) -> Bool {
        found.tornBytes == (bytes.lastIndex { $0 != 0 }.map { $0 + 1 - bytes.startIndex } ?? 0)
    }

    @Test("a last record torn at any byte is cut and said, and the next one takes its place")
    func torn() throws {
        let whole = try storage(with: 3)
        let name = whole.sortedNames[0]
        let all = whole.files[name] ?? []
        let sound = try bytes(of: 2)
        for count in sound..<all.count {
            let storage = FaultyStorage()
            storage.put(name, Array(all.prefix(count)))
            let (log, replayed) = try openLog(storage)
            #expect(replayed == Entry.counting(1...2), "\(count) bytes")
            #expect(isTorn(log.recovery, all.prefix(count).dropFirst(sound)), "\(count) bytes")
            #expect(log.recovery.next == 3, "\(count) bytes")
            log.start()
            #expect(log.append(record(30)) == 3)
            log.stop()
            #expect(
                try entries(storage) == Entry.counting(1...2) + [Entry(sequence: 3, number: 30)], "\(count) bytes")
        }
    }

    @Test("a last record with any bit flipped is cut and said")
    func flippedTail() throws {
        let whole = try storage(with: 3)
        let name = whole.sortedNames[0]
        let all = whole.files[name] ?? []
        let sound = try bytes(of: 2)
        for index in sound..<all.count {
            var changed = all
            changed[index] ^= 1 << UInt8(index % 8)
            let storage = FaultyStorage()
            storage.put(name, changed)
            let (log, replayed) = try openLog(storage)
            #expect(replayed == Entry.counting(1...2), "byte \(index)")
            #expect(isTorn(log.recovery, changed.dropFirst(sound)), "byte \(index)")
        }
    }

    @Test("zeros behind the last record were written ahead, and are no interrupted write")
    func zeros() throws {
        let storage = try storage(with: 2)
        let name = storage.sortedNames[0]
        storage.put(name, (storage.files[name] ?? []) + [UInt8](repeating: 0, count: 4096))
        let (log, replayed) = try openLog(storage)
        #expect(replayed == Entry.counting(1...2))
        #expect(log.recovery.tornBytes == 0)
        log.start()
        #expect(log.append(record(3)) == 3)
        log.stop()
        #expect(try entries(storage) == Entry.counting(1...3))
    }

    @Test("a segment whose header was not written whole is begun anew", arguments: [0, 1, 16, 31])
    func tornHeader(count: Int) throws {
        let storage = try storage(with: 3, segmentBytesMax: 1)
        storage.put(Segment.name(first: 3), Array((storage.files[Segment.name(first: 3)] ?? []).prefix(count)))
        let (log, replayed) = try openLog(storage, segmentBytesMax: 1 << 20)
        #expect(replayed == Entry.counting(1...2))
        #expect(log.recovery.next == 3)
        #expect(log.recovery.tornBytes == count)
        log.start()
        #expect(log.append(record(3)) == 3)
        log.stop()
        #expect(try entries(storage) == Entry.counting(1...3))
    }

    @Test("any flipped byte in an earlier segment is damage, named with its file")
    func damagedEarlier() throws {
        let whole = try storage(with: 3, segmentBytesMax: 1)
        let name = whole.sortedNames[1]
        let bytes = whole.files[name] ?? []
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x10
            let storage = whole.copy()
            storage.put(name, changed)
            do throws(LogError) {
                _ = try openLog(storage)
                Issue.record("byte \(index) was changed, and nobody noticed")
            } catch {
                guard case .damaged(let file, _, _) = error else {
                    Issue.record("byte \(index): \(error)")
                    continue
                }
                #expect(file == name, "byte \(index)")
            }
        }
    }

    @Test("an earlier segment cut short is damage: only the last one may be torn")
    func cutEarlier() throws {
        let storage = try storage(with: 3, segmentBytesMax: 1)
        let name = storage.sortedNames[1]
        storage.put(name, (storage.files[name] ?? []).dropLast())
        #expect(throws: LogError.self) { try openLog(storage) }
    }

    @Test("a missing segment is damage, in the middle and at the start", arguments: [1, 3] as [UInt64])
    func missing(first: UInt64) throws {
        let storage = try storage(with: 4, segmentBytesMax: 1)
        storage.remove(Segment.name(first: first))
        #expect(throws: LogError.self) { try openLog(storage) }
        let copy = storage.copy()
        copy.remove(Segment.name(first: 4))
        // With nothing behind it nobody can tell that the third is missing.
        if first == 1 { #expect(throws: LogError.self) { try openLog(copy) } }
    }

    @Test("a sound record that is no event is damage, not a torn end")
    func noEvent() throws {
        let storage = FaultyStorage()
        var out = ByteWriter()
        out.append(Segment.header(first: 1, created: Instant(micros: 0)))
        Segment.appendFrame(sequence: 1, to: &out) { $0.append("no event") }
        storage.put(Segment.name(first: 1), out.array())
        let name = Segment.name(first: 1)
        #expect(throws: LogError.damaged(file: name, offset: 40, why: "a sound record that is no event")) {
            try openLog(storage)
        }
    }

    @Test("a log of a newer version is not opened, and not changed")
    func newerVersion() throws {
        let storage = FaultyStorage()
        var header = Segment.header(first: 1, created: Instant(micros: 0))
        header[8] = 9
        let sum = CRC32C.sum(Array(header[0..<12]) + Array(header[16..<32]))
        for index in 0..<4 { header[12 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(index * 8)) }
        storage.put(Segment.name(first: 1), header)
        #expect(throws: LogError.unknownVersion(file: Segment.name(first: 1), version: 9)) { try openLog(storage) }
        #expect(storage.files[Segment.name(first: 1)] == header)
    }

    @Test("a log that cannot be read or reopened is not opened")
    func unreadable() throws {
        let one = try storage(with: 1)
        one.fail { $0.reads = 1 }
        #expect(throws: LogError.io(call: "read", path: Segment.name(first: 1), errno: 5)) { try openLog(one) }
        let other = try storage(with: 1)
        other.fail { $0.reopens = 1 }
        #expect(throws: LogError.io(call: "open", path: Segment.name(first: 1), errno: 13)) { try openLog(other) }
    }

    @Test(
        "whatever a power cut leaves of unsynced bytes, no acknowledged record is lost",
        arguments: 1...20 as ClosedRange<UInt64>)
    func powerCuts(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var storage = FaultyStorage()
        var acknowledged: [Entry] = []
        for round in 0..<4 {
            let (log, replayed) = try openLog(storage, segmentBytesMax: 500)
            #expect(Array(replayed.prefix(acknowledged.count)) == acknowledged, "seed \(seed), round \(round)")
            acknowledged = replayed
            log.start()
            for _ in 0..<Int(random.next() % 8) {
                let number = Int(random.next() % 1000)
                guard let sequence = log.append(record(number, padding: Int(random.next() % 200))) else { continue }
                log.flush()
                if log.durableSequence >= sequence { acknowledged.append(Entry(sequence: sequence, number: number)) }
            }
            // The last group is written, its sync fails, then the power goes.
            storage.fail { $0.syncs = 1 }
            _ = log.append(record(1001))
            log.flush()
            let left = storage.afterPowerCut { Int(random.next() % UInt64($0 + 1)) }
            log.stop()
            storage = left
        }
        #expect(Array(try entries(storage).prefix(acknowledged.count)) == acknowledged, "seed \(seed)")
    }
}
