import OpenRTB
import Testing

@Suite("Bid request documents")
struct FixtureTests {
    @Test("a conforming request is read whole", arguments: Fixture.all(.exemplary))
    func exemplary(_ fixture: Fixture) throws {
        let reader = BidRequestReader()
        try reader.read(copying: fixture.body)
        #expect(reader.request.impsSkipped == 0)
        expect(fixture.expected, in: RequestDump(reader.request).lines)
    }

    @Test("a request with the faults of real senders is read as it was meant", arguments: Fixture.all(.tolerated))
    func tolerated(_ fixture: Fixture) throws {
        let reader = BidRequestReader()
        try reader.read(copying: fixture.body)
        #expect(reader.request.imps.count > 0)
        expect(fixture.expected, in: RequestDump(reader.request).lines)
    }

    @Test("a request that cannot be read is refused with the field and the fault", arguments: Fixture.all(.refused))
    func refused(_ fixture: Fixture) {
        #expect(outcome(of: fixture.body, by: BidRequestReader()) == ["error: \(fixture.expected.joined())"])
    }

    @Test(
        "no directory of documents is empty, and each document has its expectation",
        arguments: Fixture.Directory.allCases)
    func complete(_ directory: Fixture.Directory) {
        let fixtures = Fixture.all(directory)
        #expect(fixtures.count > 10)
        #expect(fixtures.filter { $0.expected.isEmpty }.map(\.name) == [])
    }

    private func expect(_ expected: [String], in lines: [String]) {
        for line in expected {
            if line.hasPrefix("! ") {
                let path = line.dropFirst(2) + " = "
                #expect(lines.filter { $0.hasPrefix(path) } == [], "must be absent")
            } else {
                let path = line.prefix { $0 != "=" }
                #expect(lines.filter { $0.hasPrefix(path + "= ") } == [line])
            }
        }
    }
}
