import Testing

@testable import Consent

/// The ids that a text's header names, with their sections; nil where it cannot be read.
private func sections(_ text: String) -> [Int: String]? {
    let bytes = Array(text.utf8)
    guard let string = try? GPPString(bytes.span) else { return nil }
    var found: [Int: String] = [:]
    var iterator = string.makeIterator()
    while let (id, range) = iterator.next(in: bytes.span) { found[id] = String(decoding: bytes[range], as: UTF8.self) }
    return found
}

private func fault(_ text: String) -> ConsentStringFault? {
    do throws(ConsentStringFault) {
        _ = try GPPString(Array(text.utf8).span)
        return nil
    } catch {
        return error
    }
}

@Suite("GPP strings")
struct GPPStringTests {
    @Test(
        "a header names its sections one by one or in groups",
        arguments: [
            ([2...2], [2]), ([7...7], [7]), ([2...2, 6...6], [2, 6]), ([5...6], [5, 6]),
            ([2...2, 7...27], [2] + Array(7...27)),
            ([63...63], [63]), ([1...1, 2...2, 3...5], [1, 2, 3, 4, 5]), ([], []),
        ])
    func header(groups: [ClosedRange<Int>], ids: [Int]) {
        let text = ([GPPText.header(groups)] + ids.map { "s\($0)" }).joined(separator: "~")
        #expect(sections(text) == Dictionary(uniqueKeysWithValues: ids.map { ($0, "s\($0)") }))
    }

    @Test("sections above the greatest id are passed over, those before them are found")
    func beyond() {
        #expect(sections(GPPText.text([(7, "seven"), (64, "x"), (900, "y")])) == [7: "seven"])
    }

    @Test("a section is found by its id")
    func section() throws {
        let bytes = Array(GPPText.text([(2, "two"), (6, "1YNN"), (8, "")]).utf8)
        let string = try GPPString(bytes.span)
        #expect((0...70).filter { string.contains($0) } == [2, 6, 8])
        func text(_ id: Int) -> String? {
            string.section(id, in: bytes.span).map { String(decoding: bytes[$0], as: UTF8.self) }
        }
        #expect(text(6) == "1YNN")
        #expect(text(8) == "")
        #expect(text(7) == nil)
        #expect(text(70) == nil)
    }

    @Test("plus and slash are taken for minus and underscore, and padding does not matter")
    func alphabet() {
        #expect(sections("DBABMA~x") == [2: "x"])
        #expect(sections("DBABM~x") == [2: "x"])
        for (groups, character) in [([1...2, 3...4], Character("_")), ([1...2, 3...3], "-")] {
            let header = GPPText.header(groups)
            #expect(header.contains(character))
            let other = String(header.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
            let rest = groups.flatMap { $0 }.map { "~s\($0)" }.joined()
            #expect(sections(header + rest)?.count == groups.flatMap { $0 }.count)
            #expect(sections(other + rest) == sections(header + rest))
        }
    }

    @Test("a bare TC string in its place is its section 2")
    func bare() {
        let text = TCFText.text()
        #expect(sections(text) == [2: text])
    }

    @Test(
        "what is no GPP string is refused for its reason",
        arguments: [
            ("", .empty), ("???", .notBase64), ("garbage", .version), ("DB", .truncated), ("DBABMA", .contradictory),
            ("DBABMA~a~b", .contradictory), ("DAABMA~a", .version), ("DBAB~a", .truncated),
            // Without an end the sum of Fibonacci numbers would go on for ever.
            ("DBAB" + String(repeating: "A", count: 40) + "~a", .contradictory),
            ("D" + String(repeating: "B", count: GPPString.charactersMax), .tooLong),
            // One group of thirty thousand sections.
            (GPPText.header([1...30_000]) + "~a", .contradictory),
        ] as [(String, ConsentStringFault)])
    func refused(text: String, expected: ConsentStringFault) { #expect(fault(text) == expected) }
}

@Suite("GPP sections of the United States")
struct USSectionTests {
    private func read(_ id: Int, _ text: String) throws -> USSection {
        let bytes = Array(text.utf8)
        return try USSection(id, bytes.span, 0..<bytes.count)
    }

    /// Bits of each section's core, as the specification has them.
    private static let bits = [
        7: 70, 8: 46, 9: 40, 10: 38, 11: 42, 12: 44, 13: 46, 14: 46, 15: 52, 16: 42, 17: 52, 18: 42, 19: 42, 20: 46,
        21: 54, 22: 42, 23: 42, 24: 22, 25: 24, 26: 24, 27: 24,
    ]

    @Test("a core has as many bits as its specification says, no fewer", arguments: Array(7...27))
    func length(id: Int) throws {
        let bits = try #require(Self.bits[id])
        var text = BitText()
        text.append(0, bits)
        #expect(throws: Never.self) { try read(id, text.text) }
        // A character less is too short wherever it held a needed bit; the national section then has its other layout.
        let short = String(text.text.dropLast())
        if id != 7 { #expect(throws: ConsentStringFault.truncated) { try read(id, short) } }
        // The last field is within the last bits: writing there shows up.
        let section = try read(id, GPPText.section(Array(repeating: 3, count: (bits - 6) / 2)))
        let last = id < 24 ? section.mspaServiceProviderMode : section.additionalDataProcessingConsent
        #expect(last == 3)
    }

    @Test("opt-outs are found in every section", arguments: Array(7...27))
    func optOuts(id: Int) throws {
        // Fields before the opt-outs of sale.
        let before = id == 7 ? 6 : id >= 24 ? 5 : id == 11 || id == 18 ? 4 : 3
        let count = ((Self.bits[id] ?? 0) - 6) / 2
        let optOuts = id == 7 ? 3 : 2
        for index in 0..<count {
            var values = Array(repeating: 2, count: count)
            values[index] = 1
            let section = try read(id, GPPText.section(values))
            #expect(section.isOptedOut == (before..<before + optOuts).contains(index), "field \(index)")
        }
        #expect(try !read(id, GPPText.section(Array(repeating: 0, count: count))).isOptedOut)
    }

    @Test("Global Privacy Control is read where a section has it", arguments: Array(7...27))
    func gpc(id: Int) throws {
        let count = ((Self.bits[id] ?? 0) - 6) / 2
        let hasIt = ![9, 11, 13, 25, 26, 27].contains(id)
        for isOn in [false, true] where hasIt {
            #expect(try read(id, GPPText.section(Array(repeating: 0, count: count), gpc: isOn)).gpc == isOn)
        }
        #expect(try read(id, GPPText.section(Array(repeating: 0, count: count))).gpc == nil)
    }

    @Test("the national section's shorter lists are known by its length, whatever its version says")
    func shortNational() throws {
        let values = Array(repeating: 1, count: 6) + [2, 2, 2] + Array(repeating: 1, count: 12) + [2, 1, 0, 2, 0, 0]
        for version in [1, 2] {
            let section = try read(7, GPPText.section(version: version, values))
            #expect(section.version == version)
            #expect(section.sensitiveDataProcessing.count == 12)
            #expect(section.knownChildSensitiveDataConsents.count == 2)
            #expect(section.mspaCoveredTransaction == 2)
        }
    }

    @Test("a known child without consent, and a refused precise place, are found")
    func childrenAndPlaces() throws {
        #expect(try read(7, GPPText.national(child: 1)).isChild)
        #expect(try !read(7, GPPText.national(child: 2)).isChild)
        #expect(try read(8, GPPText.california(child: 1)).isChild)
        #expect(try read(9, GPPText.virginia(child: 1)).isChild)
        for (value, isAllowed) in [(0, false), (1, false), (2, true)] {
            #expect(try read(7, GPPText.national(geo: value)).allowsPreciseGeo == isAllowed)
            #expect(try read(8, GPPText.california(geo: value)).allowsPreciseGeo == isAllowed)
        }
        for (value, isAllowed) in [(0, true), (1, false), (2, true)] {
            #expect(try read(9, GPPText.virginia(sensitive: value)).allowsPreciseGeo == isAllowed)
        }
    }

    @Test("a section that is empty, cut or of other characters is refused")
    func refused() {
        #expect(throws: ConsentStringFault.empty) { try read(7, "") }
        #expect(throws: ConsentStringFault.notBase64) { try read(7, "BAAAVVVVU!A") }
        #expect(throws: ConsentStringFault.notBase64) { try read(7, "BAAAVVVVUQA.!") }
        #expect(throws: ConsentStringFault.truncated) { try read(7, "BAAAVVVV") }
        #expect(throws: ConsentStringFault.truncated) { try read(7, "BAAAVVVVUQA.") }
        #expect(throws: ConsentStringFault.version) { try read(28, "BAAAVVVVUQA") }
    }
}

@Suite("US privacy strings")
struct USPrivacyTests {
    private func read(_ text: String) -> USPrivacy? { USPrivacy(Array(text.utf8).span) }

    @Test("four characters, letters in any case")
    func sound() throws {
        let string = try #require(read("1yN-"))
        #expect((string.notice, string.optOutSale, string.lspaCovered) == (.yes, .no, .notApplicable))
        #expect(read("1YYN")?.optOutSale == .yes)
        #expect(read("1---")?.optOutSale == .notApplicable)
    }

    @Test(
        "anything else is none", arguments: ["", "1", "1YN", "1YNNN", "2YNN", "1ANN", "1YAN", "1YNA", "YYYY", "１YNN"])
    func unsound(text: String) { #expect(read(text) == nil) }
}
