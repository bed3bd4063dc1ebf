/// What a TC string says, as far as one vendor is concerned.
///
/// The vendor's bits are found on the way through the string, without decoding anybody else's; so a value is small, and
/// another vendor is another reading.
///
/// - Source: IAB Europe, Transparency and Consent Framework 2.3, consent string format.
package struct TCFString: BitwiseCopyable, Sendable {
    /// Longer ones are refused: a bit for each of 5,000 vendors, twice, takes 1,700.
    package static let charactersMax = 4096

    /// A bit field whose first bit is number 1.
    package struct Numbers: BitwiseCopyable, Hashable, Sendable {
        let bits: UInt32
        let width: Int

        package func contains(_ number: Int) -> Bool {
            (1...width).contains(number) && bits >> UInt32(width - number) & 1 == 1
        }
    }

    /// Two letters of a language or a country.
    package struct Letters: BitwiseCopyable, Hashable, Sendable {
        /// Six bits each, A as zero.
        let code: UInt16

        init(code: UInt16) { self.code = code }

        /// - Parameter text: two letters of any case; nil for anything else.
        package init?(_ text: String) {
            let letters = text.utf8.map { $0 & 0xDF }
            guard letters.count == 2, letters.allSatisfy({ (0x41...0x5A).contains($0) }) else { return nil }
            code = UInt16(letters[0] - 0x41) << 6 | UInt16(letters[1] - 0x41)
        }

        /// In upper case.
        package var text: String {
            String(decoding: [UInt8(code >> 6) + 0x41, UInt8(code & 0x3F) + 0x41], as: UTF8.self)
        }
    }

    /// What a publisher demands of one vendor for a purpose.
    package enum RestrictionType: Int, CaseIterable, BitwiseCopyable, Sendable {
        case notAllowed = 0
        case requireConsent = 1
        case requireLegitimateInterest = 2
        case undefined = 3
    }

    /// Whether the visitor was shown the vendor.
    package enum Disclosure: BitwiseCopyable, Sendable {
        /// The string has no such segment: it is older than TCF 2.3.
        case unknown
        case disclosed
        case notDisclosed
    }

    package private(set) var version = 0
    /// Tenths of a second since 1970 in UTC, as are `lastUpdated`'s.
    package private(set) var created = 0
    package private(set) var lastUpdated = 0
    package private(set) var cmpId = 0
    package private(set) var cmpVersion = 0
    package private(set) var consentScreen = 0
    package private(set) var consentLanguage = Letters(code: 0)
    package private(set) var vendorListVersion = 0
    package private(set) var tcfPolicyVersion = 0
    package private(set) var isServiceSpecific = false
    package private(set) var useNonStandardTexts = false
    package private(set) var specialFeatureOptIns = Numbers(bits: 0, width: 12)
    package private(set) var purposesConsent = Numbers(bits: 0, width: 24)
    package private(set) var purposesLITransparency = Numbers(bits: 0, width: 24)
    package private(set) var purposeOneTreatment = false
    package private(set) var publisherCC = Letters(code: 0)
    package private(set) var maxVendorConsent = 0
    package private(set) var maxVendorLI = 0

    /// Of the vendor asked for.
    package private(set) var vendorConsent = false
    package private(set) var vendorLegitimateInterest = false
    package private(set) var disclosure = Disclosure.unknown
    /// Purposes by ``RestrictionType``, a bit each.
    private var restrictions: InlineArray<4, UInt64> = [0, 0, 0, 0]

    /// Reads a string for one vendor.
    ///
    /// - Parameter vendor: its id in the global vendor list; 0 for nobody's.
    /// - Throws: ``ConsentStringFault`` where it cannot be read whole. A string that can be read need not be one to act
    ///   upon: ``ConsentPolicy`` judges that.
    /// - Complexity: O(characters), at most ``charactersMax``. Allocates nothing.
    package init(_ text: Span<UInt8>, vendor: Int) throws(ConsentStringFault) {
        try self.init(text, 0..<text.count, vendor: vendor)
    }

    /// - Parameter range: of the string within the text.
    init(_ text: Span<UInt8>, _ range: Range<Int>, vendor: Int) throws(ConsentStringFault) {
        try Self.checkSize(range)
        var end = Self.segmentEnd(text, range)
        try self.init(core: range.lowerBound..<end, in: text, vendor: vendor)
        while end < range.upperBound {
            let start = end + 1
            end = Self.segmentEnd(text, start..<range.upperBound)
            try readSegment(start..<end, in: text, vendor: vendor)
        }
    }

    /// Whether a text is a TC string of any version, whole or not: one that says that the GDPR was thought of.
    package static func isRecognizable(_ text: Span<UInt8>) -> Bool {
        let range = 0..<min(text.count, headCharacters)
        guard range.count == headCharacters, Base64.isAlphabet(text, range, acceptsPlus: false) else { return false }
        return (1...2).contains(Base64.value(text[0]))
    }

    /// Up to the version of the vendor list, which all versions begin with.
    private static let headCharacters = 22

    private static func checkSize(_ range: Range<Int>) throws(ConsentStringFault) {
        if range.isEmpty { throw .empty }
        if range.count > charactersMax { throw .tooLong }
    }

    private static func segmentEnd(_ text: Span<UInt8>, _ range: Range<Int>) -> Int {
        Base64.first(UInt8(ascii: "."), in: text, range)
    }

    // MARK: Core

    private init(core range: Range<Int>, in text: Span<UInt8>, vendor: Int) throws(ConsentStringFault) {
        guard Base64.isAlphabet(text, range, acceptsPlus: false) else { throw .notBase64 }
        if range.count < Self.headCharacters { throw .tooShort }
        var cursor = BitCursor(range)
        version = try cursor.number(6, in: text)
        guard version == 2 else { throw .version }
        created = try cursor.number(36, in: text)
        lastUpdated = try cursor.number(36, in: text)
        cmpId = try cursor.number(12, in: text)
        cmpVersion = try cursor.number(12, in: text)
        consentScreen = try cursor.number(6, in: text)
        consentLanguage = Letters(code: UInt16(try cursor.number(12, in: text)))
        vendorListVersion = try cursor.number(12, in: text)
        tcfPolicyVersion = try cursor.number(6, in: text)
        isServiceSpecific = try cursor.flag(in: text)
        useNonStandardTexts = try cursor.flag(in: text)
        specialFeatureOptIns = Numbers(bits: UInt32(try cursor.number(12, in: text)), width: 12)
        purposesConsent = Numbers(bits: UInt32(try cursor.number(24, in: text)), width: 24)
        purposesLITransparency = Numbers(bits: UInt32(try cursor.number(24, in: text)), width: 24)
        purposeOneTreatment = try cursor.flag(in: text)
        publisherCC = Letters(code: UInt16(try cursor.number(12, in: text)))
        (maxVendorConsent, vendorConsent) = try Self.vendors(&cursor, text, has: vendor)
        (maxVendorLI, vendorLegitimateInterest) = try Self.vendors(&cursor, text, has: vendor)
        try readRestrictions(&cursor, text, vendor)
    }

    /// Goes over a list of vendors, kept as bits or as ranges.
    private static func vendors(
        _ cursor: inout BitCursor, _ text: Span<UInt8>, has vendor: Int
    ) throws(ConsentStringFault) -> (max: Int, isListed: Bool) {
        let max = try cursor.number(16, in: text)
        let isWithin = (1...65_535).contains(vendor) && vendor <= max
        if try cursor.flag(in: text) {
            let isListed = try ranges(&cursor, text, have: vendor)
            return (max, isListed && isWithin)
        }
        let isListed = isWithin ? try cursor.flag(ahead: vendor - 1, in: text) : false
        try cursor.skip(max, in: text)
        return (max, isListed)
    }

    private static func ranges(
        _ cursor: inout BitCursor, _ text: Span<UInt8>, have vendor: Int
    ) throws(ConsentStringFault) -> Bool {
        var isListed = false
        for _ in 0..<(try cursor.number(12, in: text)) {
            let entry = try cursor.number(17, in: text)
            let first = entry & 0xFFFF
            let last = entry >> 16 == 1 ? try cursor.number(16, in: text) : first
            if first <= vendor, vendor <= last { isListed = true }
        }
        return isListed
    }

    // MARK: Publisher restrictions

    private mutating func readRestrictions(
        _ cursor: inout BitCursor, _ text: Span<UInt8>, _ vendor: Int
    ) throws(ConsentStringFault) {
        for _ in 0..<(try cursor.number(12, in: text)) {
            let purpose = try cursor.number(6, in: text)
            let type = try cursor.number(2, in: text)
            if try Self.ranges(&cursor, text, have: vendor) { restrictions[type] |= 1 << UInt64(purpose) }
        }
    }

    /// Whether the publisher restricts the vendor so for a purpose.
    package func isRestricted(_ purpose: Int, _ type: RestrictionType) -> Bool {
        (0..<64).contains(purpose) && restrictions[type.rawValue] >> UInt64(purpose) & 1 == 1
    }

    // MARK: Other segments

    /// `disclosedVendors` is read, of which the first counts; what publishers say of themselves is not for vendors.
    private mutating func readSegment(
        _ range: Range<Int>, in text: Span<UInt8>, vendor: Int
    ) throws(ConsentStringFault) {
        guard Base64.isAlphabet(text, range, acceptsPlus: false) else { throw .notBase64 }
        var cursor = BitCursor(range)
        guard try cursor.number(3, in: text) == 1, case .unknown = disclosure else { return }
        disclosure = try Self.vendors(&cursor, text, has: vendor).isListed ? .disclosed : .notDisclosed
    }
}
