import Testing
import Units

@testable import BidPlane

@Suite("What a connection may take its time with")
struct ConnectionWatchTests {
    private static func second(_ seconds: Double) -> Moment { Moment(nanos: Int64(seconds * 1e9)) }

    @Test(
        "each stage has its limit",
        arguments: [
            (.handshake, 9.9, .wait), (.handshake, 10, .close), (.idle, 299, .wait), (.idle, 300, .close),
            (.header, 4.9, .wait), (.header, 5, .tooSlow), (.answering, 100_000, .wait), (.lingering, 1.9, .wait),
            (.lingering, 2, .close),
        ] as [(ConnectionWatch.Stage, Double, ConnectionWatch.Verdict)])
    func limits(stage: ConnectionWatch.Stage, seconds: Double, verdict: ConnectionWatch.Verdict) {
        let watch = ConnectionWatch(stage, at: Self.second(7))
        #expect(watch.verdict(at: Self.second(7 + seconds), received: 0) == verdict)
    }

    @Test("exchanges that keep a connection idle for 150 seconds are not cut off")
    func idle() { #expect(ConnectionTimes.idleSeconds > 150) }

    @Test(
        "a body may be slow, but not slower than 16 kB/s after five seconds",
        arguments: [
            (4.9, 0, .wait), (5, 0, .tooSlow), (5, 1, .wait), (6.5, 16_384, .tooSlow), (6.5, 16_385, .wait),
            (69, 1 << 20, .tooSlow),
        ] as [(Double, Int, ConnectionWatch.Verdict)])
    func body(seconds: Double, received: Int, verdict: ConnectionWatch.Verdict) {
        var watch = ConnectionWatch(.idle, at: Self.second(0))
        watch.enter(.body, at: Self.second(1))
        #expect(watch.verdict(at: Self.second(1 + seconds), received: received) == verdict)
    }

    @Test("bytes that drip in do not renew the header's time")
    func dripping() {
        var watch = ConnectionWatch(.idle, at: Self.second(0))
        for second in 1...6 { watch.enter(.header, at: Self.second(Double(second))) }
        #expect(watch.verdict(at: Self.second(6), received: 60) == .tooSlow)
        watch.enter(.answering, at: Self.second(6))
        watch.enter(.idle, at: Self.second(6))
        #expect(watch.verdict(at: Self.second(7), received: 0) == .wait)
    }

    @Test("a peer that does not take its answer has ten seconds, whatever else happens")
    func blocked() {
        var watch = ConnectionWatch(.answering, at: Self.second(0))
        watch.block(at: Self.second(1))
        watch.block(at: Self.second(9))
        #expect(watch.verdict(at: Self.second(10.9), received: 0) == .wait)
        #expect(watch.verdict(at: Self.second(11), received: 0) == .close)
        watch.wroteAll()
        #expect(watch.verdict(at: Self.second(50), received: 0) == .wait)
    }

    @Test("connections are counted in all and by address, and places become free again")
    func census() {
        let census = ConnectionCensus(.init(all: 3, perAddress: 2))
        #expect(
            [census.add("a"), census.add("a"), census.add("a"), census.add("b"), census.add("c")]
                == [true, true, false, true, false])
        census.remove("a")
        #expect([census.add("b"), census.add("c")] == [true, false])
        #expect(!census.add(nil))
        census.remove("b")
        #expect(census.add(nil))
    }
}
