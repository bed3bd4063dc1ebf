package import Foundation

/// Everything about one run of a scenario, for programs.
package struct Report<Figures: Encodable & Sendable>: Encodable, Sendable {
    package let scenario: String
    package let machine: Machine
    /// Of the code; empty where it is not known.
    package let commit: String
    package let time: Date
    package let seed: UInt64
    /// What was asked for, by the names of the flags.
    package let options: [String: String]
    package let figures: Figures

    /// A report of now, on this machine.
    package init(_ scenario: String, seed: UInt64, options: [String: String], figures: Figures) {
        self.scenario = scenario
        machine = Machine()
        commit = Commit.current
        time = Date()
        self.seed = seed
        self.options = options
        self.figures = figures
    }

    /// The document, its keys in snake case and in order.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }
}

/// The folder of results, which is not part of the repository.
package struct ResultFolder: Sendable {
    private let path: String

    /// - Parameter path: made where it is missing.
    package init(_ path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// Writes a file, replacing what an earlier run left.
    ///
    /// - Returns: its path.
    package func write(_ data: Data, as file: String) throws -> String {
        let target = "\(path)/\(file)"
        try data.write(to: URL(fileURLWithPath: target), options: .atomic)
        return target
    }
}

/// Which code is measured.
private enum Commit {
    static var current: String {
        if let named = ProcessInfo.processInfo.environment["COMMIT"] { return named }
        guard let outcome = try? Tool.run("git", ["rev-parse", "--short", "HEAD"]) else { return "" }
        return outcome.status == 0 ? outcome.text : ""
    }
}
