import NIOCore
import Testing

@testable import LoadKit

@Suite("Figures and addresses")
struct FigureTests {
    @Test("durations keep three digits")
    func durations() {
        let texts = [1, 999, 1_000, 9_999, 12_345, 123_456, 1_234_567].map { Figure.duration(micros: $0) }
        #expect(texts == ["1 µs", "999 µs", "1.00 ms", "10.00 ms", "12.3 ms", "123 ms", "1.23 s"])
    }

    @Test("numbers are rounded, with their thousands apart")
    func numbers() {
        #expect(Figure.fixed(-0.04, 1) == "0.0")
        #expect(Figure.fixed(2.346, 2) == "2.35")
        #expect(Figure.fixed(-1.25, 1) == "-1.3")
        #expect(Figure.count(1_234_567) == "1,234,567")
        #expect(Figure.count(999.5) == "1,000")
        #expect(Figure.percent(1, of: 3) == "33.3 %")
        #expect(Figure.percent(1, of: 0) == "–")
    }

    @Test("the median is the middle, or between the two middles")
    func medians() {
        #expect(median([3, 1, 2]) == 2)
        #expect(median([4, 1, 2, 3]) == 2.5)
        #expect(median([]) == nil)
    }

    @Test("columns are as wide as their widest cell")
    func columns() {
        var columns = Columns(["name", "n"])
        columns.add(["a", "1,000"])
        #expect(columns.text == "name      n\na     1,000")
    }

    @Test(
        "load is sent to loopback", arguments: ["127.0.0.1:80", "127.9.9.9:65535", "localhost:8080", "[::1]:8080"])
    func loopback(text: String) throws {
        let target = try LoadTarget(text)
        #expect(try target.address().port == target.port)
    }

    @Test(
        "and nowhere else",
        arguments: ["10.0.0.1:80", "example.com:80", "127.example.com:80", "127.0.0.1.example:80", "[::2]:80"])
    func elsewhere(text: String) {
        #expect(throws: LoadTarget.Fault.self) { try LoadTarget(text) }
    }

    @Test("an address is a host and a port", arguments: ["127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000", ":", ""])
    func notAddress(text: String) {
        #expect(throws: LoadTarget.Fault.notAddress(text)) { try LoadTarget(text) }
    }

    @Test("processor time is read behind a name with parentheses and spaces")
    func processorTime() {
        let stat = "42 (a) b (c) S 1 42 42 0 -1 4194560 5 0 0 0 17 25 0 0 20 0 4 0 100"
        #expect(ServerProcess.cpuTicks(stat: stat) == 42)
        #expect(ServerProcess.cpuTicks(stat: "42 (a) S 1") == nil)
    }

    @Test("samples are read with their labels")
    func samples() {
        let text = "# HELP a b\n# TYPE a counter\na 3\nb{reason=\"no match\"} 4.5\n"
        #expect(ControlCalls.samples(text) == ["a": 3, "b{reason=\"no match\"}": 4.5])
    }
}
