/// How often something was counted for a visitor within a window that slides with time.
///
///     word 0: [ counter 32 | window's seconds 32 ]
///     word 1: [ latest slice 14 | five counts of 10 bits: of the slice four before it … of the latest itself ]
///
/// A window is cut into four slices, which begin at multiples of their length since 1970. What was counted counts until
/// the fourth slice after its own is over: never for less than the window, and for at most a quarter more. So of what is
/// capped no window, wherever it begins, holds more than the cap.
///
/// Slices are numbered modulo 16,384: a counter that nobody swept for so many slices (170 days of a window of an hour)
/// may count once more for as long as its window. A slice's count ends at 1,023.
struct FrequencyCounter: Equatable {
    /// Which counter, and how long its window is.
    var name: UInt64
    /// Its latest slice and the counts.
    private(set) var state: UInt64

    init(name: UInt64, state: UInt64) {
        self.name = name
        self.state = state
    }

    /// Counted once, at a second since 1970.
    init(name: UInt64, at second: UInt64) {
        self.init(name: name, state: 1)
        state |= slice(second) << Self.countsBits
    }

    static func name(_ counter: UInt32, _ windowSeconds: UInt32) -> UInt64 {
        UInt64(counter) << 32 | UInt64(windowSeconds)
    }

    private static let countBits: UInt64 = 10
    private static let countMask: UInt64 = 1 << countBits - 1
    private static let countsBits: UInt64 = 5 * countBits
    private static let countsMask: UInt64 = 1 << countsBits - 1
    private static let sliceMask: UInt64 = 1 << 14 - 1
    /// How far a clock may have been put back, in slices, before a counter that is ahead of it is taken for an old one.
    private static let aheadMax: UInt64 = 64

    private var sliceSeconds: UInt64 { max(1, (name & 0xFFFF_FFFF + 3) / 4) }

    private func slice(_ second: UInt64) -> UInt64 { second / sliceSeconds & Self.sliceMask }

    private var latest: UInt64 { state >> Self.countsBits }

    /// Slices from the latest to a second; negative where the latest is ahead, nil where it is long over.
    @inline(__always)
    private func age(at second: UInt64) -> Int? {
        let after = (slice(second) &- latest) & Self.sliceMask
        if after <= 4 { return Int(after) }
        let ahead = Self.sliceMask + 1 - after
        return ahead <= Self.aheadMax ? -Int(ahead) : nil
    }

    /// How much of it counts at a second.
    @inline(__always)
    func count(at second: UInt64) -> Int {
        guard let age = age(at: second) else { return 0 }
        var counts = state & Self.countsMask
        var sum: UInt64 = 0
        for _ in max(0, age)..<5 {
            sum += counts & Self.countMask
            counts >>= Self.countBits
        }
        return Int(sum)
    }

    @inline(__always)
    func isLive(at second: UInt64) -> Bool { age(at: second) != nil }

    /// Counts once more. What is told later than its window lasts counts in the eldest slice there is.
    mutating func increment(at second: UInt64) {
        guard let age = age(at: second) else {
            self = FrequencyCounter(name: name, at: second)
            return
        }
        if age > 0 { advance(by: age) }
        add(1, to: min(4, max(0, -age)))
    }

    private mutating func advance(by slices: Int) {
        let counts = slices > 4 ? 0 : state << (UInt64(slices) * Self.countBits) & Self.countsMask
        state = ((latest &+ UInt64(slices)) & Self.sliceMask) << Self.countsBits | counts
    }

    /// - Parameter back: slices before the latest.
    private mutating func add(_ count: UInt64, to back: Int) {
        let shift = UInt64(back) * Self.countBits
        let free = Self.countMask - state >> shift & Self.countMask
        state += min(count, free) << shift
    }

    /// Adds the same counter of somebody found to be the same visitor, slice by slice.
    mutating func unite(_ other: FrequencyCounter) {
        let after = (other.latest &- latest) & Self.sliceMask
        let isLater = after <= Self.sliceMask / 2
        var (later, earlier) = isLater ? (other, self) : (self, other)
        let between = Int(isLater ? after : Self.sliceMask + 1 - after)
        for back in 0..<max(0, 5 - between) {
            let count = earlier.state >> (UInt64(back) * Self.countBits) & Self.countMask
            later.add(count, to: back + between)
        }
        self = later
    }

    /// The second since 1970 at which nothing of it counts any more.
    ///
    /// - Parameter second: a time near to it, for slices are numbered anew now and then.
    func end(near second: UInt64) -> Int64 {
        let distance = Int64((latest &- slice(second)) & Self.sliceMask)
        let signed = distance > Int64(Self.sliceMask / 2) ? distance - Int64(Self.sliceMask + 1) : distance
        return (Int64(second / sliceSeconds) + signed + 5) * Int64(sliceSeconds)
    }

    /// Milliseconds since 1970 as the counters know them.
    static func second(_ millis: Int64) -> UInt64 { UInt64(min(max(millis / 1000, 0), Int64(UInt32.max))) }
}
