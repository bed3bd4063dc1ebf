internal import Synchronization

/// The counters of one event loop: the loop adds, anybody reads; nobody waits.
@safe
package final class MeterSheet: @unchecked Sendable {
    // Unchecked because of the pointer. Invariant: `cells` holds `count` initialised atomics from `init` to `deinit`;
    // every index is below `count`. Only the sheet's own loop adds.
    private let cells: UnsafeMutablePointer<Atomic<UInt64>>
    private let count: Int

    package init(_ plan: MeterPlan) {
        count = plan.cellCount
        unsafe cells = .allocate(capacity: count)
        for index in 0..<count { unsafe (cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe cells.deinitialize(count: count)
        unsafe cells.deallocate()
    }

    @inline(__always)
    func add(_ amount: UInt64, to cell: Int) {
        precondition(cell >= 0 && cell < count)
        // One writer: a load and a store are enough, and cost a tenth of an atomic addition.
        let before = unsafe cells[cell].load(ordering: .relaxed)
        unsafe cells[cell].store(before &+ amount, ordering: .relaxed)
    }

    func value(_ cell: Int) -> UInt64 {
        precondition(cell >= 0 && cell < count)
        return unsafe cells[cell].load(ordering: .relaxed)
    }
}
