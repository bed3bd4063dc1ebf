import Creative
import OpenRTB
import Testing

private let slot = #""banner":{"w":300,"h":250}"#
private let fits = Ruling.fits(.banner, w: 300, h: 250)

private let table = """
    Content Taxonomy\t\t\t
    Unique ID\tParent\tName\tTier 1
    1\t\tAutomotive\tAutomotive
    2\t1\tAuto Body Styles\tAutomotive
    3\t2\tCommercial Trucks\tAutomotive
    JLBCU7\t\tEntertainment\tEntertainment
    """

private func tree() throws -> CategoryTree {
    var tree = CategoryTree()
    try tree.add(table, taxonomy: 7)
    return tree
}

@Suite("Categories of several taxonomies")
struct CategoryTests {
    @Test(
        "with a table a category lies within those above it; without, codes are compared as they are",
        arguments: [
            ("3", #"["3"]"#, true, true), ("3", #"["2"]"#, true, false), ("3", #"["1"]"#, true, false),
            ("1", #"["3"]"#, false, false), ("JLBCU7", #"["1"]"#, false, false), ("99", #"["99"]"#, true, true),
        ])
    func numbered(own: String, bcat: String, withTable: Bool, without: Bool) throws {
        for (categories, isBlocked) in [(try tree(), withTable), (CategoryTree(), without)] {
            let creative = Creative.banner(categories: categories) {
                $0.cat = [own]
                $0.cattax = 7
            }
            let expected = isBlocked ? Ruling.refused(.category) : fits
            #expect(try ruling(creative, imp: slot, #""cattax":7,"bcat":\#(bcat)"#) == expected)
            // Content 2.2 is of the same family as 3.0.
            #expect(try ruling(creative, imp: slot, #""cattax":6,"bcat":\#(bcat)"#) == expected)
            #expect(
                try ruling(creative, imp: slot, #""cattax":7,"acat":\#(bcat)"#)
                    == (isBlocked ? fits : .refused(.category)))
        }
    }

    @Test(
        "where the taxonomies differ what is sensitive is taken to be blocked, and nothing to be allowed",
        arguments: [
            (["IAB17"], 1, 7, false), (["IAB25-3"], 1, 7, true), (["IAB17", "IAB7-39"], 1, 7, true),
            (["IAB7"], 1, 7, false),
            (["IAB9-9"], 1, 3, true), (["IAB25-3"], 7, 1, false), (["1"], 7, 1, false), (["1"], 7, 3, false),
            (["1001"], 3, 8, false), (["1"], 500, 501, false),
        ] as [([String], Int32, Int, Bool)])
    func foreign(own: [String], cattax: Int32, theirs: Int, isSensitive: Bool) throws {
        let creative = Creative.banner {
            $0.cat = own
            $0.cattax = cattax
        }
        let expected = isSensitive ? Ruling.refused(.category) : fits
        #expect(try ruling(creative, imp: slot, #""cattax":\#(theirs),"bcat":["x"]"#) == expected)
        #expect(try ruling(creative, imp: slot, #""cattax":\#(theirs)"#) == fits)
        let isComparable = cattax == 3 && theirs == 8
        #expect(try ruling(creative, imp: slot, #""cattax":\#(theirs),"acat":["x"]"#) == .refused(.category))
        if isComparable { #expect(try ruling(creative, imp: slot, #""cattax":8,"acat":["1001"]"#) == fits) }
    }

    @Test("a creative that says that it is sensitive, or says no category, is judged alike")
    func said() throws {
        let sensitive = Creative.banner { $0.isSensitive = true }
        #expect(try ruling(sensitive, imp: slot, #""bcat":["IAB1"]"#) == .refused(.category))
        #expect(try ruling(sensitive, imp: slot) == fits)
        #expect(try ruling(.banner(), imp: slot, #""bcat":["IAB1"]"#) == fits)
        // Categories that can be compared say more.
        let told = Creative.banner {
            $0.isSensitive = true
            $0.cat = ["IAB8-5"]
        }
        #expect(try ruling(told, imp: slot, #""bcat":["IAB1"]"#) == fits)
    }

    @Test(
        "a table that cannot be used is refused with its line",
        arguments: [
            ("", 1, "no line names the columns “Unique ID” and “Parent”, separated by tabs"),
            ("Unique ID,Parent\n1,", 1, "no line names the columns “Unique ID” and “Parent”, separated by tabs"),
            ("Unique ID\tParent\n1\t\n1\t2", 3, "category 1 stands twice in the table"),
            ("Unique ID\tParent ID\n\n1\t1", 3, "category 1 is its own parent"),
        ])
    func tables(text: String, line: Int, message: String) {
        var tree = CategoryTree()
        do throws(CategoryTree.Fault) {
            try tree.add(text, taxonomy: 7)
            Issue.record("accepted")
        } catch {
            #expect(error.line == line)
            #expect(error.message == message)
        }
    }

    @Test("categories in a ring come to an end; line ends and quotes of spreadsheets do not matter")
    func rings() throws {
        var tree = CategoryTree()
        try tree.add("\u{FEFF}\"Unique ID\"\t\"Parent\"\r\n\"1\"\t\"2\"\r\n2\t3\r\n3\t1\r\n", taxonomy: 2)
        let creative = Creative.banner(categories: tree) {
            $0.cat = ["1"]
            $0.cattax = 2
        }
        #expect(try ruling(creative, imp: slot, #""cattax":2,"bcat":["3"]"#) == .refused(.category))
        #expect(try ruling(creative, imp: slot, #""cattax":2,"bcat":["4"]"#) == fits)
    }
}
