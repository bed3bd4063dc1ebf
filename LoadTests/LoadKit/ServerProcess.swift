internal import Foundation

/// A server that this program started: it is measured, and ended, by its process id.
package final class ServerProcess: Sendable {
    /// What a person calls it.
    package let name: String
    package let pid: Int32
    private let process: Process
    private let outputFile: String
    private let errorFile: String

    /// Why a server cannot be used.
    package struct Fault: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// How a server is started.
    package struct Command: Sendable {
        package var executable: String
        package var arguments: [String]
        /// The only core that it may use; nil for any.
        package var core: Int?

        package init(_ executable: String, _ arguments: [String], core: Int? = nil) {
            self.executable = executable
            self.arguments = arguments
            self.core = core
        }

        /// With everything that stands before the server's own executable.
        var words: [String] {
            let binding = core.map { ["taskset", "-c", "\($0)"] } ?? []
            return binding + [executable] + arguments
        }
    }

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - name: for messages and file names.
    ///   - command: its executable, found on `PATH` where it names no folder.
    ///   - folder: exists; receives what the server writes to its standard streams.
    package init(_ name: String, _ command: Command, folder: String) throws {
        self.name = name
        outputFile = "\(folder)/\(name).out"
        errorFile = "\(folder)/\(name).err"
        let words = command.words
        guard let executable = Self.find(words[0]), Self.find(command.executable) != nil else {
            throw Fault(description: "\(Self.find(words[0]) == nil ? words[0] : command.executable) cannot be run")
        }
        process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = Array(words.dropFirst())
        // A setting of the caller's must not change what is measured.
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("VENDUE_") }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.create(outputFile)
        process.standardError = try Self.create(errorFile)
        try process.run()
        pid = process.processIdentifier
    }

    private static func create(_ path: String) throws -> FileHandle {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw Fault(description: "\(path) cannot be written") }
        return handle
    }

    /// The file that a command's name means; nil where there is none that can be run.
    package static func find(_ name: String) -> String? {
        let files = FileManager.default
        if name.contains("/") { return files.isExecutableFile(atPath: name) ? name : nil }
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":").map(String.init) ?? []
        // A server's folder is often missing from a user's PATH.
        return (folders + ["/usr/sbin", "/sbin"]).map { "\($0)/\(name)" }.first { files.isExecutableFile(atPath: $0) }
    }

    package var isRunning: Bool { process.isRunning }

    /// Waits for a line on standard output that begins with a text.
    ///
    /// - Throws: where the server ends first, or takes more than `seconds`.
    package func line(beginning start: String, seconds: Double = 30) async throws -> String {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            let text = text(of: outputFile)
            // A line that has not ended may still be written.
            let lines = text[..<(text.lastIndex(of: "\n") ?? text.startIndex)].split(separator: "\n")
            if let line = lines.first(where: { $0.hasPrefix(start) }) {
                return String(line)
            }
            if !isRunning { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Fault(description: "\(name) is not ready: \(isRunning ? "it still starts" : "it ended")\n\(errorTail)")
    }

    /// The end of what it wrote to standard error.
    package var errorTail: String {
        text(of: errorFile).split(separator: "\n").suffix(15).joined(separator: "\n")
    }

    private func text(of path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Processor time of all its threads so far, user and system, in seconds; nil where the system does not tell.
    package var cpuSeconds: Double? {
        guard let stat = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return nil }
        return Self.cpuTicks(stat: String(decoding: stat, as: UTF8.self)).map {
            Double($0) / Double(sysconf(Int32(_SC_CLK_TCK)))
        }
    }

    /// `utime` and `stime` of a line of `/proc/PID/stat`.
    static func cpuTicks(stat: String) -> Int? {
        // The command's name stands in parentheses and may hold anything, parentheses too.
        guard let close = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else { return nil }
        return user + system
    }

    /// Asks it to end, and ends it where it does not within some seconds.
    package func end(seconds: Double = 10) async {
        if isRunning { process.terminate() }
        let end = Date().addingTimeInterval(seconds)
        while isRunning, Date() < end { try? await Task.sleep(for: .milliseconds(20)) }
        endNow()
    }

    /// Ends it at once, without asking: when this program itself is being ended.
    package func endNow() {
        if isRunning { _ = kill(pid, SIGKILL) }
    }
}
