package import OpenRTB
internal import Synchronization

/// A bounded queue of records from one event loop to the log's writer: neither side ever waits for the other.
///
/// When it is full the record is dropped and counted, never in silence. One producer, one consumer.
///
///     [ …free… | len record | len record | … | …free… ]
///              ^ read (consumer)            ^ written (producer)      both only grow; position = value mod capacity
@safe
package final class DecisionRing: @unchecked Sendable {
    // Unchecked because of the pointer. Invariant: the producer alone writes bytes in written..<read + capacity and
    // moves `written`; the consumer alone reads bytes in read..<written and moves `read`. The release and acquire on
    // both make each side's bytes visible before its position is.
    private let base: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private let written = Atomic<Int>(0)
    private let read = Atomic<Int>(0)
    private let droppedCount = Atomic<UInt64>(0)

    /// - Parameter capacity: bytes, a power of two.
    package init(capacity: Int) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0)
        self.capacity = capacity
        unsafe base = .allocate(capacity: capacity)
    }

    deinit { unsafe base.deallocate() }

    /// Records dropped because the ring was full.
    package var dropped: UInt64 { droppedCount.load(ordering: .relaxed) }

    /// Puts a record in, or drops it. On the producer's loop only.
    ///
    /// - Returns: whether it was taken.
    @discardableResult
    package func push(_ record: borrowing ByteWriter) -> Bool {
        let position = written.load(ordering: .relaxed)
        let free = capacity - (position - read.load(ordering: .acquiring))
        guard free >= record.count + 4 else {
            droppedCount.add(1, ordering: .relaxed)
            return false
        }
        let length = UInt32(record.count).littleEndian
        unsafe withUnsafeBytes(of: length) { unsafe copyIn($0.bindMemory(to: UInt8.self), at: position) }
        unsafe record.withBytes { unsafe copyIn($0, at: position + 4) }
        written.store(position + 4 + record.count, ordering: .releasing)
        return true
    }

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
