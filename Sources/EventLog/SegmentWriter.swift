internal import OpenRTB
internal import Units

/// Writes groups into the segment at hand, seals it when it is full, and begins the next.
///
/// On the writer's thread alone, and before it starts on the opener's.
final class SegmentWriter {
    private let storage: any LogStorage
    private let durability: Durability
    private let room: DiskRoom
    private let time: any TimeSource
    private let segmentBytesMax: Int
    private var file: (any LogFile)?
    /// Bytes in `file`, and those that its disk has set aside for it.
    private var bytes = 0
    private var setAside = 0
    private var sum = SegmentSum()
    /// What goes with the next write.
    private var out = ByteWriter(capacity: 1 << 16)

    /// Room for the group that goes past the end.
    private static let slackBytes = 256 << 10

    /// Goes on where a walk over the log ended, in its last segment if that is neither sealed nor of an older format.
    init(
        _ storage: any LogStorage, _ durability: Durability, _ room: DiskRoom, _ time: any TimeSource,
        segmentBytesMax: Int, after found: LogReader.Summary
    ) throws(LogError) {
        self.storage = storage
        self.durability = durability
        self.room = room
        self.time = time
        self.segmentBytesMax = segmentBytesMax
        guard let name = found.lastFile, let contents = found.last else { return }
        guard contents.end != .sealed else {
            // The seal may have been written and never synced; from now on the segment may not be torn.
            try storage.reopen(name, keeping: contents.soundBytes).close()
            return
        }
        // A crash between creating the file and writing its header: its name is right, its bytes are nothing.
        let isEmpty = contents.soundBytes <= Segment.headerBytes
        let file = try storage.reopen(name, keeping: isEmpty ? 0 : contents.soundBytes)
        guard isEmpty || contents.format == Segment.format else {
            // An older format ends where it is; the next record begins a segment.
            file.close()
            return
        }
        self.file = file
        if isEmpty {
            begin(first: found.next)
        } else {
            bytes = contents.soundBytes
            sum = contents.sum
        }
    }

    /// Writes a group, and makes it durable.
    ///
    /// - Parameter frames: as ``Segment/appendFrame(sequence:to:_:)`` made them, from `first` on.
    func write(_ frames: borrowing ByteWriter, first: UInt64) throws(LogError) {
        if file == nil || bytes >= segmentBytesMax && sum.records > 0 {
            try seal(next: first)
            file = try create(Segment.name(first: first))
            setAside = 0
            begin(first: first)
        }
        try setAside(through: bytes + out.count + frames.count + 2 * Mark.bytes)
        if durability == .powerLoss {
            Mark.group(first: first, bytes: frames.count).append(at: bytes + out.count, to: &out)
        }
        out.append(frames)
        try flush()
        sum.add(frames: frames)
        if durability == .powerLoss { try file?.sync() }
    }

    func close() {
        file?.close()
        file = nil
    }

    /// Begins a segment: its header goes with its first group.
    private func begin(first: UInt64) {
        bytes = 0
        sum = SegmentSum()
        out.append(Segment.header(first: first, created: time.instant()))
    }

    /// Finishes the segment at hand: from now on anything that it lacks is damage.
    private func seal(next: UInt64) throws(LogError) {
        guard let file else { return }
        Mark.seal(next: next, records: sum.records, sum: sum.value).append(at: bytes, to: &out)
        try flush()
        // Also where groups are not: of a log only the last segment may be torn.
        try file.sync()
        close()
    }

    private func flush() throws(LogError) {
        guard let file else { preconditionFailure("no segment is open") }
        let result: Result<Void, LogError> = unsafe out.withBytes { bytes in
            do throws(LogError) {
                unsafe try file.write(bytes)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        bytes += out.count
        out.clear()
    }

    // MARK: Room

    private func create(_ name: String) throws(LogError) -> any LogFile {
        do throws(LogError) {
            return try storage.create(name)
        } catch {
            guard error.isFull, room.giveUpReserve() else { throw error }
            return try storage.create(name)
        }
    }

    /// Has the disk set bytes aside for this segment, as many as a whole one where it can.
    ///
    /// So a full disk is met here, before anything is written, and not in the middle of a group.
    private func setAside(through needed: Int) throws(LogError) {
        guard let file, needed > setAside else { return }
        for wanted in [max(needed, segmentBytesMax + Self.slackBytes), needed] {
            while true {
                do throws(LogError) {
                    try file.setAside(through: wanted)
                    setAside = wanted
                    return
                } catch {
                    guard error.isFull else { throw error }
                    if room.giveUpReserve() { continue }
                    if wanted == needed { throw error }
                    break
                }
            }
        }
    }
}
