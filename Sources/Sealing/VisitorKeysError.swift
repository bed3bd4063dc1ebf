#if canImport(Glibc)
internal import Glibc
#endif

/// What can be wrong with the file of the visitors' keys; all of it is the operator's to mend.
package enum VisitorKeysError: Error, Equatable, Sendable {
    /// A system call on the file failed.
    case io(call: String, path: String, errno: Int32)
    case notKeys(path: String)
    /// A newer version wrote it.
    case unknownVersion(path: String, version: UInt32)
    case readableByOthers(path: String, mode: UInt32)
    /// The number was somebody's who has been erased; numbers are never given twice.
    case deleted(visitor: UInt32)
    /// A sync failed before: nobody knows which keys the disk holds.
    case failed(path: String)
}

extension VisitorKeysError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .io(let call, let path, let errno):
            "\(path): \(call) failed: \(unsafe String(cString: strerror(errno)))"
        case .notKeys(let path):
            "\(path): not a file of visitors' keys; restore it from a backup. Without it nothing that the log says of "
                + "visitors can be read"
        case .unknownVersion(let path, let version):
            "\(path): written by a newer version (format \(version)); start that version instead"
        case .readableByOthers(let path, let mode):
            "\(path): can be read by others (mode \(String(mode, radix: 8))); chmod 600 \(path)"
        case .deleted(let visitor):
            "visitor \(visitor) was erased, and its number cannot be another's"
        case .failed(let path):
            "\(path): a sync failed before, and nobody knows which keys the disk holds; start again"
        }
    }
}
