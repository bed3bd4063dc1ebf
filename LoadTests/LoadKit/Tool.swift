internal import Foundation

/// A command that does one thing and ends.
enum Tool {
    /// How it ended.
    struct Outcome: Sendable {
        let status: Int32
        /// Standard output and error.
        let text: String
    }

    /// Runs it to its end, which must come soon: the calling thread waits.
    ///
    /// - Throws: where it is not installed or cannot be started.
    static func run(_ name: String, _ arguments: [String]) throws -> Outcome {
        guard let executable = ServerProcess.find(name) else {
            throw ServerProcess.Fault(description: "\(name) is not installed")
        }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        // The end of its output is, but for a moment, its own.
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, text: text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
