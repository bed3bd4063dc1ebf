/// What is wrong at one place of a file that vetting reads.
package struct FileFault: Equatable, Sendable {
    /// From 1.
    package let line: Int
    package let message: String
    /// What to write instead; empty where the message says it.
    package let hint: String

    package init(line: Int, _ message: String, hint: String = "") {
        self.line = line
        self.message = message
        self.hint = hint
    }
}

/// The faults of one file: all are counted, the first ones kept.
///
/// Files from the web are full of them; a bidder that refused the file for one would lose the sound lines.
package struct FileFaults: Equatable, Sendable {
    package static let keptMax = 20

    package private(set) var count = 0
    package private(set) var first: [FileFault] = []

    package init() {}

    mutating func add(_ fault: FileFault) {
        count += 1
        if first.count < Self.keptMax { first.append(fault) }
    }

    mutating func add(line: Int, _ message: String, hint: String = "") {
        add(FileFault(line: line, message, hint: hint))
    }
}

/// A file that cannot be used at all.
package struct FileError: Error, Equatable {
    package let fault: FileFault

    init(line: Int, _ message: String, hint: String = "") { fault = FileFault(line: line, message, hint: hint) }
}
