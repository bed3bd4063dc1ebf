/// A GPP section of the United States: national, or a state's.
///
/// - Source: IAB Tech Lab, Global Privacy Platform 1.1, sections 7 to 27.
package struct USSection: BitwiseCopyable, Sendable {
    /// Values of two bits each.
    package struct Values: BitwiseCopyable, Sendable {
        /// The first value in the highest bits.
        fileprivate var bits: UInt64 = 0
        package fileprivate(set) var count = 0

        /// - Parameter index: from 0, below `count`.
        package subscript(index: Int) -> Int {
            precondition(index >= 0 && index < count)
            return Int(bits >> UInt64((count - 1 - index) * 2) & 3)
        }

        package func contains(_ value: Int) -> Bool {
            for index in 0..<count where self[index] == value { return true }
            return false
        }
    }

    /// What OptOut and Consent fields hold.
    package enum Value {
        package static let notApplicable = 0
        /// Opted out; did not consent.
        package static let refused = 1
        /// Did not opt out; consented.
        package static let granted = 2
    }

    package let id: Int
    /// Of the section's own specification; from 24 on of the MSPA.
    package private(set) var version = 0
    /// Whether the visitor was told of this and that, in the section's own order.
    package private(set) var notices = Values()
    package private(set) var saleOptOut = 0
    /// nil where the section has no such field, as with the next.
    package private(set) var sharingOptOut: Int?
    package private(set) var targetedAdvertisingOptOut: Int?
    package private(set) var sensitiveDataProcessing = Values()
    package private(set) var knownChildSensitiveDataConsents = Values()
    package private(set) var personalDataConsents: Int?
    package private(set) var additionalDataProcessingConsent: Int?
    package private(set) var mspaCoveredTransaction = 0
    package private(set) var mspaOptOutOptionMode: Int?
    package private(set) var mspaServiceProviderMode: Int?
    /// From 24 on, in place of the two above.
    package private(set) var mspaMode: Int?
    /// Global Privacy Control; nil where the section does not say.
    package private(set) var gpc: Bool?

    /// - Parameters:
    ///   - id: 7 to 27.
    ///   - range: of the section within the text.
    /// - Throws: ``ConsentStringFault``.
    /// - Complexity: O(characters). Allocates nothing.
    package init(_ id: Int, _ text: Span<UInt8>, _ range: Range<Int>) throws(ConsentStringFault) {
        guard GPPSectionID.us.contains(id) else { throw .version }
        self.id = id
        let end = Base64.first(UInt8(ascii: "."), in: text, range)
        let core = range.lowerBound..<end
        guard !core.isEmpty else { throw .empty }
        guard Base64.isAlphabet(text, core, acceptsPlus: true) else { throw .notBase64 }
        var cursor = BitCursor(core)
        let isShort = cursor.count <= Self.shortNationalBits
        version = try cursor.number(6, in: text)
        switch id {
        case 7: try readNational(&cursor, text, isShort: isShort)
        case 8: try readCalifornian(&cursor, text)
        case 24...27: try readLate(&cursor, text)
        default: try readState(&cursor, text)
        }
        if end < range.upperBound { try readSecondSegment(end + 1..<range.upperBound, text) }
    }

    /// The national section's lists were shorter at first; its length tells, whatever the version says.
    private static let shortNationalBits = 66

    private mutating func readNational(
        _ cursor: inout BitCursor, _ text: Span<UInt8>, isShort: Bool
    ) throws(ConsentStringFault) {
        notices = try Self.values(6, &cursor, text)
        saleOptOut = try cursor.number(2, in: text)
        sharingOptOut = try cursor.number(2, in: text)
        targetedAdvertisingOptOut = try cursor.number(2, in: text)
        sensitiveDataProcessing = try Self.values(isShort ? 12 : 16, &cursor, text)
        knownChildSensitiveDataConsents = try Self.values(isShort ? 2 : 3, &cursor, text)
        personalDataConsents = try cursor.number(2, in: text)
        try readMSPA(&cursor, text)
    }

    private mutating func readCalifornian(
        _ cursor: inout BitCursor, _ text: Span<UInt8>
    ) throws(ConsentStringFault) {
        notices = try Self.values(3, &cursor, text)
        saleOptOut = try cursor.number(2, in: text)
        sharingOptOut = try cursor.number(2, in: text)
        sensitiveDataProcessing = try Self.values(9, &cursor, text)
        knownChildSensitiveDataConsents = try Self.values(2, &cursor, text)
        personalDataConsents = try cursor.number(2, in: text)
        try readMSPA(&cursor, text)
    }

    /// How states 9 to 23 differ from each other.
    private struct Shape {
        var notices = 3
        let sensitive: Int
        var children = 1
        var hasAdditional = false

        init(of id: Int) {
            switch id {
            case 10: sensitive = 7
            case 15: sensitive = 11
            case 17: sensitive = 9
            case 21: sensitive = 10
            default: sensitive = 8
            }
            switch id {
            case 11, 18: notices = 4
            case 12: children = 3
            case 13, 14, 15, 20: (children, hasAdditional) = (3, true)
            case 17, 21: (children, hasAdditional) = (5, true)
            case 16, 19, 22, 23: hasAdditional = true
            default: break
            }
        }
    }

    private mutating func readState(_ cursor: inout BitCursor, _ text: Span<UInt8>) throws(ConsentStringFault) {
        let shape = Shape(of: id)
        notices = try Self.values(shape.notices, &cursor, text)
        saleOptOut = try cursor.number(2, in: text)
        targetedAdvertisingOptOut = try cursor.number(2, in: text)
        sensitiveDataProcessing = try Self.values(shape.sensitive, &cursor, text)
        knownChildSensitiveDataConsents = try Self.values(shape.children, &cursor, text)
        if shape.hasAdditional { additionalDataProcessingConsent = try cursor.number(2, in: text) }
        try readMSPA(&cursor, text)
    }

    /// Sections 24 to 27, whose order is another.
    private mutating func readLate(_ cursor: inout BitCursor, _ text: Span<UInt8>) throws(ConsentStringFault) {
        mspaCoveredTransaction = try cursor.number(2, in: text)
        mspaMode = try cursor.number(2, in: text)
        notices = try Self.values(3, &cursor, text)
        saleOptOut = try cursor.number(2, in: text)
        targetedAdvertisingOptOut = try cursor.number(2, in: text)
        if id > 24 { knownChildSensitiveDataConsents = try Self.values(1, &cursor, text) }
        additionalDataProcessingConsent = try cursor.number(2, in: text)
    }

    private mutating func readMSPA(_ cursor: inout BitCursor, _ text: Span<UInt8>) throws(ConsentStringFault) {
        mspaCoveredTransaction = try cursor.number(2, in: text)
        mspaOptOutOptionMode = try cursor.number(2, in: text)
        mspaServiceProviderMode = try cursor.number(2, in: text)
    }

    /// Global Privacy Control; from 25 on what stands elsewhere in the core.
    private mutating func readSecondSegment(
        _ range: Range<Int>, _ text: Span<UInt8>
    ) throws(ConsentStringFault) {
        guard Base64.isAlphabet(text, range, acceptsPlus: true) else { throw .notBase64 }
        var cursor = BitCursor(range)
        switch id {
        case 25...27:
            sensitiveDataProcessing = try Self.values(8, &cursor, text)
        case 9, 11, 13:
            break
        default:
            guard try cursor.number(2, in: text) == 1 else { return }
            gpc = try cursor.flag(in: text)
        }
    }

    private static func values(
        _ count: Int, _ cursor: inout BitCursor, _ text: Span<UInt8>
    ) throws(ConsentStringFault) -> Values {
        Values(bits: UInt64(try cursor.number(count * 2, in: text)), count: count)
    }
}

extension USSection {
    /// Whether the visitor opted out of sale, sharing or targeted advertising.
    package var isOptedOut: Bool {
        saleOptOut == Value.refused || sharingOptOut == Value.refused || targetedAdvertisingOptOut == Value.refused
    }

    /// Whether a child is known to visit for whom nobody consented.
    package var isChild: Bool { knownChildSensitiveDataConsents.contains(Value.refused) }

    /// Whether a precise place may be processed.
    ///
    /// The national section and California's say so in an entry of their own, where nothing but a yes is one. In other
    /// states any refusal of sensitive data counts.
    package var allowsPreciseGeo: Bool {
        switch id {
        case 7: sensitiveDataProcessing[7] == Value.granted
        case 8: sensitiveDataProcessing[2] == Value.granted
        default: !sensitiveDataProcessing.contains(Value.refused)
        }
    }
}
