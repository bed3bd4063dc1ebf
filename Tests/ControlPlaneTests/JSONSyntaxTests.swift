import Documents
import Testing

@testable import ControlPlane

@Suite("JSON syntax")
struct JSONSyntaxTests {
    @Test(
        "JSON passes",
        arguments: [
            "{}", "[]", " {\"a\" : [1, -0.5e+3, 0, true, false, null]}\r\n", "\"\\u00e4\\\\\\\"\\/\\b\"", "-0", "1E9",
            "{\"\":{\"a\":[[]]}}", "\"ä😀\u{7F}\"", "\"\\\\u0000\"",
        ])
    func passes(text: String) {
        #expect(JSONSyntax.fault(in: Array(text.utf8)) == nil)
    }

    @Test(
        "what only looks like JSON does not",
        arguments: [
            "", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\" 1}", "01", "1.", ".5", "+1", "1e", "-",
            "tru", "nul", "NaN", "\"a", "\"\\x\"", "\"\\u12g4\"", "\"\\u+123\"", "\"\\u00\"", "\"a\nb\"", "{} {}",
            "[1 2]", "{\"a\":&b 1}", "\"\\u0000\"", "// x\n{}",
        ])
    func refuses(text: String) {
        #expect(JSONSyntax.fault(in: Array(text.utf8)) != nil)
    }

    @Test("nesting beyond the limit is refused, up to it is not")
    func depth() {
        let limit = ControlLimits.jsonDepthMax
        for (depth, isFine) in [(limit, true), (limit + 1, false), (100_000, false)] {
            let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            #expect((JSONSyntax.fault(in: Array(text.utf8)) == nil) == isFine)
        }
    }

    @Test("a fault stands at its line and column")
    func position() {
        let fault = JSONSyntax.fault(in: Array("{\n  \"a\": tru\n}".utf8))
        #expect(fault?.position?.line == 2)
        #expect(fault?.position?.column == 8)
    }
}
