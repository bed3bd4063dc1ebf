import Testing
import Vetting

@Suite("The operator's own lists")
struct OperatorListTests {
    @Test("blocked sellers are systems or accounts of them")
    func blocked() {
        let list = BlockedSellers(bytes("# nobody\nBad.example\nworse.example/A/7 # one account\n\nbad\nx.example/\n"))
        #expect(list.entries.map(\.system) == [bytes("bad.example"), bytes("worse.example")])
        #expect(list.entries.map(\.account) == [nil, bytes("A/7")])
        #expect(list.faults.first.map(\.line) == [5, 6])
        #expect(list.faults.first.allSatisfy { !$0.hint.isEmpty })
    }

    @Test("apps are a bundle, a tab and a domain")
    func apps() {
        let list = AppDevelopers(
            bytes("# id\tdomain\ncom.Game\tDev.example\n123456789\t dev.example \nx dev.example\ny\tdev\n"))
        #expect(list.entries.map(\.bundle) == [bytes("com.Game"), bytes("123456789")])
        #expect(list.entries.map(\.domain) == [bytes("dev.example"), bytes("dev.example")])
        #expect(list.faults.first.map(\.line) == [4, 5])
    }
}
