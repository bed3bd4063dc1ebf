internal import Events
internal import Foundation
internal import Units

/// The keeper's folder in the data directory: the roster, lists of members, and snapshots.
///
///     roster              which audience has which number
///     lists/NAME          members of an audience, as keyed hashes: kind, then 16 bytes each; at the end `ends`,
///                         CRC-32C of all members, 4 bytes, and their count, 8
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

    // MARK: What a crash left

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
}
