import EventLog
import OpenRTB
import Testing
import Units

@Suite("Segment")
struct SegmentTests {
    private struct Walked: Equatable {
        var records: [[UInt8]] = []
        var sequences: [UInt64] = []
        var end = Segment.End.clean
        var soundBytes = 0
    }

    private func walk(_ bytes: [UInt8]) throws(LogError) -> Walked {
        var walked = Walked()
        let contents = try Segment.walk(bytes, file: "f") { (sequence, payload) throws(LogError) in
            walked.sequences.append(sequence)
            walked.records.append(Array(payload))
        }
        walked.end = contents.end
        walked.soundBytes = contents.soundBytes
        return walked
    }

    private func frames(first: UInt64, _ payloads: [[UInt8]]) -> [UInt8] {
        var out = ByteWriter(capacity: 1)
        for (index, payload) in payloads.enumerated() {
            Segment.appendFrame(sequence: first + UInt64(index), to: &out) { $0.append(payload) }
        }
        return out.array()
    }

    @Test("names sort as sequences do")
    func names() {
        #expect(Segment.name(first: 1) == "00000000000000000001.vlog")
        #expect(Segment.name(first: .max) == "18446744073709551615.vlog")
        let sequences: [UInt64] = [1, 2, 9, 10, 99, 100, 1 << 32, 1 << 62]
        #expect(sequences.map { Segment.name(first: $0) }.sorted() == sequences.map { Segment.name(first: $0) })
    }

    @Test("the header is as documented, byte for byte")
    func header() {
        let header = Segment.header(first: 0x0102, created: Instant(micros: -1))
        #expect(header.count == Segment.headerBytes)
        #expect(Array(header[0..<12]) == Array("VENDUELG".utf8) + [2, 0, 0, 0])
        #expect(Array(header[16..<32]) == [2, 1, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 8))
        let sum = CRC32C.sum(Array(header[0..<12]) + Array(header[16..<32]))
        #expect(Array(header[12..<16]) == (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32($0 * 8)) })
    }

    @Test("records come back with their sequences")
    func roundTrip() throws {
        let payloads = [[1], [UInt8](repeating: 7, count: Segment.recordBytesMax), [3, 4]]
        let bytes = Segment.header(first: 41, created: Instant(micros: 5)) + frames(first: 41, payloads)
        #expect(
            try walk(bytes) == Walked(records: payloads, sequences: [41, 42, 43], end: .clean, soundBytes: bytes.count))
        let contents = try Segment.walk(bytes, file: "f") { (_, _) throws(LogError) in }
        #expect(contents.first == 41)
        #expect(contents.next == 44)
        #expect(contents.created == Instant(micros: 5))
    }

    @Test("records that changed places are noticed though each is whole")
    func moved() throws {
        let frames = frames(first: 1, [[1, 1], [2, 2], [3, 3]])
        let size = frames.count / 3
        let swapped = Array(frames[..<size] + frames[(2 * size)...] + frames[size..<2 * size])
        let header = Segment.header(first: 1, created: Instant(micros: 0))
        #expect(try walk(header + swapped).sequences == [1])
        let missing = Array(frames[..<size] + frames[(2 * size)...])
        #expect(try walk(header + missing).sequences == [1])
    }

    @Test("a cut anywhere ends the segment behind its last whole record")
    func cuts() throws {
        let payloads = [[1, 2, 3], [4], [5, 6]] as [[UInt8]]
        let bytes = Segment.header(first: 1, created: Instant(micros: 0)) + frames(first: 1, payloads)
        let ends = [32, 32 + 11, 32 + 11 + 9, 32 + 11 + 9 + 10]
        for count in 0...bytes.count {
            let walked = try walk(Array(bytes[..<count]))
            let sound = ends.last { $0 <= count } ?? 0
            #expect(walked.soundBytes == sound, "\(count) bytes")
            #expect((walked.end == .clean) == (sound == count && count > 0), "\(count) bytes")
            #expect(walked.records.count == max(0, ends.filter { $0 <= count }.count - 1), "\(count) bytes")
        }
    }

    @Test(
        "a length that no record has ends the segment, and is not believed", arguments: [0, 1 << 17, .max] as [UInt32])
    func lengths(length: UInt32) throws {
        var bytes = Segment.header(first: 1, created: Instant(micros: 0)) + frames(first: 1, [[1, 2, 3]])
        for index in 0..<4 { bytes[32 + index] = UInt8(truncatingIfNeeded: length >> UInt32(index * 8)) }
        #expect(try walk(bytes + [UInt8](repeating: 0, count: 1 << 18)).records == [])
    }

    @Test("a format from the future is told apart from damage")
    func unknownVersion() {
        var header = Segment.header(first: 1, created: Instant(micros: 0))
        header[8] = 3
        let sum = CRC32C.sum(Array(header[0..<12]) + Array(header[16..<32]))
        for index in 0..<4 { header[12 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(index * 8)) }
        #expect(throws: LogError.unknownVersion(file: "f", version: 3)) { try walk(header) }
    }
}
