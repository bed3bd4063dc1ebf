internal import EventLog
package import Events
internal import OpenRTB
internal import Units

/// Records of the log, and segments made of them.
///
/// Input: a byte that chooses: the others are one event; or one visitor record, its payload unsealed; or bytes behind a header; or a byte that says how many sound
/// records come first, and then what stands behind them; or a place and a bit to flip in a sound segment.
package struct LogRecordSubject: InputCheck {
    private static let name = Segment.name(first: 1)

    package init() {}

    package func check(_ input: [UInt8]) {
        guard let choice = input.first else { return }
        let rest = Array(input.dropFirst())
        switch choice % 5 {
        case 0: checkRecord(rest)
        case 4: checkVisitorRecord(rest)
        case 1: checkSegment(sound: 0, tail: rest)
        case 2: checkSegment(sound: Int(rest.first ?? 0) % 9, tail: Array(rest.dropFirst()))
        default: checkFlipped(rest)
        }
    }

    // MARK: One record

    private func checkRecord(_ bytes: [UInt8]) {
        guard let event = EventCoder.read(bytes[...]) else { return }
        let factCount = Int(bytes[10]) | Int(bytes[11]) << 8
        Self.check(event, factBytes: bytes[12..<12 + factCount])
        FuzzWorld.checkFacts(event.facts)
        checkBooking(bytes, of: event)
    }

    /// What the ledger reads of an event without its texts is what the event says.
    private func checkBooking(_ bytes: [UInt8], of event: Event) {
        guard let booking = Booking(bytes[...]) else { Property.broken("an event has no booking") }
        let facts = event.facts
        Property.holds(
            booking.kind == event.kind && booking.instant == event.instant && booking.bidID == facts.bidID
                && booking.bidInstant == facts.instant && booking.isTest == facts.isTest
                && booking.reserved == facts.reserved && booking.budgetCurrency == facts.budgetCurrency,
            "a booking has the event's facts")
        Property.holds(
            booking.settled == event.settled && booking.released == event.released
                && booking.isUnlogged == event.isUnlogged, "a booking has the event's amounts")
        let names = booking.parties.map { [$0.exchange, $0.advertiser, $0.strategy] }
        Property.holds(names == [facts.exchange, facts.advertiser, facts.strategy], "a booking has the event's names")
    }

    /// An event that is written again is the same one, and from then on its bytes stay.
    private static func check(_ event: Event, factBytes: ArraySlice<UInt8>) {
        let written = write(event, factBytes)
        guard let again = EventCoder.read(written[...]) else { Property.broken("an event that was written is none") }
        check(again, isRewritten: event)
        Property.holds(write(again, factBytes) == written, "an event's bytes stay when they are written again")
    }

    /// Equal but for label and order, of which the log keeps 256 bytes.
    package static func check(_ again: Event, isRewritten event: Event) {
        var restored = again
        restored.label = event.label
        restored.order = event.order
        Property.holds(restored == event, "an event is the same after it was written and read")
        for (kept, given) in [(again.label, event.label), (again.order, event.order)] {
            let isKept =
                Array(given.utf8).starts(with: kept.utf8) && (kept == given || given.utf8.count > Limits.idBytesMax)
            Property.holds(isKept && kept.utf8.count <= Limits.idBytesMax, "of a text the log keeps its beginning")
        }
        Property.holds(again.id == event.id, "an event's id is the same in the log")
    }

    private static func write(_ event: Event, _ factBytes: ArraySlice<UInt8>) -> [UInt8] {
        var out = ByteWriter(capacity: 512)
        EventCoder.write(event, factBytes: factBytes, into: &out)
        return out.array()
    }

    /// What can be read of a visitor's record can be written and is the same then; its head tells the same.
    private func checkVisitorRecord(_ bytes: [UInt8]) {
        let reading = VisitorRecordCoder.read(bytes[...]) { .plain(Array($2)) }
        guard case .record(let instant, let record)? = reading else {
            Property.holds(reading == nil, "where nothing is sealed nothing is unreadable")
            return
        }
        guard case .visitor(let head, _)? = LogRecord(bytes[...]) else {
            Property.broken("a visitor's record is none of the log's")
        }
        Property.holds(
            head.kind == record.kind && head.visitor == record.visitor && head.instant == instant,
            "a head says what the record is")
        let written = VisitorRecordCoder.write(record, at: instant) { Array($2) }
        guard let written else { Property.broken("a record that was read is beyond the limits") }
        let again = VisitorRecordCoder.read(written[...]) { .plain(Array($2)) }
        Property.holds(again == reading, "a visitor's record is the same after it was written and read")
    }

    // MARK: A segment

    /// Where each frame of a segment ends, the header first.
    private struct Sound {
        var bytes: [UInt8]
        var ends: [Int]
    }

    /// A header and so many sound records, each of its own length.
    private static func sound(_ count: Int) -> Sound {
        var out = ByteWriter(capacity: 4096)
        out.append(Segment.header(first: 1, created: FuzzWorld.instant))
        var ends = [out.count]
        for index in 0..<count {
            let record = FuzzWorld.logRecords[index % FuzzWorld.logRecords.count]
            Segment.appendFrame(sequence: UInt64(index + 1), to: &out) { $0.append(record) }
            ends.append(out.count)
        }
        return Sound(bytes: out.array(), ends: ends)
    }

    private func checkSegment(sound count: Int, tail: [UInt8]) {
        let sound = Self.sound(count)
        checkRecovery(of: sound.bytes + tail, atLeast: count, soundBytes: sound.bytes.count)
    }

    /// One bit of a sound segment flipped: what is before its frame is read, it and what follows is not.
    private func checkFlipped(_ input: [UInt8]) {
        guard input.count >= 3 else { return }
        var sound = Self.sound(6)
        let place = (Int(input[0]) | Int(input[1]) << 8) % sound.bytes.count
        sound.bytes[place] ^= 1 << (input[2] & 7)
        // A header with a flipped bit is none.
        let intact = max(0, (sound.ends.firstIndex { place < $0 } ?? 0) - 1)
        let isHeader = place < Segment.headerBytes
        let found = checkRecovery(
            of: sound.bytes, atLeast: isHeader ? 0 : intact, soundBytes: isHeader ? 0 : sound.ends[intact])
        Property.holds(found == (isHeader ? 0 : intact), "an altered record and what follows it are not read")
    }

    /// Opening cuts the log at its last sound record and says so; what it found is there when it is opened again.
    ///
    /// - Returns: how many records were found.
    @discardableResult
    private func checkRecovery(of bytes: [UInt8], atLeast count: Int, soundBytes: Int) -> Int {
        let storage = MemoryStorage([Self.name: bytes])
        var found: [LogRecord] = []
        do throws(LogError) {
            let log = try Self.open(storage) { sequence, record in
                found.append(record)
                Property.holds(sequence == UInt64(found.count), "records are read in order")
            }
            let told = log.recovery.lastFileSoundBytes + log.recovery.tornBytes
            Property.holds(
                told <= bytes.count && bytes[told...].allSatisfy { $0 == 0 }, "every byte is sound, torn or zero")
            Property.holds(log.recovery.next == UInt64(found.count + 1), "the next record follows the last sound one")
            Property.holds(log.recovery.lastFileSoundBytes >= soundBytes, "no sound record is cut")
            checkReopened(storage, found)
        } catch {
            // A whole frame that holds no record is damage, behind everything that was sound.
            guard case .damaged(_, let offset, _) = error else { Property.broken("opening failed: \(error)") }
            Property.holds(offset >= soundBytes, "sound records are not damage")
        }
        Property.holds(found.count >= count, "sound records are read, whatever stands behind them")
        for index in 0..<count {
            let expected = LogRecord(FuzzWorld.logRecords[index % FuzzWorld.logRecords.count][...])
            Property.holds(found[index] == expected, "a record is read as it was written")
        }
        return found.count
    }

    /// Opens a log, and gives all of its records to one replay.
    private static func open(
        _ storage: MemoryStorage, _ replay: (UInt64, LogRecord) -> Void
    ) throws(LogError) -> EventLog {
        try EventLog(
            storage: storage,
            replayVisitor: { sequence, bytes in
                guard let record = LogRecord(bytes) else { Property.broken("a replayed record is none") }
                replay(sequence, record)
            },
            replayTraffic: { replay($0, .traffic($1)) },
            replay: { sequence, logged in
                guard let event = logged.event else { Property.broken("a replayed event is none") }
                replay(sequence, .event(event))
            })
    }

    private func checkReopened(_ storage: MemoryStorage, _ found: [LogRecord]) {
        let kept = storage.bytes(Self.name)
        var again: [LogRecord] = []
        let log = try? Self.open(storage) { again.append($1) }
        Property.holds(log?.recovery.tornBytes == 0, "what recovery leaves is sound to its last byte")
        Property.holds(again == found, "what recovery leaves holds the same records")
        Property.holds(storage.bytes(Self.name) == kept, "a sound log is not changed by opening it")
    }

    // MARK: Seeds

    static var seeds: [[UInt8]] {
        FuzzWorld.records.map { [0] + $0 } + FuzzWorld.visitorRecords.map { [4] + $0 } + [
            [1], [1] + sound(1).bytes.dropFirst(Segment.headerBytes), [2, 3], [2, 4, 1, 0, 0, 0],
            [2, 1] + sound(2).bytes.suffix(40), [2, 8] + [UInt8](repeating: 0, count: 100), [3, 0, 0, 0],
            [3, 40, 0, 1],
            [3, 0, 1, 7], [3, 100, 2, 3],
        ]
    }
}
