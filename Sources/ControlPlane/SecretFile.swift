#if canImport(Glibc)
internal import Glibc
#endif

/// Writes a secret to a file that only its owner reads.
package enum SecretFile {
    /// What went wrong: the step, the path, and the system's word for it.
    package struct WriteError: Error, CustomStringConvertible {
        package let step: String
        package let path: String
        package let code: Int32

        package var description: String {
            let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
            return "cannot \(step) \(path): \(reason)"
        }
    }

    /// Puts text and a line feed into a file of mode 0600, replacing what is there in one step: who reads it meets the
    /// old text or the new. It survives a power cut once this returns.
    package static func write(_ text: String, to path: String) throws(WriteError) {
        let draft = path + ".new"
        // Left behind by a crash; made anew, so that its mode is ours from the first byte. Here and below, the pointer
        // to a path's characters lives for the call.
        _ = unsafe unlink(draft)
        do throws(WriteError) {
            try fill(draft, Array((text + "\n").utf8))
            guard unsafe rename(draft, path) == 0 else { throw WriteError(step: "replace", path: path, code: errno) }
        } catch {
            _ = unsafe unlink(draft)
            throw error
        }
        try syncDirectory(of: path)
    }

    private static func fill(_ path: String, _ bytes: [UInt8]) throws(WriteError) {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw WriteError(step: "create", path: path, code: errno) }
        defer { close(file) }
        // A secret is far shorter than a page, which a file system takes whole or not at all.
        guard unsafe Glibc.write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            throw WriteError(step: "write", path: path, code: errno)
        }
    }

    private static func syncDirectory(of path: String) throws(WriteError) {
        let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let directory = unsafe open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw WriteError(step: "open", path: parent, code: errno) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw WriteError(step: "sync", path: parent, code: errno) }
    }
}
