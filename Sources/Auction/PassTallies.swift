internal import BidKit
internal import Synchronization

/// Why each strategy made no bid, counted by one event loop; anybody may read.
///
/// Rows come in chunks, the first time that a strategy of theirs is counted: who is never reached costs nothing.
@safe
package final class PassTallies: @unchecked Sendable {
    // Unchecked because of the pointers. Invariant: a chunk that `chunks` shows holds `rowsPerChunk` rows of initialised
    // atomics, from then until `deinit`. Only the owning loop counts, and only it adds chunks.
    private let chunks: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>

    private typealias Cell = Atomic<UInt32>
    private static let rowsPerChunk = 512
    private static let chunksMax = 8192
    private static let reasons = PassReason.allCases.count

    package init() {
        unsafe chunks = .allocate(capacity: Self.chunksMax)
        for index in 0..<Self.chunksMax { unsafe (chunks + index).initialize(to: Atomic(nil)) }
    }

    deinit {
        for index in 0..<Self.chunksMax { unsafe chunks[index].load(ordering: .relaxed)?.deallocate() }
        unsafe chunks.deallocate()
    }

    /// - Parameter row: a strategy's place; beyond 4 million of them nothing is counted.
    func count(_ reason: PassReason, of row: Int) {
        guard row >= 0, row < Self.chunksMax * Self.rowsPerChunk else { return }
        let cells = unsafe chunk(row / Self.rowsPerChunk)
        let cell = row % Self.rowsPerChunk * Self.reasons + Int(reason.rawValue)
        // One writer: a load and a store are enough.
        unsafe cells[cell].store(cells[cell].load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    /// Counts of one strategy, by ``PassReason``.
    package func counts(of row: Int) -> [UInt64] {
        var counts = [UInt64](repeating: 0, count: Self.reasons)
        guard row >= 0, row < Self.chunksMax * Self.rowsPerChunk,
            let chunk = unsafe chunks[row / Self.rowsPerChunk].load(ordering: .acquiring)
        else { return counts }
        let cells = unsafe chunk.assumingMemoryBound(to: Cell.self) + row % Self.rowsPerChunk * Self.reasons
        for index in counts.indices { unsafe counts[index] = UInt64(cells[index].load(ordering: .relaxed)) }
        return counts
    }

    private func chunk(_ number: Int) -> UnsafeMutablePointer<Cell> {
        if let chunk = unsafe chunks[number].load(ordering: .relaxed) {
            return unsafe chunk.assumingMemoryBound(to: Cell.self)
        }
        let count = Self.rowsPerChunk * Self.reasons
        let cells = UnsafeMutablePointer<Cell>.allocate(capacity: count)
        for index in 0..<count { unsafe (cells + index).initialize(to: Atomic(0)) }
        unsafe chunks[number].store(UnsafeMutableRawPointer(cells), ordering: .releasing)
        return unsafe cells
    }
}
