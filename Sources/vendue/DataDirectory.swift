internal import ControlPlane
internal import Foundation
internal import Sealing
internal import Units

/// A service's files: one directory, owned by one process.
///
///     vendue.lock       held by the running service
///     operator.token    written at first start, mode 0600
///     registry.sqlite   advertisers, strategies, exchanges, tokens
///     keys/sealing      keys of the notice tokens, mode 0600
///     keys/visitor      key of the visitors' pseudonyms, mode 0600
///     visitor.keys      a key for each visitor's part of the log, mode 0600
///     log/*.vlog        the log
///     log/*.checkpoint  what stands for records that were dropped from its beginning
struct DataDirectory {
    let path: String

    var registry: String { path + "/registry.sqlite" }
    var operatorToken: String { path + "/operator.token" }
    var log: String { path + "/log" }
    var audience: String { path + "/audience" }
    var visitorKeys: String { path + "/visitor.keys" }
    private var sealing: String { path + "/keys/sealing" }
    private var visitor: String { path + "/keys/visitor" }
    var lockFile: String { path + "/vendue.lock" }

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// Makes the directory and takes it for this process.
    ///
    /// - Returns: holds the lock for as long as it lives.
    func take() throws -> DirectoryLock {
        do {
            try FileManager.default.createDirectory(
                atPath: path + "/keys",
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o750]
            )
        } catch {
            throw Failure.input("\(path): cannot be made: \(error.localizedDescription)")
        }
        return try DirectoryLock(lockFile)
    }

    /// The sealing keys, rotated when it is time; made at first start.
    func keyRing(at now: Instant) throws -> KeyRing {
        var ring = KeyRing(keys: [])
        if let data = FileManager.default.contents(atPath: sealing) {
            guard let read = KeyRing(text: String(decoding: data, as: UTF8.self)), read.current != nil else {
                throw Failure.work(
                    "\(sealing): not a key file; restore it from a backup, or move it away to start with new keys "
                        + "(notices of older bids will then be refused)"
                )
            }
            ring = read
        }
        if ring.rotate(at: now, random: { Digest.random(64) }) {
            try SecretFile.write(ring.text, to: sealing)
        }
        return ring
    }

    /// The key of the pseudonyms: never changed, or visitors would become strangers.
    func visitorKey() throws -> [UInt8] {
        if let data = FileManager.default.contents(atPath: visitor) {
            guard let key = Base64URL.decode(Array(data.prefix { $0 > 0x20 })), key.count == 32 else {
                throw Failure.work("\(visitor): not a key file; restore it from a backup, or move it away")
            }
            return key
        }
        let key = Digest.random(32)
        try SecretFile.write(Base64URL.encode(key), to: visitor)
        return key
    }
}

/// Holds a data directory for this process; a second process is refused.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = unsafe open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw Failure.input("\(path): cannot be opened: \(unsafe String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw Failure.input(
                "\(path): another vendue runs on this data directory; stop it, or choose another --data"
            )
        }
    }

    deinit { close(descriptor) }

    /// Whether some process holds the directory now.
    static func isHeld(_ path: String) -> Bool {
        let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }
}
