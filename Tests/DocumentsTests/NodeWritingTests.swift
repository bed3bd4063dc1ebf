import Testing

@testable import Documents

@Suite("Writing a tree and merging over it")
struct NodeWritingTests {
    @Test(
        "what is written as JSON reads back as the same tree",
        arguments: [
            #"{"a":1,"b":[true,false,null,"x",-1.50e3],"c":{},"d":[],"":""}"#, #"["\"\\\n\t\u0001\u007f</script>"]"#,
            ##"{"null":"null","true":"true","1":"1","~":"~","a b":"- x","c":"# y","d":": z"}"##, #"["😀é\u0000"]"#,
            #"{"a/b":{"c~d":[[[1]]]}}"#,
        ])
    func roundTrip(text: String) throws {
        let json = try node(text).json
        #expect(try node(json).json == json)
    }

    @Test("integers, texts and words are written as they came, compact")
    func compact() throws {
        let text = #"{"a":1,"b":[true,false,null,"x",-1.50e3],"c":{},"d":[]}"#
        #expect(try node(text).json == text)
        #expect(try node("a: 1\nb: [yes, 'no']\n").json == #"{"a":1,"b":["yes","no"]}"#)
    }

    @Test(
        "every character survives being written and read again",
        arguments: [
            "\u{0}", "\u{1}", "\u{1F}", "\u{7F}", "\u{81}", "\u{85}", "\u{9F}", "\u{A0}", "\u{AD}", "\u{2028}",
            "a \u{2028} b",
            "\u{2029}", "\u{D7FF}", "\u{E000}", "\u{FFFD}", "\u{FFFE}", "\u{10FFFF}", " lead and trail ", "\\u0041",
            "line\nline", "\r\n",
        ])
    func characters(text: String) throws {
        let written = Node(.map([.init(key: "x", value: Node(.string(text)))])).json
        #expect(try node(written)["x"]?.content == .string(text))
    }

    @Test(
        "merging follows every example of RFC 7396",
        arguments: [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
            (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
            (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
            (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#), ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
            ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
        ])
    func mergePatch(target: String, patch: String, expected: String) throws {
        #expect(try node(target).merging(try node(patch)).json == expected)
    }

    @Test("merging null replaces the whole")
    func mergeNull() throws {
        #expect(try node(#"{"a":"foo"}"#).merging(Node(.null)).json == "null")
    }

    @Test("setting a member replaces it in its place, or adds it at the end")
    func set() throws {
        var tree = try node(#"{"a":1,"b":2}"#)
        tree.set("a", Node(.string("x")))
        tree.set("c", Node(.bool(true)))
        #expect(tree.json == #"{"a":"x","b":2,"c":true}"#)
        var list = Node(.list([]))
        list.set("a", Node(.null))
        #expect(list.json == "[]")
    }

    @Test("a fault is described by its place, its pointer, what is wrong and what to do")
    func descriptions() {
        #expect(Fault("is bad", at: "").description == "is bad")
        #expect(Fault("is bad", at: "/a", hint: "mend it").description == "/a: is bad (mend it)")
        let placed = Fault("is bad", at: "/a", position: .init(line: 3, column: 7))
        #expect(placed.description == "3:7: /a: is bad")
        let inFile = Fault("is bad", at: "/a", position: .init(line: 3, column: 7), origin: "s.yaml")
        #expect(inFile.description == "s.yaml:3:7: /a: is bad")
        #expect(Fault("is bad", at: "/a", origin: "flag --loops").description == "flag --loops: /a: is bad")
    }
}
