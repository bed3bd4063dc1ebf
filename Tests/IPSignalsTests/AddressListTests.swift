import IPSignals
import Targeting
import Testing

@Suite("Address list")
struct AddressListTests {
    @Test("a list has an address or a block a line, and comments")
    func lines() throws {
        let list = AddressList(Array("# ours\n10.0.0.0/8\r\n\n  2001:db8::1\t# one\n192.0.2.1".utf8))
        #expect(list.ranges == ["10.0.0.0/8", "2001:db8::1", "192.0.2.1"].compactMap { AddressRange($0) })
        #expect(list.faultCount == 0)
    }

    @Test("a line that is neither is a fault with its line")
    func faults() {
        let list = AddressList(Array("10.0.0.0/8\n10.0.0.0/33\nexample.com\n".utf8))
        #expect(list.faults.map(\.line) == [2, 3])
        #expect(list.faults.first?.message == "is no address and no block of them: “10.0.0.0/33”")
    }

    @Test("of many faults the first are kept and all are counted")
    func many() {
        let list = AddressList(Array(String(repeating: "x\n", count: 100).utf8))
        #expect(list.faultCount == 100)
        #expect(list.faults.count == AddressList.faultsMax)
    }
}
