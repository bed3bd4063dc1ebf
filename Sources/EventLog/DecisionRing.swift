package import OpenRTB
internal import Synchronization

/// A bounded queue of records from one event loop to the log's writer: neither side ever waits for the other.
///
/// When it is full the record is refused, and the bid is not made. One producer, one consumer. The records of one answer
/// are staged one by one and committed together: the log has all of them or none.
///
///     [ …free… | len record | len record | … | …free… ]
///              ^ read (consumer)            ^ written (producer)      both only grow; position = value mod capacity
@safe
package final class DecisionRing: @unchecked Sendable {
    // Unchecked because of the pointer. Invariant: the producer alone writes bytes in written..<read + capacity and
    // moves `written`; the consumer alone reads bytes in read..<written and moves `read`. The release and acquire on
    // both make each side's bytes visible before its position is. `staged` is the producer's.
    private let base: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private let written = Atomic<Int>(0)
    private let read = Atomic<Int>(0)
    private let refusedCount = Atomic<UInt64>(0)
    /// Bytes behind `written` that nobody else sees yet.
    private var staged = 0

    /// - Parameter capacity: bytes, a power of two.
    package init(capacity: Int) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0)
        self.capacity = capacity
        unsafe base = .allocate(capacity: capacity)
    }

    deinit { unsafe base.deallocate() }

    /// Records refused because the ring was full.
    package var refused: UInt64 { refusedCount.load(ordering: .relaxed) }

    /// Puts a record in, or refuses it. On the producer's loop only.
    ///
    /// - Returns: whether it was taken.
    @discardableResult
    package func push(_ record: borrowing ByteWriter) -> Bool {
        guard stage(record) else { return false }
        commit()
        return true
    }

    /// Puts a record in where the consumer does not see it yet, or refuses it. On the producer's loop only.
    ///
    /// - Returns: whether it was taken.
    package func stage(_ record: borrowing ByteWriter) -> Bool {
        let position = written.load(ordering: .relaxed) + staged
        let free = capacity - (position - read.load(ordering: .acquiring))
        guard free >= record.count + 4 else {
            refusedCount.add(1, ordering: .relaxed)
            return false
        }
        let length = UInt32(record.count).littleEndian
        unsafe withUnsafeBytes(of: length) { unsafe copyIn($0.bindMemory(to: UInt8.self), at: position) }
        unsafe record.withBytes { unsafe copyIn($0, at: position + 4) }
        staged += 4 + record.count
        return true
    }

    /// Hands all staged records to the consumer.
    package func commit() {
        written.store(written.load(ordering: .relaxed) + staged, ordering: .releasing)
        staged = 0
    }

    /// Forgets all staged records.
    package func discard() { staged = 0 }

    /// Whether everything pushed has been taken out.
    var isEmpty: Bool { read.load(ordering: .acquiring) == written.load(ordering: .acquiring) }

    /// Takes every record out. On the consumer's thread only.
    func drain(_ body: (_ first: UnsafeBufferPointer<UInt8>, _ second: UnsafeBufferPointer<UInt8>) -> Void) {
        var position = read.load(ordering: .relaxed)
        let end = written.load(ordering: .acquiring)
        while position < end {
            var length: UInt32 = 0
            for index in 0..<4 {
                length |= UInt32(unsafe base[(position + index) & (capacity - 1)]) << UInt32(index * 8)
            }
            let start = (position + 4) & (capacity - 1)
            let firstCount = min(Int(length), capacity - start)
            unsafe body(
                UnsafeBufferPointer(start: base + start, count: firstCount),
                UnsafeBufferPointer(start: base, count: Int(length) - firstCount)
            )
            position += 4 + Int(length)
            read.store(position, ordering: .releasing)
        }
    }

    private func copyIn(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) {
        guard let source = bytes.baseAddress else { return }
        let start = position & (capacity - 1)
        let firstCount = min(bytes.count, capacity - start)
        unsafe (base + start).update(from: source, count: firstCount)
        unsafe base.update(from: source + firstCount, count: bytes.count - firstCount)
    }
}
