package import Events
internal import Foundation
internal import Units

/// The keeper's folder in the data directory: the roster, lists of members, and snapshots.
///
///     roster              which audience has which number
///     lists/NAME          members of an audience, as keyed hashes: kind, then 16 bytes each
///     SEQUENCE.snapshot   the tables as they were through a record of the log; the newest counts
///     SEQUENCE.histories  what the keeper alone needed then
///
/// Files appear under their names only when they are whole and on the disk.
package struct AudienceFolder: Sendable {
    package let path: String

    /// Opens the folder, making it where it is missing.
    ///
    /// - Throws: an error of the file system.
    package init(path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(
            atPath: path + "/lists", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    // MARK: Roster

    package func roster() throws -> String {
        guard FileManager.default.fileExists(atPath: path + "/roster") else { return "" }
        return try String(contentsOfFile: path + "/roster", encoding: .utf8)
    }

    /// Adds a line, which is on the disk when this returns.
    package func append(toRoster line: String) throws {
        let name = path + "/roster"
        if !FileManager.default.fileExists(atPath: name) {
            _ = FileManager.default.createFile(atPath: name, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        let file = try Self.open(forUpdating: name)
        defer { try? file.close() }
        // A line that a crash cut short must not swallow this one.
        let end = try file.seekToEnd()
        if end > 0 {
            try file.seek(toOffset: end - 1)
            let isWhole = try file.read(upToCount: 1)?.first == UInt8(ascii: "\n")
            if !isWhole { try file.truncate(atOffset: try Self.wholeLines(of: name)) }
            try file.seekToEnd()
        }
        try file.write(contentsOf: Data(line.utf8))
        try file.synchronize()
    }

    private static func wholeLines(of name: String) throws -> UInt64 {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: name))
        return bytes.lastIndex(of: UInt8(ascii: "\n")).map { UInt64($0) + 1 } ?? 0
    }

    private static func open(forUpdating name: String) throws -> FileHandle {
        try FileHandle(forUpdating: URL(fileURLWithPath: name))
    }

    // MARK: Lists of members

    /// Bytes of a member: its kind, then the hash.
    static let memberBytes = 17

    /// Starts a list.
    ///
    /// - Parameter name: of letters and digits, never used before.
    package func makeList(_ name: String) throws -> ListWriter {
        try ListWriter(path: path + "/lists/" + name, name)
    }

    /// Lists there are.
    package func lists() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/lists").filter { !$0.hasSuffix(".part") }.sorted()
    }

    package func removeList(_ name: String) {
        try? FileManager.default.removeItem(atPath: path + "/lists/" + name)
    }

    /// Removes what an interrupted upload or snapshot left.
    package func removeParts() {
        let kept = snapshots().first.map { ["\($0)" + Self.tablesSuffix, "\($0)" + Self.statesSuffix] } ?? []
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        where name != "roster" && name != "lists" && !kept.contains(name) {
            try? FileManager.default.removeItem(atPath: path + "/" + name)
        }
        let names = try? FileManager.default.contentsOfDirectory(atPath: path + "/lists")
        for name in names ?? [] where name.hasSuffix(".part") { removeList(name) }
    }

    /// A list that is being written.
    package final class ListWriter {
        package let name: String
        private let path: String
        private let file: FileHandle
        private var bytes = Data()
        package private(set) var count = 0

        fileprivate init(path: String, _ name: String) throws {
            self.name = name
            self.path = path
            let part = path + ".part"
            _ = FileManager.default.createFile(atPath: part, contents: nil, attributes: [.posixPermissions: 0o600])
            file = try FileHandle(forWritingTo: URL(fileURLWithPath: part))
        }

        package func add(_ identity: Identity) throws {
            bytes.append(identity.kind.rawValue)
            for word in [identity.key.high, identity.key.low] {
                for shift in stride(from: UInt64(0), to: 64, by: 8) {
                    bytes.append(UInt8(truncatingIfNeeded: word >> shift))
                }
            }
            count += 1
            if bytes.count >= 1 << 20 { try flush() }
        }

        private func flush() throws {
            try file.write(contentsOf: bytes)
            bytes.removeAll(keepingCapacity: true)
        }

        /// Puts the list under its name.
        package func finish() throws {
            try flush()
            try file.synchronize()
            try file.close()
            try FileManager.default.moveItem(atPath: path + ".part", toPath: path)
        }

        package func cancel() {
            try? file.close()
            try? FileManager.default.removeItem(atPath: path + ".part")
        }
    }

    /// Reads a list, some thousand members at a time.
    final class ListReader {
        private let file: FileHandle

        fileprivate init(_ file: FileHandle) { self.file = file }

        /// The next members; empty at the end.
        func next() throws -> [Identity] {
            guard let data = try file.read(upToCount: 4096 * AudienceFolder.memberBytes) else { return [] }
            var reader = ByteReader([UInt8](data)[...])
            var members: [Identity] = []
            members.reserveCapacity(data.count / AudienceFolder.memberBytes)
            while let kind = reader.fixed(UInt8.self), let high = reader.fixed(UInt64.self),
                let low = reader.fixed(UInt64.self)
            {
                guard let kind = IdentityKind(rawValue: kind) else { continue }
                members.append(Identity(kind, IdentityKey(high: high, low: low)))
            }
            return members
        }
    }

    /// - Returns: nil where there is no such list any more.
    func openList(_ name: String) -> ListReader? {
        (try? FileHandle(forReadingFrom: URL(fileURLWithPath: path + "/lists/" + name))).map(ListReader.init)
    }

    // MARK: Snapshots

    static let tablesSuffix = ".snapshot"
    static let statesSuffix = ".histories"

    /// Sequences of the snapshots there are, newest first.
    func snapshots() -> [UInt64] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.compactMap { name in
            name.hasSuffix(Self.tablesSuffix) ? UInt64(name.dropLast(Self.tablesSuffix.count)) : nil
        }.sorted(by: >)
    }

    /// The two files of a snapshot, open.
    struct SnapshotFiles {
        fileprivate let path: String
        let tables: FileHandle
        let states: FileHandle

        func close() {
            try? tables.close()
            try? states.close()
        }

        /// Puts them under their names, that by which the snapshot is found last.
        func finish() throws {
            for file in [states, tables] {
                try file.synchronize()
                try file.close()
            }
            for suffix in [AudienceFolder.statesSuffix, AudienceFolder.tablesSuffix] {
                try? FileManager.default.removeItem(atPath: path + suffix)
                try FileManager.default.moveItem(atPath: path + suffix + ".part", toPath: path + suffix)
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

    func removeSnapshot(_ sequence: UInt64) {
        for suffix in [Self.tablesSuffix, Self.statesSuffix] {
            try? FileManager.default.removeItem(atPath: "\(path)/\(sequence)" + suffix)
        }
    }
}
