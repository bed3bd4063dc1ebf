internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#endif

/// A visitor's own key: without it nothing personal that the log says of the visitor can be read.
package struct VisitorKey: Equatable, BitwiseCopyable, Sendable {
    package let low: UInt64
    package let high: UInt64

    /// - Parameters:
    ///   - low: the first eight bytes, lowest first.
    ///   - high: the other eight.
    package init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// No key was ever made.
    static let none = VisitorKey(low: 0, high: 0)
    /// There was a key, and it is gone for good.
    static let deleted = VisitorKey(low: .max, high: .max)
}

/// The visitors' keys: a flat file outside the log, whose holes make a person's part of the log unreadable.
///
///     0      magic "VENDUEVK"      8   format, 4 bytes      12   zeros
///     4096   a key of 16 bytes each, at the visitor's number × 16: all zeros never made, all ones deleted
///
/// One that was deleted differs from one that was never made, so that a key file which is lost or too old is noticed,
/// and is not taken for everybody's erasure. A key never lies across two sectors, so no write of one can be torn. The
/// file is read and written by calls, not mapped: a failing disk is an error then, not a signal. It grows by a MiB of
/// zeros at a time, so that most syncs change no size. Made keys may be lost by a power cut until ``sync()`` returns.
/// Any thread may call.
package final class VisitorKeys: Sendable {
    /// What the file says of one visitor.
    package enum Entry: Equatable, Sendable {
        case key(VisitorKey)
        case deleted
        case never
    }

    package enum Access: Sendable {
        /// Of a file that must be there.
        case reading
        /// The file is made where it is not there.
        case writing
    }

    private struct State {
        /// Keys that the file has room for.
        var capacity: Int
        var isDirty = false
        var hasFailed = false
        /// Random bytes drawn ahead; each is used once, from the end.
        var pool: [UInt8] = []
    }

    private static let magic = Array("VENDUEVK".utf8)
    private static let format: UInt32 = 1
    private static let headerBytes = 4096
    private static let keyBytes = 16
    private static let growthBytes = 1 << 20
    private static let poolBytes = 4096

    private let path: String
    private let descriptor: Int32
    private let state: Mutex<State>
    /// Held during a sync, so that nobody returns while another's is under way.
    private let syncing = Mutex<Void>(())

    /// Opens the file.
    package init(path: String, _ access: Access = .writing) throws(VisitorKeysError) {
        self.path = path
        if access == .writing, unsafe Glibc.access(path, F_OK) != 0, errno == ENOENT { try Self.create(path) }
        let descriptor = unsafe open(path, (access == .writing ? O_RDWR : O_RDONLY) | O_CLOEXEC)
        guard descriptor >= 0 else { throw .io(call: "open", path: path, errno: errno) }
        do throws(VisitorKeysError) {
            state = Mutex(State(capacity: try Self.check(descriptor, path)))
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    // MARK: Keys

    /// What there is of a visitor.
    package func entry(_ number: UInt32) throws(VisitorKeysError) -> Entry {
        switch try read(number) {
        case .none: .never
        case .deleted: .deleted
        case let key: .key(key)
        }
    }

    /// A visitor's key, or nil where there is none (any more).
    package func key(_ number: UInt32) throws(VisitorKeysError) -> VisitorKey? {
        if case .key(let key) = try entry(number) { key } else { nil }
    }

    /// Makes a fresh key, not durable before ``sync()``.
    ///
    /// A number that has a key already, made for a record that a crash prevented, gets another.
    ///
    /// - Throws: ``VisitorKeysError/deleted(visitor:)`` for a number whose key is gone.
    package func make(_ number: UInt32) throws(VisitorKeysError) {
        guard try entry(number) != .deleted else { throw .deleted(visitor: number) }
        try change { (state) throws(VisitorKeysError) in
            try self.write(self.draw(&state), of: number, &state)
        }
    }

    /// Overwrites a key; when this returns, no power cut brings it back.
    package func delete(_ number: UInt32) throws(VisitorKeysError) {
        guard try entry(number) != .deleted else { return try sync() }
        try change { (state) throws(VisitorKeysError) in try self.write(.deleted, of: number, &state) }
        try sync()
    }

    /// Overwrites several keys, with one sync for all.
    package func delete(_ numbers: [UInt32]) throws(VisitorKeysError) {
        for number in numbers where try entry(number) != .deleted {
            try change { (state) throws(VisitorKeysError) in try self.write(.deleted, of: number, &state) }
        }
        try sync()
    }

    /// Returns when every key made before the call would survive a power cut.
    ///
    /// - Throws: for good after a failure, as nobody knows then what the disk holds.
    package func sync() throws(VisitorKeysError) {
        let failure: VisitorKeysError? = syncing.withLock { _ in
            let (isDirty, hasFailed) = state.withLock { state in
                defer { state.isDirty = false }
                return (state.isDirty, state.hasFailed)
            }
            if hasFailed { return .failed(path: path) }
            guard isDirty, fdatasync(descriptor) != 0 else { return nil }
            let failure = VisitorKeysError.io(call: "fdatasync", path: path, errno: errno)
            state.withLock { $0.hasFailed = true }
            return failure
        }
        if let failure { throw failure }
    }

    // MARK: The file

    private func change(
        _ body: (inout State) throws(VisitorKeysError) -> Void
    ) throws(VisitorKeysError) {
        let failure: VisitorKeysError? = state.withLock { state in
            if state.hasFailed { return .failed(path: path) }
            do throws(VisitorKeysError) {
                try body(&state)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    private func draw(_ state: inout State) -> VisitorKey {
        while true {
            if state.pool.isEmpty { state.pool = Digest.random(Self.poolBytes) }
            var words: (UInt64, UInt64) = (0, 0)
            for index in 0..<8 {
                words.0 |= UInt64(state.pool.removeLast()) << UInt64(index * 8)
                words.1 |= UInt64(state.pool.removeLast()) << UInt64(index * 8)
            }
            let key = VisitorKey(low: words.0, high: words.1)
            if key != .none, key != .deleted { return key }
        }
    }

    private static func offset(_ number: UInt32) -> Int { headerBytes + Int(number) * keyBytes }

    private func read(_ number: UInt32) throws(VisitorKeysError) -> VisitorKey {
        var words: (UInt64, UInt64) = (0, 0)
        let count = try Self.retrying("pread", path) {
            unsafe withUnsafeMutableBytes(of: &words) { bytes in
                unsafe pread(descriptor, bytes.baseAddress, Self.keyBytes, Self.offset(number))
            }
        }
        // Behind the end of the file nothing was made.
        guard count == Self.keyBytes else { return .none }
        return VisitorKey(low: UInt64(littleEndian: words.0), high: UInt64(littleEndian: words.1))
    }

    private func write(_ key: VisitorKey, of number: UInt32, _ state: inout State) throws(VisitorKeysError) {
        if Int(number) >= state.capacity { try grow(for: number, &state) }
        state.isDirty = true
        try Self.write([key.low.littleEndian, key.high.littleEndian], to: descriptor, at: Self.offset(number), path)
    }

    /// Writes zeros from the end of the file, or from the MiB of the number, to the end of that MiB.
    private func grow(for number: UInt32, _ state: inout State) throws(VisitorKeysError) {
        let keys = Self.growthBytes / Self.keyBytes
        let end = (Int(number) / keys + 1) * keys
        let start = max(state.capacity, end - keys)
        let zeros = [UInt64](repeating: 0, count: (end - start) * Self.keyBytes / 8)
        try Self.write(zeros, to: descriptor, at: Self.headerBytes + start * Self.keyBytes, path)
        state.capacity = end
    }

    private static func write(
        _ words: [UInt64], to descriptor: Int32, at offset: Int, _ path: String
    ) throws(VisitorKeysError) {
        var done = 0
        while done < words.count * 8 {
            done += try retrying("pwrite", path) {
                unsafe words.withUnsafeBytes { bytes in
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
                    return unsafe pwrite(descriptor, rest.baseAddress, rest.count, offset + done)
                }
            }
        }
    }

    /// A call until no signal interrupts it.
    private static func retrying(_ call: String, _ path: String, _ body: () -> Int) throws(VisitorKeysError) -> Int {
        while true {
            let result = body()
            if result >= 0 { return result }
            if errno != EINTR { throw .io(call: call, path: path, errno: errno) }
        }
    }

    /// Makes the file whole or not at all: under another name first.
    private static func create(_ path: String) throws(VisitorKeysError) {
        let draft = path + ".new"
        let descriptor = unsafe open(draft, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .io(call: "open", path: draft, errno: errno) }
        defer { close(descriptor) }
        var header = [UInt64](repeating: 0, count: headerBytes / 8)
        header[0] = magic.reversed().reduce(0) { $0 << 8 | UInt64($1) }.littleEndian
        header[1] = UInt64(format).littleEndian
        try write(header, to: descriptor, at: 0, draft)
        guard fdatasync(descriptor) == 0 else { throw .io(call: "fdatasync", path: draft, errno: errno) }
        guard unsafe rename(draft, path) == 0 else { throw .io(call: "rename", path: path, errno: errno) }
        try syncDirectory(of: path)
    }

    /// A file's name lies in its directory, which is a file too.
    private static func syncDirectory(of path: String) throws(VisitorKeysError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let parent = parts.isEmpty ? "." : parts.joined(separator: "/") + "/"
        let directory = unsafe open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw .io(call: "open", path: parent, errno: errno) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw .io(call: "fsync", path: parent, errno: errno) }
    }

    /// - Returns: how many keys the file has room for; what a crash left of one at its end is none.
    private static func check(_ descriptor: Int32, _ path: String) throws(VisitorKeysError) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .io(call: "fstat", path: path, errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size >= headerBytes else { throw .notKeys(path: path) }
        guard status.st_mode & 0o077 == 0 else {
            throw .readableByOthers(path: path, mode: UInt32(status.st_mode & 0o777))
        }
        var header = [UInt8](repeating: 0, count: 16)
        let count = try retrying("pread", path) { unsafe pread(descriptor, &header, 16, 0) }
        guard count == 16, Array(header[..<8]) == magic else { throw .notKeys(path: path) }
        let version = (0..<4).reduce(UInt32(0)) { $0 | UInt32(header[8 + $1]) << UInt32($1 * 8) }
        guard version == format else { throw .unknownVersion(path: path, version: version) }
        return (Int(status.st_size) - headerBytes) / keyBytes
    }
}
