internal import Synchronization
internal import Units

/// Whether the log's disk has room enough to bid.
///
/// When it is nearly full bidding stops first: what was bid before goes on being billed, into bytes that were set aside
/// for the segment, then into those of a reserve that is given up for it. When there is room again the reserve is made
/// anew and bidding resumes. Looked at on the writer's thread; read on any.
package final class DiskRoom: @unchecked Sendable {
    // Unchecked because of the variables. Invariant: `looked` and `hasReserve` belong to the writer's thread, and
    // before it starts to the opener; the rest is constant or atomic.

    /// How much is to be free, and how much is held back.
    package struct Limits: Equatable, Sendable {
        /// Bidding stops below this, and resumes a quarter above it; 0 for never.
        package var freeBytesMin: Int
        /// Given up when a segment finds no room; 0 for none.
        package var reserveBytes: Int

        package init(freeBytesMin: Int, reserveBytes: Int) {
            self.freeBytesMin = freeBytesMin
            self.reserveBytes = reserveBytes
        }

        /// Never looks.
        package static let none = Limits(freeBytesMin: 0, reserveBytes: 0)
    }

    private let storage: any LogStorage
    private let limits: Limits
    private let ample = Atomic<Bool>(true)
    private let free = Atomic<Int>(-1)
    private let reserve = Atomic<Int>(0)
    private let timesLow = Atomic<UInt64>(0)
    private var looked = Instant(micros: .min)
    private var hasReserve = false

    private static let microsBetweenLooks: Int64 = 1_000_000

    init(_ storage: any LogStorage, _ limits: Limits) {
        self.storage = storage
        self.limits = limits
    }

    /// Whether anything may be bought.
    package var isAmple: Bool { ample.load(ordering: .relaxed) }

    /// Bytes that were free at the last look; nil where the disk does not tell.
    package var freeBytes: Int? {
        let bytes = free.load(ordering: .relaxed)
        return bytes < 0 ? nil : bytes
    }

    /// Bytes held back now.
    package var reserveBytes: Int { reserve.load(ordering: .relaxed) }

    /// Times that there was too little.
    package var shortages: UInt64 { timesLow.load(ordering: .relaxed) }

    /// Looks once a second how much is free.
    ///
    /// - Returns: whether there is room now, when that has changed.
    func look(at now: Instant) -> Bool? {
        guard limits != .none else { return nil }
        // A clock that was set back must not keep anybody from looking.
        let isDue = now < looked || looked.micros == .min || now.micros - looked.micros >= Self.microsBetweenLooks
        guard isDue else { return nil }
        looked = now
        guard let bytes = storage.freeBytes() else { return nil }
        free.store(bytes, ordering: .relaxed)
        let wasAmple = isAmple
        let needed = wasAmple ? limits.freeBytesMin : limits.freeBytesMin + limits.freeBytesMin / 4
        let isEnough = bytes >= needed + (hasReserve ? 0 : limits.reserveBytes) && makeReserve()
        set(ample: isEnough)
        return isEnough == wasAmple ? nil : isEnough
    }

    private func makeReserve() -> Bool {
        if hasReserve || limits.reserveBytes == 0 { return true }
        do throws(LogError) {
            try storage.makeReserve(bytes: limits.reserveBytes)
        } catch {
            return false
        }
        hasReserve = true
        reserve.store(limits.reserveBytes, ordering: .relaxed)
        return true
    }

    /// Gives the reserve to whoever writes next.
    ///
    /// - Returns: whether there was one.
    func giveUpReserve() -> Bool {
        set(ample: false)
        guard hasReserve else { return false }
        hasReserve = false
        reserve.store(0, ordering: .relaxed)
        storage.removeReserve()
        return true
    }

    private func set(ample isAmple: Bool) {
        if ample.exchange(isAmple, ordering: .relaxed), !isAmple { timesLow.add(1, ordering: .relaxed) }
    }
}
