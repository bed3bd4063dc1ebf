internal import GRDB

/// Why SQLite could not read or write the registry, and what its operator is to do.
package struct RegistryFault: Error, CustomStringConvertible {
    let path: String
    private let error: DatabaseError

    /// - Parameter path: of the registry's file.
    /// - Returns: nil for an error that is not SQLite's.
    init?(_ error: any Error, at path: String) {
        guard let error = error as? DatabaseError else { return nil }
        self.path = path
        self.error = error
    }

    /// The remedy, without the path, which callers from outside need not know; nil where SQLite's own words say all.
    var remedy: String? {
        switch error.resultCode {
        case .SQLITE_FULL: "its disk is full; make room on it"
        // SQLite says the same where the file of its index finds no room.
        case .SQLITE_IOERR: "its disk is full or fails; make room on it, or see the system's log"
        case .SQLITE_BUSY, .SQLITE_LOCKED: "another process writes to it for longer than 5 s; end that, or ask again"
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
            "it may not be opened for writing; see to owner and mode of the file and of its directory"
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: "it is damaged; restore it from a backup"
        default: nil
        }
    }

    /// One line: the file, the remedy, and SQLite's own words with what it was asked.
    package var description: String {
        "\(path): \(remedy.map { "\($0) " } ?? "")(\(error); extended code \(error.extendedResultCode.rawValue))"
    }
}
