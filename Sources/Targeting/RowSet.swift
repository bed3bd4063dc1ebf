/// The rows of one dimension: for each value a bitmap of the slots that accept a request which states it.
///
///     row 0            slots without inclusion on the dimension: who accepts a request that states nothing here,
///                      or nothing that any strategy asks for
///     row of a value   row 0, and the slots that include the value, but not those that exclude it
///     shared row       row 0, and the slots that include any of its values
///
/// Where a request states several values, their rows are united. What that lets through is a superset of what matches:
/// exact unless a row is shared, or some slot excludes one of several values. Then ``RowSet`` leaves the rest to the
/// residual.
///
/// A dimension of at most ``valuesMax`` values has a row for each. With more, the most wanted have a row of their own
/// and the rest share: a look at the rows costs the same however many values there are.
struct RowSet: BitwiseCopyable {
    static let valuesMax = 256
    static let ownRows = 64
    static let sharedRows = 192
    /// Rows of one request and dimension that are worth uniting where a residual can decide instead.
    static let unionMax = 32

    /// A row by its code; several codes may mean the same row.
    struct Row: BitwiseCopyable {
        var number: UInt32
        /// Slots that it accepts.
        var population: UInt32
    }

    /// The bitmaps one after the other; row 0 is the first.
    let words: Slab<UInt64>
    /// By code; code 0 is row 0.
    let rows: Slab<Row>
    /// Codes below are of one value each.
    let exactCodes: Int
    let hasExclusions: Bool
    /// Bytes of the longest value.
    let lengthMax: Int

    var isShared: Bool { rows.count > exactCodes }

    func free() {
        words.free()
        rows.free()
    }
}
