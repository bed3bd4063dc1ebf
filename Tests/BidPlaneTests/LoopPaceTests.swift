import Testing
import Units

@testable import BidPlane

@Suite("How far a loop is behind")
struct LoopPaceTests {
    private static func moment(_ micros: Int64) -> Moment { Moment(nanos: micros * 1000) }

    /// One turn: reads at these microseconds, and its end.
    private static func turn(_ pace: inout LoopPace, reads: [Int64], end: Int64) -> [Int64] {
        defer { pace.endTurn(at: moment(end)) }
        return reads.map { read in
            _ = pace.read(at: moment(read))
            return pace.earliestArrival.nanos / 1000
        }
    }

    @Test("a loop that slept read what has just come")
    func slept() {
        var pace = LoopPace()
        #expect(Self.turn(&pace, reads: [1000, 1010], end: 1020) == [1000, 1000])
        // 100 µs and more between turns are sleep.
        #expect(Self.turn(&pace, reads: [1120], end: 1130) == [1120])
    }

    @Test("what is read right after a turn may have come when that turn began")
    func busy() {
        var pace = LoopPace()
        _ = Self.turn(&pace, reads: [1000], end: 9000)
        #expect(Self.turn(&pace, reads: [9010, 9500, 20_000], end: 20_100) == [1000, 1000, 1000])
        #expect(Self.turn(&pace, reads: [20_150], end: 20_160) == [9010])
    }

    @Test("work that was no read counts as work, not as sleep")
    func otherWork() {
        var pace = LoopPace()
        _ = Self.turn(&pace, reads: [1000], end: 1100)
        pace.worked(from: Self.moment(1150), until: Self.moment(8000))
        #expect(Self.turn(&pace, reads: [8010], end: 8100) == [1000])
    }

    @Test("work after a rest: what is read behind it came with it at the earliest, not an hour ago")
    func workAfterRest() {
        var pace = LoopPace()
        // Before anything was read at all, too.
        pace.worked(from: Self.moment(500), until: Self.moment(600))
        #expect(Self.turn(&pace, reads: [650], end: 700) == [500])
        pace.worked(from: Self.moment(3_600_000_000), until: Self.moment(3_600_000_020))
        #expect(Self.turn(&pace, reads: [3_600_000_070], end: 3_600_000_080) == [3_600_000_000])
    }

    @Test("only the first read of a turn begins it")
    func beginsOnce() {
        var pace = LoopPace()
        let begins = [1, 2].map { pace.read(at: Self.moment($0)) }
        pace.endTurn(at: Self.moment(3))
        #expect(begins + [pace.read(at: Self.moment(4))] == [true, false, true])
    }
}
