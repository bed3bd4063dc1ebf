/// Plain memory with a fixed number of elements, written before it is shared and only read afterwards.
///
/// Unlike an array's, its elements are read without counting references, which event loops that share one value would
/// otherwise do to the same word. Every access is checked against the bounds.
@safe
struct FrozenRun<Element: BitwiseCopyable>: ~Copyable {
    // Invariant: `base` points at `count` initialised elements from `init` until `deinit`; as nobody copies a run, the
    // one that holds it is the one that frees it.
    private let base: UnsafeMutablePointer<Element>
    let count: Int

    init(_ elements: borrowing [Element]) {
        let count = elements.count
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, count))
        unsafe elements.withUnsafeBufferPointer { source in
            guard let first = source.baseAddress, count > 0 else { return }
            unsafe memory.initialize(from: first, count: count)
        }
        unsafe base = unsafe memory
        self.count = count
    }

    deinit { unsafe base.deallocate() }

    @inline(__always)
    subscript(index: Int) -> Element {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
        return unsafe base[index]
    }
}

extension FrozenRun where Element == UInt8 {
    /// Whether the bytes from `start` on are these.
    @inline(__always)
    func holds(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        precondition(start >= 0 && start &+ bytes.count <= count)
        for index in 0..<bytes.count where unsafe base[start &+ index] != bytes[index] { return false }
        return true
    }
}
