import Testing
import Vetting

@Suite("sellers.json")
struct SellersJSONTests {
    private func read(_ text: String) throws -> SellersJSON { try SellersJSON(bytes(text)) }

    private func refusal(_ text: String) -> FileFault? {
        do throws(FileError) {
            _ = try SellersJSON(bytes(text))
            return nil
        } catch {
            return error.fault
        }
    }

    @Test(
        "the type is read in any case",
        arguments: [
            ("PUBLISHER", SellersJSON.SellerType.publisher), ("Publisher", .publisher), (" both ", .both),
            ("INTERMEDIARY", .intermediary), ("intermediary", .intermediary), ("Both", .both),
        ])
    func types(text: String, type: SellersJSON.SellerType) throws {
        #expect(try read(sellers(seller("1", text))).sellers.map(\.type) == [type])
    }

    @Test(
        "an id is kept as text, whatever it was",
        arguments: [
            (#""Ab-1""#, "Ab-1"), ("17", "17"), ("-5", "-5"), (#""\u0061\/b""#, "a/b"), (#""\ud83d\ude00""#, "😀"),
        ])
    func ids(json: String, id: String) throws {
        let file = try read(sellers(#""seller_type":"BOTH","seller_id":\#(json)"#))
        #expect(file.sellers.map { String(decoding: $0.id, as: UTF8.self) } == [id])
    }

    @Test(
        "a passthrough says so in several ways",
        arguments: [
            ("1", true), (#""1""#, true), ("true", true), ("0", false), ("false", false), ("null", false),
            ("[]", false),
        ])
    func passthrough(json: String, expected: Bool) throws {
        let file = try read(sellers(seller("1", "BOTH") + #","is_passthrough":\#(json)"#))
        #expect(file.sellers.map(\.isPassthrough) == [expected])
    }

    @Test("a confidential seller has no domain, and one whose domain is none neither")
    func domains() throws {
        let file = try read(
            sellers(
                seller("1", "BOTH", "News.Example"), seller("2", "BOTH", "news.example") + #","is_confidential":1"#,
                seller("3", "BOTH", "https://news.example/"), seller("4", "BOTH") + #","domain":null"#))
        #expect(file.sellers.map(\.domain) == [bytes("news.example"), nil, nil, nil])
        #expect(file.sellers.map(\.isConfidential) == [false, true, false, false])
        #expect(file.faults.count == 0)
    }

    @Test("a seller that lacks its id or type is left out, with its line")
    func missing() throws {
        let file = try read(
            """
            {"version":1.0, "contact_email":"a@b.example", "identifiers":[{"name":"TAG-ID","value":"x"}],
             "sellers":[
              {"seller_type":"BOTH"},
              {"seller_id":"1"},
              {"seller_id":"2","seller_type":"BROKER"},
              7,
              {"seller_id":"3","seller_type":"BOTH","ext":{"deep":[[[{}]]]}}
             ],"ext":null}
            """)
        #expect(file.sellers.map(\.id) == [bytes("3")])
        #expect(file.faults.count == 4)
        #expect(file.faults.first.map(\.line) == [3, 4, 5, 6])
    }

    @Test(
        "what is no such file is refused, with the line",
        arguments: [
            ("", 1), ("[]", 1), ("{}", 1), (#"{"sellers":{}}"#, 1), ("{\n\"sellers\":[\n{]}", 3),
            ("{\"sellers\":[]\n", 2), ("{\"sellers\":[]}\n\nx", 3), ("{\"sellers\":[{\"seller_id\":\"\n\"}]}", 1),
            (#"{"sellers":[],"x":01}"#, 1), (#"{"sellers":[],"x":tru}"#, 1), (#"{"sellers":[],"x":"\q"}"#, 1),
            (#"{"sellers":[],"x":"\u12G4"}"#, 1), (#"{"sellers":[],"x":1.}"#, 1), (#"{"sellers":[,]}"#, 1),
            ("<!doctype html>", 1),
        ])
    func refused(text: String, line: Int) {
        #expect(refusal(text)?.line == line, "\(text)")
    }

    @Test("nesting is bounded, so that no file exhausts the stack")
    func depth() {
        let deep = #"{"sellers":[],"x":"# + String(repeating: "[", count: 100_000)
        #expect(refusal(deep)?.message.contains("nested") == true)
        #expect(refusal(#"{"sellers":[],"x":[[[[[[]]]]]]}"#) == nil)
    }
}
