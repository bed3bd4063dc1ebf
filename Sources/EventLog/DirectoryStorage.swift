internal import CFallocate
internal import Foundation
internal import Glibc

/// Segments as files of one directory.
package struct DirectoryStorage: TrimmableStorage {
    package let path: String

    private static let reserve = "reserve"

    /// - Parameter path: created when it does not exist.
    package init(path: String) throws(LogError) {
        self.path = path
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .io(call: "mkdir", path: path, errno: errno)
        }
    }

    package func names() throws(LogError) -> [String] { try names(Segment.suffix) }

    package func checkpoints() throws(LogError) -> [String] { try names(LogCheckpoint.suffix) }

    private func names(_ suffix: String) throws(LogError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(suffix) }
        } catch {
            throw .io(call: "readdir", path: path, errno: errno)
        }
    }

    package func read(_ name: String) throws(LogError) -> [UInt8] {
        let path = "\(path)/\(name)"
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .io(call: "read", path: path, errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .io(call: "read", path: path, errno: errno) }
        var failure: Int32?
        // What is appended meanwhile is the next reader's.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            while count < buffer.count {
                let place = unsafe buffer.baseAddress.map { unsafe $0 + count }
                let read = unsafe Glibc.read(descriptor, place, buffer.count - count)
                if read < 0, errno == EINTR { continue }
                if read < 0 { failure = errno }
                guard read > 0 else { return }
                count += read
            }
        }
        if let failure { throw .io(call: "read", path: path, errno: failure) }
        return bytes
    }

    package func create(_ name: String) throws(LogError) -> any LogFile {
        let file = try DescriptorFile(path: "\(path)/\(name)", flags: O_CREAT | O_EXCL | O_WRONLY)
        try sync()
        return file
    }

    package func reopen(_ name: String, keeping bytes: Int) throws(LogError) -> any LogFile {
        let file = try DescriptorFile(path: "\(path)/\(name)", flags: O_WRONLY)
        try file.truncate(to: bytes)
        try file.sync()
        return file
    }

    /// Makes the names of files durable: the directory is a file too.
    private func sync() throws(LogError) {
        let directory = try DescriptorFile(path: path, flags: O_RDONLY | O_DIRECTORY)
        defer { directory.close() }
        try directory.sync()
    }

    // MARK: Quarantine

    private static let aside = "quarantine"

    /// Where damaged segments are put.
    package var quarantinePath: String { "\(path)/\(Self.aside)" }

    /// Gives a segment a second name in the quarantine, under which it stays as it is.
    ///
    /// The name in the log goes to what replaces it, so that at no moment there is none.
    func quarantine(_ name: String) throws(LogError) {
        guard unsafe mkdir(quarantinePath, 0o750) == 0 || errno == EEXIST else {
            throw .io(call: "mkdir", path: quarantinePath, errno: errno)
        }
        var number = 1
        while true {
            let target = "\(quarantinePath)/\(name)" + (number == 1 ? "" : ".\(number)")
            if unsafe link("\(path)/\(name)", target) == 0 { break }
            // It was damaged before, or a crash came between this and what replaces it.
            guard errno == EEXIST, number < 1000 else { throw .io(call: "link", path: target, errno: errno) }
            number += 1
        }
        let directory = try DescriptorFile(path: quarantinePath, flags: O_RDONLY | O_DIRECTORY)
        defer { directory.close() }
        try directory.sync()
        try sync()
    }

    package func replace(_ name: String, by bytes: [UInt8]) throws(LogError) {
        // One name for all of them: what a crash left is written over.
        let fresh = "\(path)/replacement.new"
        do throws(LogError) {
            let file = try DescriptorFile(path: fresh, flags: O_CREAT | O_TRUNC | O_WRONLY)
            defer { file.close() }
            try file.write(bytes)
            try file.sync()
        } catch {
            // On a full disk half of it would take the room of what comes next.
            _ = unsafe unlink(fresh)
            throw error
        }
        guard unsafe rename(fresh, "\(path)/\(name)") == 0 else {
            throw .io(call: "rename", path: fresh, errno: errno)
        }
        try sync()
    }

    package func remove(_ name: String) throws(LogError) {
        guard unsafe unlink("\(path)/\(name)") == 0 else {
            throw .io(call: "unlink", path: "\(path)/\(name)", errno: errno)
        }
        try sync()
    }

    // MARK: Room

    package func freeBytes() -> Int? {
        var figures = statvfs()
        guard unsafe statvfs(path, &figures) == 0 else { return nil }
        let (bytes, overflow) = UInt64(figures.f_bavail).multipliedReportingOverflow(by: UInt64(figures.f_frsize))
        return overflow ? .max : Int(clamping: bytes)
    }

    /// The bytes of the reserve on the disk; 0 where there is none.
    package var reserveBytes: Int {
        var figures = stat()
        guard unsafe stat("\(path)/\(Self.reserve)", &figures) == 0 else { return 0 }
        // What it takes, not what it is long: blocks are of 512 bytes here.
        return Int(figures.st_blocks) * 512
    }

    package func makeReserve(bytes: Int) throws(LogError) {
        if reserveBytes >= bytes { return }
        let file = try DescriptorFile(path: "\(path)/\(Self.reserve)", flags: O_CREAT | O_WRONLY)
        defer { file.close() }
        do throws(LogError) {
            try file.fill(through: bytes)
            try file.sync()
        } catch {
            removeReserve()
            throw error
        }
    }

    package func removeReserve() { _ = unsafe unlink("\(path)/\(Self.reserve)") }
}

/// A file behind a descriptor, written at its end.
///
/// Within what is set aside it is written ahead with zeros, a piece at a time: a sync of bytes that stand in written
/// blocks of a file that grows no longer has only those bytes to write, and takes half as long.
private final class DescriptorFile: LogFile, @unchecked Sendable {
    // Unchecked because of the variables. Invariant: one thread at a time uses a file.
    private let path: String
    private let descriptor: Int32
    /// Where the next byte goes, where the file ends, and what the disk has set aside.
    private var position = 0
    private var length = 0
    private var setAside = 0
    /// After a failure the file stays as it is: recovery is to find what the disk has.
    private var hasFailed = false

    private static let zeros = [UInt8](repeating: 0, count: 256 << 10)

    init(path: String, flags: Int32) throws(LogError) {
        self.path = path
        descriptor = unsafe open(path, flags | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw .io(call: "open", path: path, errno: errno) }
    }

    func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(LogError) {
        unsafe try put(bytes, at: position)
        position += bytes.count
        guard position > length else { return }
        length = position
        try fillAhead()
    }

    func write(_ bytes: [UInt8]) throws(LogError) {
        let result: Result<Void, LogError> = unsafe bytes.withUnsafeBufferPointer { bytes in
            do throws(LogError) {
                unsafe try write(bytes)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private func put(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) throws(LogError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe pwrite(
                descriptor, bytes.baseAddress.unsafelyUnwrapped + done, bytes.count - done, off_t(offset + done))
            if count < 0 {
                if errno == EINTR { continue }
                throw failed("write")
            }
            done += count
        }
    }

    private func fillAhead() throws(LogError) {
        let count = min(setAside - length, Self.zeros.count)
        guard count > 0 else { return }
        try putZeros(count)
    }

    private func putZeros(_ count: Int) throws(LogError) {
        let result: Result<Void, LogError> = unsafe Self.zeros.withUnsafeBufferPointer { zeros in
            do throws(LogError) {
                unsafe try put(UnsafeBufferPointer(rebasing: zeros[..<count]), at: length)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        length += count
    }

    func sync() throws(LogError) {
        guard fdatasync(descriptor) == 0 else { throw failed("fdatasync") }
    }

    func truncate(to bytes: Int) throws(LogError) {
        guard ftruncate(descriptor, off_t(bytes)) == 0 else { throw failed("ftruncate") }
        position = bytes
        length = bytes
    }

    func setAside(through bytes: Int) throws(LogError) {
        guard bytes > setAside else { return }
        // The file's length stays: readers are not to see a segment of nothing but zeros.
        switch vendue_set_aside(descriptor, Int64(position), Int64(bytes - position)) {
        case 0: setAside = bytes
        // Nothing can be set aside here: a full disk is met when writing.
        case EOPNOTSUPP, ENOSYS: break
        // Nothing was written: the file is as good as before.
        case let code: throw .io(call: "fallocate", path: path, errno: code)
        }
    }

    /// Makes the file so long, with blocks of its own.
    func fill(through bytes: Int) throws(LogError) {
        switch vendue_lengthen(descriptor, Int64(bytes)) {
        case 0: return
        case EOPNOTSUPP, ENOSYS: while length < bytes { try putZeros(min(bytes - length, Self.zeros.count)) }
        case let code: throw .io(call: "fallocate", path: path, errno: code)
        }
    }

    private func failed(_ call: String) -> LogError {
        let code = errno
        hasFailed = true
        return .io(call: call, path: path, errno: code)
    }

    func close() {
        if !hasFailed, setAside > 0 { _ = ftruncate(descriptor, off_t(position)) }
        _ = Glibc.close(descriptor)
    }
}
