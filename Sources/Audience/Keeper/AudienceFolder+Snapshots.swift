internal import Foundation

#if canImport(Glibc)
internal import Glibc
#endif

/// The two files of each snapshot.
extension AudienceFolder {
    static let tablesSuffix = ".snapshot"
    static let statesSuffix = ".histories"

    /// Sequences of the snapshots there are, newest first.
    func snapshots() -> [UInt64] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.compactMap { name in
            name.hasSuffix(Self.tablesSuffix) ? UInt64(name.dropLast(Self.tablesSuffix.count)) : nil
        }.sorted(by: >)
    }

    /// The record up to which no start reads the log for visitors any more, whatever happens to the machine; 0 for none.
    ///
    /// - Throws: an error of the file system.
    package func durableSnapshot() throws -> UInt64 {
        let newest = snapshots().first ?? 0
        // Its name may have been given a moment ago, and older ones are still there for a power cut to come back to.
        if newest > 0 { try Self.sync(path) }
        return newest
    }

    /// Refuses a snapshot without the visitors' keys, before an empty file of keys is made in their place.
    ///
    /// - Throws: ``AudienceFault`` where the file is missing.
    package func checkKeys(path: String) throws(AudienceFault) {
        guard let sequence = snapshots().first, !FileManager.default.fileExists(atPath: path) else { return }
        throw AudienceFault(
            "\(path) is missing, but \(self.path)/\(sequence)\(Self.tablesSuffix) has visitors: restore it from the copy "
                + "that the log is from")
    }

    /// The two files of a snapshot, open.
    struct SnapshotFiles: Sendable {
        fileprivate let path: String
        let tables: FileHandle
        let states: FileHandle

        func close() {
            try? tables.close()
            try? states.close()
        }

        /// Puts them under their names, that by which the snapshot is found last.
        fileprivate func finish() throws {
            for file in [states, tables] {
                try file.synchronize()
                try file.close()
            }
            for suffix in [AudienceFolder.statesSuffix, AudienceFolder.tablesSuffix] {
                try AudienceFolder.rename(path + suffix + ".part", path + suffix)
            }
        }

        func cancel() {
            close()
            for suffix in [AudienceFolder.statesSuffix, AudienceFolder.tablesSuffix] {
                try? FileManager.default.removeItem(atPath: path + suffix + ".part")
            }
        }
    }

    func openSnapshot(_ sequence: UInt64) throws -> SnapshotFiles {
        let name = "\(path)/\(sequence)"
        return SnapshotFiles(
            path: name, tables: try FileHandle(forReadingFrom: URL(fileURLWithPath: name + Self.tablesSuffix)),
            states: try FileHandle(forReadingFrom: URL(fileURLWithPath: name + Self.statesSuffix)))
    }

    func makeSnapshot(_ sequence: UInt64) throws -> SnapshotFiles {
        let name = "\(path)/\(sequence)"
        let files = try [Self.tablesSuffix, Self.statesSuffix].map { suffix in
            let part = name + suffix + ".part"
            _ = FileManager.default.createFile(atPath: part, contents: nil, attributes: [.posixPermissions: 0o600])
            return try FileHandle(forWritingTo: URL(fileURLWithPath: part))
        }
        return SnapshotFiles(path: name, tables: files[0], states: files[1])
    }

    /// Puts a snapshot under its names, then removes older ones and the lists that it holds.
    ///
    /// The folder is synced between the two: a power cut leaves the older ones or the new one. It is synced again so
    /// that what was removed does not come back.
    func finish(_ snapshot: FinishedSnapshot) throws {
        try snapshot.files.finish()
        try Self.sync(path)
        for other in snapshots() where other < snapshot.sequence { removeSnapshot(other) }
        for list in snapshot.lists { removeList(list) }
        try Self.sync(path)
    }

    /// Renames a file, also over another, in one step.
    static func rename(_ from: String, _ to: String) throws {
        guard unsafe Glibc.rename(from, to) == 0 else { throw failure("rename", to) }
    }

    /// A file's name lies in its folder, which is a file too.
    static func sync(_ path: String) throws {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("fsync", path) }
    }

    private static func failure(_ call: String, _ path: String) -> AudienceFault {
        AudienceFault("\(path): \(call) failed: \(unsafe String(cString: strerror(errno)))")
    }

    func removeSnapshot(_ sequence: UInt64) {
        for suffix in [Self.tablesSuffix, Self.statesSuffix] {
            try? FileManager.default.removeItem(atPath: "\(path)/\(sequence)" + suffix)
        }
    }
}
