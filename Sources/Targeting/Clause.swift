/// The first word of what is checked of a slot whose rows do not say all.
///
/// A slot's residual is a word that tells how many words follow, then clauses, all of which must hold:
///
///     values    header(count)  value …                one of them stated (none, if negative)
///     leaf      header         number                 what the evaluator says
///     group     header         words  clause …        all, or any, of the clauses in that many words
///
/// Plain words, so that checking retains nothing.
struct Clause: BitwiseCopyable {
    enum Kind: UInt32 { case values, leaf, group }

    let word: UInt32

    init(word: UInt32) { self.word = word }

    init(_ kind: Kind, count: Int = 0, isNegative: Bool = false, isAny: Bool = false) {
        var word = kind.rawValue | UInt32(count) << 8
        if isNegative { word |= 1 << 2 }
        if isAny { word |= 1 << 3 }
        self.word = word
    }

    var kind: Kind { Kind(rawValue: word & 3) ?? .values }
    var isNegative: Bool { word & 1 << 2 != 0 }
    var isAny: Bool { word & 1 << 3 != 0 }
    /// Values that follow.
    var count: Int { Int(word >> 8) }
}
