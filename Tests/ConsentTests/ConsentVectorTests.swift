import Foundation
import Testing

@testable import Consent

/// The public test vectors beside the checkout, where there are some.
private enum Vectors {
    /// The first `shared/openrtb-samples` beside a folder that this file is in.
    static let file: URL? = {
        var place = URL(filePath: #filePath)
        while place.pathComponents.count > 1 {
            place.deleteLastPathComponent()
            let candidate = place.appending(path: "shared/openrtb-samples/consent-vectors.json")
            if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
        }
        return nil
    }()

    static func list(_ name: String) throws -> [[String: Any]] {
        guard let file else { return [] }
        let root = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        return root?[name] as? [[String: Any]] ?? []
    }
}

extension [String: Any] {
    fileprivate var text: String { self["string"] as? String ?? "" }
    fileprivate var decoded: [String: Any]? { self["decoded"] as? [String: Any] }

    /// With sorted keys, so that two that are the same are the same text.
    fileprivate var canonical: String {
        let data = try? JSONSerialization.data(withJSONObject: self, options: [.sortedKeys])
        return String(decoding: data ?? Data(), as: UTF8.self)
    }
}

@Suite(
    "Public consent strings",
    .enabled(if: Vectors.file != nil, "no shared/openrtb-samples/consent-vectors.json beside the checkout"))
struct ConsentVectorTests {
    @Test("each TC string is read as others read it, field by field and vendor by vendor")
    func tcf() throws {
        let vectors = try Vectors.list("tcf")
        #expect(vectors.count >= 11)
        for vector in vectors {
            let expected = Self.normalized(try #require(vector.decoded))
            #expect(try Self.fields(ofTCF: vector.text).canonical == expected.canonical, "\(vector.text)")
        }
    }

    @Test("each unsound TC string is refused for its reason")
    func unsound() throws {
        let reasons: [(note: String, fault: ConsentStringFault)] = [
            ("v1 string", .version), ("ends early", .truncated), ("section truncated", .truncated), ("empty", .empty),
            ("not base64url", .notBase64), ("too short", .tooShort),
        ]
        let vectors = try Vectors.list("tcf_invalid")
        #expect(vectors.count >= 6)
        for vector in vectors {
            let note = vector["note"] as? String ?? ""
            let reason = try #require(reasons.first { note.contains($0.note) })
            #expect(fault(of: vector.text) == reason.fault, "\(note)")
        }
    }

    @Test("each GPP string has the sections that others find, and they say the same")
    func gpp() throws {
        let vectors = try Vectors.list("gpp")
        #expect(vectors.count >= 11)
        for vector in vectors {
            let expected = try #require(vector.decoded)
            let bytes = Array(vector.text.utf8)
            let string = try GPPString(bytes.span)
            let ids = (0...63).filter { string.contains($0) }
            #expect(ids == expected["sectionIds"] as? [Int])
            #expect(string.sectionCount == ids.count)
            let sections = expected["sections"] as? [String: Any] ?? [:]
            #expect(sections.count == ids.count)
            for id in ids {
                let place = string.section(id, in: bytes.span)
                let range = try #require(place)
                let text = String(decoding: bytes[range], as: UTF8.self)
                guard let fields = sections["\(id)"] as? [String: Any] else {
                    #expect(sections["\(id)"] as? String == text)
                    continue
                }
                let found = id == 2 ? try Self.fields(ofTCF: text) : try Self.fields(of: id, bytes, range)
                #expect(
                    found.canonical == (id == 2 ? Self.normalized(fields) : fields).canonical, "\(id) in \(vector.text)"
                )
            }
        }
    }

    @Test("each US privacy string is read as others read it")
    func usPrivacy() throws {
        let vectors = try Vectors.list("us_privacy")
        #expect(vectors.count >= 11)
        for vector in vectors {
            let string = USPrivacy(Array(vector.text.utf8).span)
            #expect((string == nil) == (vector.decoded == nil), "\(vector.text)")
            guard let string, let expected = vector.decoded else { continue }
            let letters: [USPrivacy.Answer: String] = [.yes: "Y", .no: "N", .notApplicable: "-"]
            #expect(string.version == expected["version"] as? Int)
            #expect(letters[string.notice] == expected["notice"] as? String)
            #expect(letters[string.optOutSale] == expected["optOutSale"] as? String)
            #expect(letters[string.lspaCovered] == expected["lspa"] as? String)
        }
    }

    // MARK: TC strings

    /// Vendors asked for, one after the other: more than any of the strings names.
    private static let vendors = 1...1000

    private static func fields(ofTCF text: String) throws -> [String: Any] {
        let bytes = Array(text.utf8)
        let string = try TCFString(bytes.span, vendor: 0)
        var fields: [String: Any] = [
            "version": string.version, "created_ds": string.created, "lastUpdated_ds": string.lastUpdated,
            "cmpId": string.cmpId, "cmpVersion": string.cmpVersion, "consentScreen": string.consentScreen,
            "consentLanguage": string.consentLanguage.text.lowercased(), "vendorListVersion": string.vendorListVersion,
            "tcfPolicyVersion": string.tcfPolicyVersion, "isServiceSpecific": string.isServiceSpecific ? 1 : 0,
            "useNonStandardTexts": string.useNonStandardTexts ? 1 : 0,
            "specialFeatureOptIns": numbers(string.specialFeatureOptIns),
            "purposesConsent": numbers(string.purposesConsent), "purposesLI": numbers(string.purposesLITransparency),
            "purposeOneTreatment": string.purposeOneTreatment ? 1 : 0, "publisherCC": string.publisherCC.text,
            "maxVendorConsent": string.maxVendorConsent, "maxVendorLI": string.maxVendorLI,
        ]
        let answers = try vendors.map { try TCFString(bytes.span, vendor: $0) }
        func asked(_ isSo: (TCFString) -> Bool) -> [Int] { zip(vendors, answers).filter { isSo($0.1) }.map(\.0) }
        fields["vendorConsents"] = asked(\.vendorConsent)
        fields["vendorLI"] = asked(\.vendorLegitimateInterest)
        if string.disclosure != .unknown { fields["disclosedVendors"] = asked { $0.disclosure == .disclosed } }
        var restrictions: [String: [Int]] = [:]
        for purpose in 0..<64 {
            for type in TCFString.RestrictionType.allCases {
                let restricted = asked { $0.isRestricted(purpose, type) }
                if !restricted.isEmpty { restrictions["\(purpose)/\(type.rawValue)"] = restricted }
            }
        }
        fields["pubRestrictions"] = restrictions
        fields["publisherTC"] = try publisherTC(bytes)
        return fields
    }

    private static func numbers(_ numbers: TCFString.Numbers) -> [Int] { (1...24).filter { numbers.contains($0) } }

    /// What publishers say of themselves, which the service does not read.
    private static func publisherTC(_ bytes: [UInt8]) throws -> [String: [Int]]? {
        var start = 0
        for segment in bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            var cursor = BitCursor(start..<start + segment.count)
            defer { start += segment.count + 1 }
            guard start > 0, try cursor.number(3, in: bytes.span) == 3 else { continue }
            let consent = TCFString.Numbers(bits: UInt32(try cursor.number(24, in: bytes.span)), width: 24)
            let interest = TCFString.Numbers(bits: UInt32(try cursor.number(24, in: bytes.span)), width: 24)
            return ["consent": numbers(consent), "li": numbers(interest)]
        }
        return nil
    }

    /// Restrictions by purpose and type; everything else as it stands.
    private static func normalized(_ decoded: [String: Any]) -> [String: Any] {
        var fields = decoded
        var restrictions: [String: [Int]] = [:]
        for restriction in decoded["pubRestrictions"] as? [[String: Any]] ?? [] {
            let key = "\(restriction["purpose"] as? Int ?? -1)/\(restriction["type"] as? Int ?? -1)"
            restrictions[key, default: []] += restriction["vendors"] as? [Int] ?? []
        }
        fields["pubRestrictions"] = restrictions
        return fields
    }

    // MARK: American sections

    /// What the notices of each section are called, in its order.
    private static func notices(of id: Int) -> [String] {
        switch id {
        case 7:
            [
                "SharingNotice", "SaleOptOutNotice", "SharingOptOutNotice", "TargetedAdvertisingOptOutNotice",
                "SensitiveDataProcessingOptOutNotice", "SensitiveDataLimitUseNotice",
            ]
        case 8: ["SaleOptOutNotice", "SharingOptOutNotice", "SensitiveDataLimitUseNotice"]
        case 11:
            [
                "SharingNotice", "SaleOptOutNotice", "TargetedAdvertisingOptOutNotice",
                "SensitiveDataProcessingOptOutNotice",
            ]
        case 18:
            ["ProcessingNotice", "SaleOptOutNotice", "TargetedAdvertisingOptOutNotice", "SensitiveDataOptOutNotice"]
        case 9, 10, 12, 14: ["SharingNotice", "SaleOptOutNotice", "TargetedAdvertisingOptOutNotice"]
        default: ["ProcessingNotice", "SaleOptOutNotice", "TargetedAdvertisingOptOutNotice"]
        }
    }

    private static func fields(of id: Int, _ bytes: [UInt8], _ range: Range<Int>) throws -> [String: Any] {
        let section = try USSection(id, bytes.span, range)
        var fields: [String: Any] = [
            id < 24 ? "Version" : "MspaVersion": section.version, "SaleOptOut": section.saleOptOut,
            "MspaCoveredTransaction": section.mspaCoveredTransaction,
        ]
        for (index, name) in notices(of: id).enumerated() { fields[name] = section.notices[index] }
        #expect(section.notices.count == notices(of: id).count)
        fields["SharingOptOut"] = section.sharingOptOut
        fields["TargetedAdvertisingOptOut"] = section.targetedAdvertisingOptOut
        fields["PersonalDataConsents"] = section.personalDataConsents
        fields["AdditionalDataProcessingConsent"] = section.additionalDataProcessingConsent
        fields["MspaOptOutOptionMode"] = section.mspaOptOutOptionMode
        fields["MspaServiceProviderMode"] = section.mspaServiceProviderMode
        fields["MspaMode"] = section.mspaMode
        fields["Gpc"] = section.gpc.map { $0 ? 1 : 0 }
        let sensitive = list(section.sensitiveDataProcessing)
        if !sensitive.isEmpty { fields["SensitiveDataProcessing"] = sensitive }
        // A list of one is told as its one value.
        let children = list(section.knownChildSensitiveDataConsents)
        if children.count == 1 { fields["KnownChildSensitiveDataConsents"] = children[0] }
        if children.count > 1 { fields["KnownChildSensitiveDataConsents"] = children }
        return fields
    }

    private static func list(_ values: USSection.Values) -> [Int] { (0..<values.count).map { values[$0] } }
}
