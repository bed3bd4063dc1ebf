import Units

@testable import Consent

/// Bits written as base64url characters: the other way round, for fixtures of our own.
struct BitText {
    private var bits: [Bool] = []

    mutating func append(_ value: Int, _ width: Int) {
        for place in (0..<width).reversed() { bits.append(value >> place & 1 == 1) }
    }

    /// One bit for each number up to `width`, the first for 1.
    mutating func append(_ numbers: [Int], _ width: Int) {
        for number in 1...width { bits.append(numbers.contains(number)) }
    }

    /// A number as the header of the GPP has them: a sum of Fibonacci numbers, ended by two ones.
    mutating func appendFibonacci(_ value: Int) {
        var weights = [1, 2]
        while let last = weights.last, last <= value { weights.append(last + weights[weights.count - 2]) }
        var rest = value
        var code: [Bool] = []
        for weight in weights.reversed() {
            let isUsed = weight <= rest
            if isUsed { rest -= weight }
            if isUsed || !code.isEmpty { code.append(isUsed) }
        }
        bits += code.reversed() + [true]
    }

    var text: String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let padded = bits + Array(repeating: false, count: (6 - bits.count % 6) % 6)
        return String(
            stride(from: 0, to: padded.count, by: 6).map { start in
                alphabet[padded[start..<start + 6].reduce(0) { $0 * 2 + ($1 ? 1 : 0) }]
            })
    }
}

/// A TC string that a test makes up: by default one that gives vendor 42 all that a profile needs.
struct TCFText {
    enum Vendors {
        /// A bit for each vendor up to a number.
        case bits([Int], max: Int)
        case ranges([ClosedRange<Int>], max: Int)

        static let ours = Vendors.bits([42], max: 50)
        static let nobody = Vendors.bits([], max: 0)
    }

    struct Restriction {
        let purpose: Int
        let type: TCFString.RestrictionType
        let vendors: [ClosedRange<Int>]

        init(_ purpose: Int, _ type: TCFString.RestrictionType, _ vendors: ClosedRange<Int>...) {
            self.purpose = purpose
            self.type = type
            self.vendors = vendors
        }
    }

    /// 1 November 2026.
    static let now = Instant(seconds: 1_793_491_200)
    static let vendor = 42

    var version = 2
    var created = now.adding(seconds: -86_400 * 30)
    var policyVersion = 5
    var isServiceSpecific = true
    var specialFeatures = [1, 2]
    var purposes = Array(1...11)
    var interests = [2, 7, 8, 9, 10, 11]
    var purposeOneTreatment = false
    var publisherCC = "DE"
    var vendorConsents = Vendors.ours
    var vendorInterests = Vendors.ours
    var restrictions: [Restriction] = []
    /// nil: a string without the segment.
    var disclosed: Vendors? = .ours

    /// With one thing changed.
    static func text(_ change: (inout TCFText) -> Void = { _ in }) -> String {
        var text = TCFText()
        change(&text)
        return text.text
    }

    var text: String {
        var core = BitText()
        core.append(version, 6)
        for _ in 0..<2 { core.append(Int(created.micros / 100_000), 36) }
        core.append(31, 12)
        core.append(4, 12)
        core.append(1, 6)
        core.append(4 << 6 | 13, 12)
        core.append(142, 12)
        core.append(policyVersion, 6)
        core.append(isServiceSpecific ? 1 : 0, 1)
        core.append(0, 1)
        core.append(specialFeatures, 12)
        core.append(purposes, 24)
        core.append(interests, 24)
        core.append(purposeOneTreatment ? 1 : 0, 1)
        for letter in publisherCC.utf8 { core.append(Int(letter) - 65, 6) }
        Self.append(vendorConsents, to: &core)
        Self.append(vendorInterests, to: &core)
        core.append(restrictions.count, 12)
        for restriction in restrictions {
            core.append(restriction.purpose, 6)
            core.append(restriction.type.rawValue, 2)
            Self.append(restriction.vendors, to: &core)
        }
        guard let disclosed else { return core.text }
        var segment = BitText()
        segment.append(1, 3)
        Self.append(disclosed, to: &segment)
        return core.text + "." + segment.text
    }

    private static func append(_ vendors: Vendors, to text: inout BitText) {
        switch vendors {
        case .bits(let numbers, let max):
            text.append(max, 16)
            text.append(0, 1)
            if max > 0 { text.append(numbers, max) }
        case .ranges(let ranges, let max):
            text.append(max, 16)
            text.append(1, 1)
            append(ranges, to: &text)
        }
    }

    private static func append(_ ranges: [ClosedRange<Int>], to text: inout BitText) {
        text.append(ranges.count, 12)
        for range in ranges {
            text.append(range.count > 1 ? 1 : 0, 1)
            text.append(range.lowerBound, 16)
            if range.count > 1 { text.append(range.upperBound, 16) }
        }
    }
}

/// GPP strings that a test makes up.
enum GPPText {
    /// - Parameter sections: by id, ascending.
    static func text(_ sections: [(id: Int, text: String)]) -> String {
        ([header(sections.map(\.id).map { $0...$0 })] + sections.map(\.text)).joined(separator: "~")
    }

    static func header(_ groups: [ClosedRange<Int>]) -> String {
        var header = BitText()
        header.append(3, 6)
        header.append(1, 6)
        header.append(groups.count, 12)
        var last = 0
        for group in groups {
            header.append(group.count > 1 ? 1 : 0, 1)
            header.appendFibonacci(group.lowerBound - last)
            if group.count > 1 { header.appendFibonacci(group.upperBound - group.lowerBound) }
            last = group.upperBound
        }
        return header.text
    }

    /// A section's core and, where it is asked for, its signal of Global Privacy Control.
    static func section(version: Int = 1, _ values: [Int], gpc: Bool? = nil) -> String {
        var core = BitText()
        core.append(version, 6)
        for value in values { core.append(value, 2) }
        guard let gpc else { return core.text }
        var segment = BitText()
        segment.append(1, 2)
        segment.append(gpc ? 1 : 0, 1)
        return core.text + "." + segment.text
    }

    /// The national section: every notice given, nothing refused, unless said otherwise.
    static func national(
        sale: Int = 2, sharing: Int = 2, targeted: Int = 2, geo: Int = 2, child: Int = 0, gpc: Bool? = false
    ) -> String {
        let sensitive = (1...16).map { $0 == 8 ? geo : 0 }
        return section(
            version: 2,
            Array(repeating: 1, count: 6) + [sale, sharing, targeted] + sensitive + [0, child, 0, 0, 2, 0, 0],
            gpc: gpc)
    }

    /// California's.
    static func california(sale: Int = 2, sharing: Int = 2, geo: Int = 2, child: Int = 0, gpc: Bool? = false) -> String
    {
        section([1, 1, 1, sale, sharing, 0, 0, geo, 0, 0, 0, 0, 0, 0, child, 0, 0, 2, 0, 0], gpc: gpc)
    }

    /// Virginia's, and with its eight sensitive entries and one child Texas's but for a field.
    static func virginia(sale: Int = 2, targeted: Int = 2, sensitive: Int = 0, child: Int = 0) -> String {
        section([1, 1, 1, sale, targeted] + Array(repeating: sensitive, count: 8) + [child, 2, 0, 0])
    }
}
