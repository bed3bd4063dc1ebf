package import Units

/// Bytes under construction in memory that is kept: an answer, a token, a log record.
///
/// One owner writes, reads and clears it again; it grows by doubling and never shrinks, so that it allocates nothing
/// once warm.
///
/// Public, though no member is: the compiler inlines into other modules only what belongs to a public type.
@safe
public struct ByteWriter: ~Copyable {
    // Invariant: `base` holds `capacity` bytes, the first `count` of them written. Only this type touches them, though
    // what is inlined elsewhere must be open to the module.
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    /// Bytes written.
    @usableFromInline package internal(set) var count = 0

    package init(capacity: Int = 4096) {
        unsafe base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit { unsafe base.deallocate() }

    /// Forgets the bytes and keeps the memory.
    @inlinable
    package mutating func clear() { count = 0 }

    /// Forgets what was written after a point: `count` as it was then.
    @inlinable
    package mutating func rewind(to count: Int) {
        precondition(count <= self.count)
        self.count = count
    }

    @inlinable
    package mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe base[count] = byte
        count += 1
    }

    @inlinable
    package mutating func append(_ bytes: borrowing [UInt8]) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append($0) }
    }

    @inlinable
    package mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        unsafe (base + count).update(from: source, count: bytes.count)
        count += bytes.count
    }

    @inlinable
    package mutating func append(_ literal: StaticString) {
        unsafe append(UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// The bytes of a text of a request, as they are.
    @inlinable
    package mutating func append(_ text: Text, of buffer: TextBuffer) {
        unsafe buffer.withBytes(text) { unsafe append($0) }
    }

    /// The bytes of another writer.
    @inlinable
    package mutating func append(_ other: borrowing ByteWriter) {
        unsafe append(UnsafeBufferPointer(start: other.base, count: other.count))
    }

    /// An integer in the machine's (little-endian) order.
    @inlinable
    package mutating func appendFixed<Integer: FixedWidthInteger>(_ value: Integer) {
        let size = MemoryLayout<Integer>.size
        reserve(size)
        unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: value.littleEndian, as: Integer.self)
        count += size
    }

    /// Replaces four bytes written earlier: for lengths that are known only afterwards.
    package mutating func patch(_ value: UInt32, at position: Int) {
        precondition(position >= 0 && position + 4 <= count)
        unsafe UnsafeMutableRawPointer(base + position).storeBytes(of: value.littleEndian, as: UInt32.self)
    }

    /// Replaces two bytes written earlier.
    package mutating func patch(_ value: UInt16, at position: Int) {
        precondition(position >= 0 && position + 2 <= count)
        unsafe UnsafeMutableRawPointer(base + position).storeBytes(of: value.littleEndian, as: UInt16.self)
    }

    /// An integer as decimal digits.
    package mutating func appendDecimal(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        appendDigits(value.magnitude, atLeast: 1)
    }

    /// A price as decimal text without trailing zeros: 2,500,000 micros are `2.5`.
    package mutating func append(_ price: CPM) {
        if price.micros < 0 { append(UInt8(ascii: "-")) }
        var fraction = price.micros.magnitude % 1_000_000
        appendDigits(price.micros.magnitude / 1_000_000, atLeast: 1)
        guard fraction != 0 else { return }
        var digits = 6
        while fraction % 10 == 0 {
            fraction /= 10
            digits -= 1
        }
        append(UInt8(ascii: "."))
        appendDigits(fraction, atLeast: digits)
    }

    package mutating func append(_ id: BidID) {
        reserve(BidID.textCount)
        id.forEachCharacter { byte in
            unsafe base[count] = byte
            count += 1
        }
    }

    package mutating func append(_ currency: Currency) {
        append(currency.letters.0)
        append(currency.letters.1)
        append(currency.letters.2)
    }

    private mutating func appendDigits(_ value: UInt64, atLeast minimum: Int) {
        var digits = 1
        var power: UInt64 = 10
        while digits < 20, value >= power {
            digits += 1
            if digits < 20 { power *= 10 }
        }
        digits = max(digits, minimum)
        reserve(digits)
        var rest = value
        for index in stride(from: digits - 1, through: 0, by: -1) {
            unsafe base[count + index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        count += digits
    }

    @inlinable
    @inline(__always)
    package mutating func reserve(_ bytes: Int) {
        if count + bytes > capacity { grow(to: count + bytes) }
    }

    @inline(never)
    @usableFromInline
    mutating func grow(to needed: Int) {
        let size = max(needed, capacity * 2)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
        unsafe larger.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = larger
        capacity = size
    }

    /// The bytes written, valid for the call.
    @inlinable
    package borrowing func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        unsafe try body(UnsafeBufferPointer(start: base, count: count))
    }

    /// The bytes from `start` on, valid for the call.
    @inlinable
    package borrowing func withBytes<Result>(
        from start: Int,
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    )
        rethrows -> Result
    {
        precondition(start >= 0 && start <= count)
        return unsafe try body(UnsafeBufferPointer(start: base + start, count: count - start))
    }

    /// Room for `size` more bytes, filled by `body`, which returns how many it wrote.
    @inlinable
    package mutating func appendInPlace(_ size: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Int) {
        reserve(size)
        let written = unsafe body(base + count)
        precondition(written >= 0 && written <= size)
        count += written
    }

    /// A copy as an array: for tests and the control side.
    package borrowing func array() -> [UInt8] { unsafe withBytes { unsafe Array($0) } }
}
