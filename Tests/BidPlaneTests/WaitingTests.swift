import EventLog
import Testing

@testable import BidPlane

@Suite("Answers that wait for the log")
struct WaitingTests {
    @Test("an answer leaves when its record is durable, whatever order the records are in")
    func order() throws {
        let kit = try LoopKit(startsLog: false)
        var left: [String] = []
        for sequence in [3, 1, 2, 2] as [UInt64] {
            kit.loop.whenDurable(sequence) { left.append("\(sequence) \($0)") }
        }
        #expect(left.isEmpty)
        kit.loop.logIsDurable(through: 1, hasFailed: false)
        #expect(left == ["1 true"])
        kit.loop.logIsDurable(through: 1, hasFailed: false)
        kit.loop.logIsDurable(through: 2, hasFailed: false)
        #expect(left == ["1 true", "2 true", "2 true"])
        kit.loop.logIsDurable(through: 9, hasFailed: false)
        #expect(left.last == "3 true")
        kit.loop.logIsDurable(through: 10, hasFailed: true)
        #expect(left.count == 4)
    }

    @Test("when the log fails those whose record is safe are told so, the others that it is not")
    func failure() throws {
        let kit = try LoopKit(startsLog: false)
        var left: [String] = []
        for sequence in [1, 2, 3] as [UInt64] { kit.loop.whenDurable(sequence) { left.append("\(sequence) \($0)") } }
        kit.loop.logIsDurable(through: 1, hasFailed: true)
        #expect(left == ["1 true", "2 false", "3 false"])
    }

    @Test("an answer that waits for another in its own callback is not lost")
    func nested() throws {
        let kit = try LoopKit(startsLog: false)
        var left: [UInt64] = []
        kit.loop.whenDurable(1) { _ in
            left.append(1)
            kit.loop.whenDurable(2) { _ in left.append(2) }
        }
        kit.loop.logIsDurable(through: 1, hasFailed: false)
        kit.loop.logIsDurable(through: 2, hasFailed: false)
        #expect(left == [1, 2])
    }

    @Test("what is durable already is answered at once")
    func durableAlready() throws {
        let kit = try LoopKit()
        guard let sequence = kit.ask("GET", "/conversion/acme?order=1").sequence else {
            Issue.record("no record")
            return
        }
        kit.log.flush()
        var answer: Bool?
        kit.loop.whenDurable(sequence) { answer = $0 }
        #expect(answer == true)
    }

    @Test("once the log has failed nothing waits for it", .timeLimit(.minutes(1)))
    func failedAlready() async throws {
        let kit = try LoopKit(storage: FullStorage())
        _ = kit.ask("GET", "/conversion/acme?order=1")
        while kit.log.failure == nil { try await Task.sleep(for: .milliseconds(1)) }
        var answer: Bool?
        kit.loop.whenDurable(1) { answer = $0 }
        #expect(answer == false)
    }
}
