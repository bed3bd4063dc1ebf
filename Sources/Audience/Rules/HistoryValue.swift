internal import Events
internal import Units

/// One value of a property as a history keeps it.
enum HistoryValue: Equatable {
    case text(UInt64)
    case number(Int64)
    /// A text that reads as a number: pixels can send nothing else.
    case decimalText(UInt64, Int64)

    /// Longer texts are not numbers that somebody means.
    private static let decimalBytesMax = 32

    init(_ text: String) {
        let hash = TextHash.hash(text)
        if text.utf8.count <= Self.decimalBytesMax, let micros = try? DecimalText.micros(text.utf8) {
            self = .decimalText(hash, micros)
        } else {
            self = .text(hash)
        }
    }

    /// A flag is the text of its word, for that is how pixels send it.
    init(_ flag: Bool) { self.init(flag ? "true" : "false") }

    /// The values of a property; empty texts are none.
    static func values(of value: VisitorAct.Value) -> [HistoryValue] {
        switch value {
        case .text(let text): text.isEmpty ? [] : [HistoryValue(text)]
        case .number(let micros): [.number(micros.rawValue)]
        case .flag(let flag): [HistoryValue(flag)]
        case .texts(let texts): texts.filter { !$0.isEmpty }.map { HistoryValue($0) }
        }
    }

    /// Millionths, for a sum.
    var number: Int64? {
        switch self {
        case .text: nil
        case .number(let micros), .decimalText(_, let micros): micros
        }
    }
}
