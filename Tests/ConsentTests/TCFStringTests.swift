import Testing
import Units

@testable import Consent

private func read(_ text: String, vendor: Int = TCFText.vendor) throws -> TCFString {
    try TCFString(Array(text.utf8).span, vendor: vendor)
}

private func isRecognizable(_ text: String) -> Bool { TCFString.isRecognizable(Array(text.utf8).span) }

/// Why a text is refused; nil where it is read.
func fault(of text: String, vendor: Int = TCFText.vendor) -> ConsentStringFault? {
    do throws(ConsentStringFault) {
        _ = try TCFString(Array(text.utf8).span, vendor: vendor)
        return nil
    } catch {
        return error
    }
}

@Suite("TC strings")
struct TCFStringTests {
    @Test("the core's fields are what was written")
    func core() throws {
        let string = try read(TCFText.text { $0.purposeOneTreatment = true })
        #expect(string.version == 2)
        #expect(string.created == Int(TCFText.now.adding(seconds: -86_400 * 30).micros / 100_000))
        #expect(string.lastUpdated == string.created)
        #expect((string.cmpId, string.cmpVersion, string.consentScreen) == (31, 4, 1))
        #expect(string.consentLanguage.text == "EN")
        #expect((string.vendorListVersion, string.tcfPolicyVersion) == (142, 5))
        #expect(string.isServiceSpecific)
        #expect(!string.useNonStandardTexts)
        #expect((1...12).filter { string.specialFeatureOptIns.contains($0) } == [1, 2])
        #expect((0...30).filter { string.purposesConsent.contains($0) } == Array(1...11))
        #expect((0...30).filter { string.purposesLITransparency.contains($0) } == [2, 7, 8, 9, 10, 11])
        #expect(string.purposeOneTreatment)
        #expect(string.publisherCC.text == "DE")
        #expect((string.maxVendorConsent, string.maxVendorLI) == (50, 50))
    }

    @Test(
        "a vendor's bits are found wherever they stand",
        arguments: [
            (TCFText.Vendors.bits([1, 42, 300], max: 300), [1, 42, 300]), (.bits([], max: 300), []),
            (.ranges([1...1, 40...42, 300...300], max: 300), [1, 40, 41, 42, 300]), (.ranges([], max: 300), []),
            (.bits([7], max: 7), [7]), (.ranges([65_535...65_535], max: 65_535), [65_535]), (.nobody, []),
            // Vendors above the greatest number are none, whatever the ranges say.
            (.ranges([5...20], max: 10), Array(5...10)),
        ] as [(TCFText.Vendors, [Int])])
    func vendors(vendors: TCFText.Vendors, expected: [Int]) throws {
        let asked = Array(0...310) + [65_535, 65_536, -1]
        let consents = TCFText.text { $0.vendorConsents = vendors }
        let interests = TCFText.text { $0.vendorInterests = vendors }
        let disclosed = TCFText.text { $0.disclosed = vendors }
        #expect(try asked.filter { try read(consents, vendor: $0).vendorConsent } == expected)
        #expect(try asked.filter { try read(consents, vendor: $0).vendorLegitimateInterest } == [42])
        #expect(try asked.filter { try read(interests, vendor: $0).vendorLegitimateInterest } == expected)
        #expect(try asked.filter { try read(disclosed, vendor: $0).disclosure == .disclosed } == expected)
    }

    @Test("without the segment nobody knows whom the visitor was shown")
    func undisclosed() throws {
        #expect(try read(TCFText.text { $0.disclosed = nil }).disclosure == .unknown)
        #expect(try read(TCFText.text { $0.disclosed = .nobody }).disclosure == .notDisclosed)
    }

    @Test("segments of other types are passed over, and of two that disclose the first counts")
    func segments() throws {
        let core = TCFText.text { $0.disclosed = nil }
        let ours = String(TCFText.text().split(separator: ".")[1])
        let nobody = String(TCFText.text { $0.disclosed = .nobody }.split(separator: ".")[1])
        #expect(try read("\(core).YAAAAAAAAAA.\(ours)").disclosure == .disclosed)
        #expect(try read("\(core).\(nobody).\(ours)").disclosure == .notDisclosed)
    }

    @Test("publisher restrictions are those of the vendor asked for")
    func restrictions() throws {
        let text = TCFText.text {
            $0.restrictions = [
                .init(2, .requireConsent, 42...42), .init(7, .notAllowed, 1...41, 43...50),
                .init(63, .notAllowed, 42...42), .init(10, .requireLegitimateInterest, 40...50),
            ]
        }
        let ours = try read(text)
        #expect(ours.isRestricted(2, .requireConsent))
        #expect(!ours.isRestricted(2, .notAllowed))
        #expect(!ours.isRestricted(7, .notAllowed))
        #expect(ours.isRestricted(10, .requireLegitimateInterest))
        #expect(ours.isRestricted(63, .notAllowed))
        #expect(!ours.isRestricted(64, .notAllowed) && !ours.isRestricted(-1, .notAllowed))
        #expect(try read(text, vendor: 41).isRestricted(7, .notAllowed))
        #expect(try !read(text, vendor: 51).isRestricted(7, .notAllowed))
    }

    @Test(
        "what is no whole TC string of this version is refused for its reason",
        arguments: [
            ("", .empty), ("consent opt-out", .notBase64), ("COyf+", .notBase64), ("COyf", .tooShort),
            (TCFText.text { $0.version = 1 }, .version), (TCFText.text { $0.version = 3 }, .version),
            (TCFText.text() + ".", .truncated), (TCFText.text { $0.disclosed = nil } + ".I", .truncated),
            (TCFText.text { $0.disclosed = nil } + ".IAC!", .notBase64),
            (String(repeating: "C", count: TCFString.charactersMax + 1), .tooLong),
        ] as [(String, ConsentStringFault)])
    func refused(text: String, expected: ConsentStringFault) {
        #expect(fault(of: text) == expected)
    }

    @Test("a string that is cut anywhere in its core is refused")
    func cut() {
        let texts = [
            TCFText.text { $0.disclosed = nil },
            TCFText.text {
                $0.disclosed = nil
                $0.vendorConsents = .ranges([1...3, 42...42], max: 900)
                $0.restrictions = [.init(2, .requireConsent, 42...42, 50...60)]
            },
        ]
        for text in texts {
            #expect(fault(of: text) == nil)
            for count in 0..<text.count { #expect(fault(of: String(text.prefix(count))) != nil, "\(count) of \(text)") }
        }
    }

    @Test("a TC string of any version is recognised by its beginning, other texts are not")
    func recognizable() {
        let known = [TCFText.text(), TCFText.text { $0.version = 1 }, String(TCFText.text().prefix(22))]
        for text in known { #expect(isRecognizable(text), "\(text)") }
        for text in ["", "1", "garbage", "COyf", "no consent string, but long enough", TCFText.text { $0.version = 9 }]
        {
            #expect(!isRecognizable(text), "\(text)")
        }
    }
}
