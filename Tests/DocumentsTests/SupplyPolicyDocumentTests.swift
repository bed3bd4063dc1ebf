import Documents
import Testing
import Vetting

@Suite("A strategy document's supply")
struct SupplyPolicyDocumentTests {
    @Test("anything will do where nothing is said")
    func defaults() throws {
        #expect(try strategy().supply == SupplyPolicy())
        #expect(try strategy(#"{"supply":{}}"#).supply == SupplyPolicy())
        #expect(try strategy(#"{"supply":{"chain":"any","sellers":"any","ads_txt":"any"}}"#).supply == SupplyPolicy())
    }

    @Test("every rule is read")
    func rules() throws {
        var expected = SupplyPolicy()
        expected.chain = .complete
        expected.sellers = .listed
        expected.adsTxt = .direct
        expected.nodesMax = 3
        let document = #"{"supply":{"chain":"complete","sellers":"listed","ads_txt":"direct","nodes_max":3}}"#
        #expect(try strategy(document).supply == expected)
        #expect(try strategy(#"{"supply":{"ads_txt":"authorized"}}"#).supply.adsTxt == .authorized)
    }

    @Test(
        "what is no rule is a fault at its place",
        arguments: [
            (#"{"chain":"whole"}"#, "/supply/chain"), (#"{"sellers":"complete"}"#, "/supply/sellers"),
            (#"{"ads_txt":"reseller"}"#, "/supply/ads_txt"), (#"{"nodes_max":0}"#, "/supply/nodes_max"),
            (#"{"nodes_max":21}"#, "/supply/nodes_max"), (#"{"nodes_max":"3"}"#, "/supply/nodes_max"),
            (#"{"adstxt":"any"}"#, "/supply/adstxt"), (#""complete""#, "/supply"),
        ])
    func faults(json: String, pointer: String) throws {
        #expect(try pointers(strategyFaults(#"{"supply":\#(json)}"#)) == [pointer])
    }
}
