internal import Glibc

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
    /// Bytes that can still be written; nil where nobody can tell.
    func freeBytes() -> Int?
    /// Has the disk hold bytes back, which ``removeReserve()`` frees; the same again where it does already.
    func makeReserve(bytes: Int) throws(LogError)
    func removeReserve()
    /// Names of all checkpoints, in no order; ``read(_:)`` reads them.
    func checkpoints() throws(LogError) -> [String]
}

/// A storage from whose beginning segments can be dropped.
package protocol TrimmableStorage: LogStorage {
    /// Puts bytes under a name, all at once, over what was there; they survive a power cut when this returns.
    func replace(_ name: String, by bytes: [UInt8]) throws(LogError)
    /// Removes a file; no power cut brings it back when this returns.
    func remove(_ name: String) throws(LogError)
}

extension LogStorage {
    package func checkpoints() throws(LogError) -> [String] { [] }
    package func freeBytes() -> Int? { nil }
    package func makeReserve(bytes: Int) throws(LogError) {}
    package func removeReserve() {}
}

/// A segment that is being written.
package protocol LogFile: AnyObject, Sendable {
    /// Appends all of the bytes.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(LogError)
    /// Returns when everything written would survive a power cut.
    func sync() throws(LogError)
    /// Has the disk set aside as many bytes for this file; what is written within them finds room.
    func setAside(through bytes: Int) throws(LogError)
    /// Frees what was set aside and not written.
    func close()
}

extension LogFile {
    package func setAside(through bytes: Int) throws(LogError) {}
}

/// What can go wrong with the log; all of it is the operator's to mend.
package enum LogError: Error, Equatable, Sendable {
    /// A system call on a file failed.
    case io(call: String, path: String, errno: Int32)
    /// Bytes in the middle of the log are not what was written there.
    case damaged(file: String, offset: Int, why: String)
    /// What stands for the records that were dropped is not what was written.
    case damagedCheckpoint(file: String, why: String)
    /// What the next records need could not be made durable, so they were not written.
    case unprepared
    /// A newer version wrote this.
    case unknownVersion(file: String, version: UInt32)

    /// Whether the disk is full.
    var isFull: Bool {
        if case .io(_, _, let errno) = self { errno == ENOSPC || errno == EDQUOT } else { false }
    }
}

extension LogError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .io(let call, let path, let errno):
            return "\(path): \(call) failed: \(unsafe String(cString: strerror(errno)))"
        case .damaged(let file, let offset, let why):
            return "\(file): damaged at byte \(offset): \(why). Restore the file from a backup; or, with the service "
                + "stopped, run `vendue log quarantine`, which puts it aside, keeps what is sound and says what is lost"
        case .damagedCheckpoint(let file, let why):
            return "\(file): damaged: \(why). Restore the file from a backup; or, with the service stopped, run "
                + "`vendue log quarantine`, which puts it aside and says what is lost"
        case .unprepared:
            return
                "what the next records need, such as visitors' keys, could not be stored; the messages before this one "
                + "say why"
        case .unknownVersion(let file, let version):
            return "\(file): written by a newer version (format \(version)); start that version instead"
        }
    }
}
