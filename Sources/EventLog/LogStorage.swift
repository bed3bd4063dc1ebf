internal import Foundation

#if canImport(Glibc)
internal import Glibc
#endif

/// Where segments live. The service uses ``DirectoryStorage``; tests use one that tears, fails and fills.
package protocol LogStorage: Sendable {
    /// Names of all segment files, in no order.
    func names() throws(LogError) -> [String]
    /// A file's bytes as they are now.
    func read(_ name: String) throws(LogError) -> [UInt8]
    /// A new, empty file whose name survives a power cut.
    func create(_ name: String) throws(LogError) -> any LogFile
    /// An existing file, cut to `bytes` bytes, for appending.
    func reopen(_ name: String, keeping bytes: Int) throws(LogError) -> any LogFile
}

/// A segment that is being written.
package protocol LogFile: AnyObject, Sendable {
    /// Appends all of the bytes.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(LogError)
    /// Returns when everything written would survive a power cut.
    func sync() throws(LogError)
    func close()
}

/// What can go wrong with the log; all of it is the operator's to mend.
package enum LogError: Error, Equatable, Sendable {
    /// A system call on a file failed.
    case io(call: String, path: String, errno: Int32)
    /// Bytes in the middle of the log are not what was written there.
    case damaged(file: String, offset: Int, why: String)
    /// What the next records need could not be made durable, so they were not written.
    case unprepared
    /// A newer version wrote this.
    case unknownVersion(file: String, version: UInt32)
}

extension LogError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .io(let call, let path, let errno):
            return "\(path): \(call) failed: \(unsafe String(cString: strerror(errno)))"
        case .damaged(let file, let offset, let why):
            return "\(file): damaged at byte \(offset): \(why). The log before it is intact; move this file and all "
                + "later ones out of the way to start from there, or restore them from a backup"
        case .unprepared:
            return
                "what the next records need, such as visitors' keys, could not be stored; the messages before this one "
                + "say why"
        case .unknownVersion(let file, let version):
            return "\(file): written by a newer version (format \(version)); start that version instead"
        }
    }
}

/// Segments as files of one directory.
package struct DirectoryStorage: LogStorage {
    package let path: String

    /// - Parameter path: created when it does not exist.
    package init(path: String) throws(LogError) {
        self.path = path
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .io(call: "mkdir", path: path, errno: errno)
        }
    }

    package func names() throws(LogError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(Segment.suffix) }
        } catch {
            throw .io(call: "readdir", path: path, errno: errno)
        }
    }

    package func read(_ name: String) throws(LogError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: "\(path)/\(name)") else {
            throw .io(call: "read", path: "\(path)/\(name)", errno: errno)
        }
        return [UInt8](data)
    }

    package func create(_ name: String) throws(LogError) -> any LogFile {
        let file = try DescriptorFile(path: "\(path)/\(name)", flags: O_CREAT | O_EXCL | O_WRONLY | O_APPEND)
        // The name itself must survive: the directory is a file too.
        let directory = try DescriptorFile(path: path, flags: O_RDONLY | O_DIRECTORY)
        defer { directory.close() }
        try directory.sync()
        return file
    }

    package func reopen(_ name: String, keeping bytes: Int) throws(LogError) -> any LogFile {
        let file = try DescriptorFile(path: "\(path)/\(name)", flags: O_WRONLY | O_APPEND)
        try file.truncate(to: bytes)
        try file.sync()
        return file
    }
}

/// A file behind a descriptor.
private final class DescriptorFile: LogFile {
    private let path: String
    private let descriptor: Int32

    init(path: String, flags: Int32) throws(LogError) {
        self.path = path
        descriptor = unsafe open(path, flags | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw .io(call: "open", path: path, errno: errno) }
    }

    func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(LogError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe Glibc.write(
                descriptor,
                bytes.baseAddress.unsafelyUnwrapped + done,
                bytes.count - done
            )
            if count < 0 {
                if errno == EINTR { continue }
                throw .io(call: "write", path: path, errno: errno)
            }
            done += count
        }
    }

    func sync() throws(LogError) {
        guard fdatasync(descriptor) == 0 else { throw .io(call: "fdatasync", path: path, errno: errno) }
    }

    func truncate(to bytes: Int) throws(LogError) {
        guard ftruncate(descriptor, off_t(bytes)) == 0 else { throw .io(call: "ftruncate", path: path, errno: errno) }
    }

    func close() { _ = Glibc.close(descriptor) }
}
