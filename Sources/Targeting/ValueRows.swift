/// The slots that one value concerns, in the form that is cheaper to look at.
///
/// Values that many slots name have a row: a bit for each slot. The many values that few name have postings: the
/// numbers of those slots, ascending. A row costs a request a read of each word that can have matches, however few of its
/// bits are set; postings cost it their number. Between a slot in 128 and one in 1,024 they cost alike, by measurement.
struct SlotList: BitwiseCopyable {
    /// Where the postings start in the pool, or the number of the row.
    let start: UInt32
    /// How many postings; ``row`` for a row.
    let count: UInt32
    /// The first of the postings: who searches the slots before it need not look at them.
    let first: UInt32

    static let row = UInt32.max
    static let none = SlotList(start: 0, count: 0, first: .max)

    init(row: UInt32) { (start, count, first) = (row, Self.row, 0) }

    init(start: UInt32, count: UInt32, first: UInt32) { (self.start, self.count, self.first) = (start, count, first) }

    var isRow: Bool { count == Self.row }

    /// The most slots that are kept as postings in any case.
    static func sparseMax(slots: Int) -> Int { max(4, slots / 128) }
    /// Rows take most of the memory, an eighth of a byte a slot each: no more than these, for the most wanted values.
    static let rowsMax = 1024
}

/// What follows when a request states a value.
struct ValueRows: BitwiseCopyable {
    /// Slots that want it. As a row it holds also the slots that want nothing of the dimension, so that one look says
    /// who accepts.
    var inclusions = SlotList.none
    /// Slots that refuse it.
    var exclusions = SlotList.none
    /// Long lists that hold it, each of which is a value of its own that the request then states too: a range of the
    /// pool of lists.
    var firstList: UInt32 = 0
    var listCount: UInt32 = 0
}

/// What an index knows of a dimension as a whole.
struct DimensionRow: BitwiseCopyable {
    /// The row of the slots that want nothing of the dimension, and so accept whatever a request states.
    var indifferent: UInt32 = 0
    /// Whether any slot wants something.
    var hasInclusions = false
    /// Bytes of the longest value; -1 where there is none.
    var lengthMax = -1
}
