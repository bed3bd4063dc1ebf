/// The first word of what is checked of a slot whose rows do not say all.
///
/// A slot's residual is a word that tells how many words follow, then clauses, all of which must hold:
///
///     values, short   header(count)  value …                one of them stated (none, if negative)
///     values, long    header         start  count           the same, of the list in the pool of long lists
///     leaf            header         number                 what the evaluator says
///     group           header         words  clause …        all, or any, of the clauses in that many words
///
/// Plain words, so that checking retains nothing.
struct Clause: BitwiseCopyable {
    enum Kind: UInt32 { case short, long, leaf, group }

    let word: UInt32

    init(word: UInt32) { self.word = word }

    init(
        _ kind: Kind, dimension: Dimension = .exchange, count: Int = 0, isNegative: Bool = false,
        isAlwaysChecked: Bool = true, isAny: Bool = false
    ) {
        var word = kind.rawValue << 8 | UInt32(dimension.rawValue) | UInt32(count) << 16
        if isNegative { word |= 1 << 10 }
        if isAlwaysChecked { word |= 1 << 11 }
        if isAny { word |= 1 << 12 }
        self.word = word
    }

    /// Number of the dimension.
    var dimension: Int { Int(word & 0xFF) }
    var kind: Kind { Kind(rawValue: word >> 8 & 3) ?? .short }
    var isNegative: Bool { word & 1 << 10 != 0 }
    /// Whether it is checked even where the rows of its dimension say all.
    var isAlwaysChecked: Bool { word & 1 << 11 != 0 }
    var isAny: Bool { word & 1 << 12 != 0 }
    /// Values that follow.
    var count: Int { Int(word >> 16) }
}

/// One conjunction of one strategy.
struct Slot: BitwiseCopyable {
    /// The bit of a slot's dimensions that stands for what is checked in any case.
    static let alwaysChecked: UInt64 = 1 << 63

    /// Dimensions on which it has clauses: masks of ``Dimension``, and ``alwaysChecked``.
    let checked: UInt64
    /// Where its residual starts; without meaning where nothing is checked.
    let residual: UInt32
    let strategy: UInt32
}
