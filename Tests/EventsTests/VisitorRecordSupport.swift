import Events
import Units

/// Draws records of every kind, with every sort of property, up to the limits.
struct RandomRecords {
    private var random: SplitMix64
    /// Properties and identifiers in one record, at most.
    private let partsMax: Int

    init(seed: UInt64, partsMax: Int = .max) {
        random = SplitMix64(seed: seed)
        self.partsMax = partsMax
    }

    mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

    mutating func instant() -> Instant { Instant(micros: Int64(truncatingIfNeeded: random.next())) }

    mutating func record() -> VisitorRecord {
        let visitor = visitor()
        return switch VisitorRecordCoder.Kind.allCases[below(VisitorRecordCoder.Kind.allCases.count)] {
        case .act: .act(visitor, act())
        case .link:
            .link(visitor, (0..<below(min(partsMax, VisitorRecordLimits.identitiesMax) + 1)).map { _ in identity() })
        case .merge: .merge(from: self.visitor(), into: visitor)
        case .optOut: .optOut(visitor, below(2) == 1)
        case .erase: .erase(visitor)
        case .members: .members(audience: text(256), file: text(256))
        case .household: .household(visitor, HouseholdChange.allCases[below(2)])
        }
    }

    mutating func act() -> VisitorAct {
        var act = VisitorAct(id: key(), type: text(VisitorRecordLimits.typeBytesMax), instant: instant())
        act.consent = UInt8(below(256))
        act.household = below(2) == 0 ? nil : key()
        for _ in 0..<below(min(partsMax, VisitorRecordLimits.propertiesMax) + 1) {
            act.properties.append(.init(text(VisitorRecordLimits.nameBytesMax), value()))
        }
        return act
    }

    private mutating func value() -> VisitorAct.Value {
        switch below(4) {
        case 0: .text(text(VisitorRecordLimits.textBytesMax))
        case 1: .number(Micros(Int64(truncatingIfNeeded: random.next())))
        case 2: .flag(below(2) == 1)
        // Few, as an act full of the longest lists is beyond the limit of the whole.
        default: .texts((0..<below(4)).map { _ in text(VisitorRecordLimits.textBytesMax) })
        }
    }

    private mutating func visitor() -> VisitorNumber { VisitorNumber(UInt32(truncatingIfNeeded: random.next())) }

    private mutating func key() -> IdentityKey { IdentityKey(high: random.next(), low: random.next()) }

    private mutating func identity() -> Identity { Identity(IdentityKind.allCases[below(7)], key()) }

    /// Of one, two and four bytes a character, the empty and the longest among them.
    private mutating func text(_ bytesMax: Int) -> String {
        let alphabet: [Character] = ["a", "z", "\u{0}", "\"", "é", "ク", "🌷", " "]
        let bytes = below(8) == 0 ? bytesMax : below(bytesMax + 1)
        var text = ""
        while text.utf8.count < bytes {
            let next = alphabet[below(alphabet.count)]
            text.append(text.utf8.count + String(next).utf8.count <= bytes ? next : "x")
        }
        return text
    }
}

/// A cipher that hides nothing: the visitor's number and the head stand before the text, and a sum behind it.
enum TransparentSeal {
    static func seal(_ visitor: VisitorNumber, _ head: ArraySlice<UInt8>, _ plain: ArraySlice<UInt8>) -> [UInt8] {
        Array(plain) + sum(visitor, head, plain)
    }

    static func open(
        _ visitor: VisitorNumber, _ head: ArraySlice<UInt8>, _ sealed: ArraySlice<UInt8>
    ) -> VisitorRecordCoder.Opened {
        guard sealed.count >= 8 else { return .damaged }
        let plain = sealed.dropLast(8)
        return Array(sealed.suffix(8)) == sum(visitor, head, plain) ? .plain(Array(plain)) : .damaged
    }

    private static func sum(
        _ visitor: VisitorNumber, _ head: ArraySlice<UInt8>, _ plain: ArraySlice<UInt8>
    ) -> [UInt8] {
        let sum = (head + plain).reduce(UInt64(visitor.rawValue)) { Mix.scramble($0 ^ UInt64($1)) }
        return (0..<8).map { UInt8(truncatingIfNeeded: sum >> UInt64($0 * 8)) }
    }
}

func write(_ record: VisitorRecord, at instant: Instant) -> [UInt8]? {
    VisitorRecordCoder.write(record, at: instant) { TransparentSeal.seal($0, $1, $2) }
}

func read(_ bytes: ArraySlice<UInt8>) -> VisitorRecordCoder.Reading? {
    VisitorRecordCoder.read(bytes) { TransparentSeal.open($0, $1, $2) }
}
