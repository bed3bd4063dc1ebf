internal import Foundation

/// Makes the log's disk slow, by a tracer that delays one system call of one thread of the service.
///
/// Only the log's writer is traced: tracing stops a thread at every system call, and an event loop that is stopped at
/// each of its own would be slow for another reason than the disk.
package struct DiskDelay: Sendable {
    private let tracer: ServerProcess

    /// Finds the thread that syncs the log, by watching the service while it records bids.
    ///
    /// - Parameter load: keeps the service bidding for about a second.
    /// - Throws: where the tracer is not installed or not allowed to trace, or no thread syncs anything.
    package static func findWriter(
        of service: ServerProcess, in group: ServerGroup, during load: () async throws -> Void
    ) async throws -> Int32 {
        let file = "\(group.folder)/fdatasync.txt"
        let arguments = ["-f", "-qq", "-o", file, "-e", "trace=fdatasync", "-p", "\(service.pid)"]
        let watcher = try await start("strace-watch", arguments, in: group)
        try await load()
        await watcher.end()
        let text = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard let thread = busiestThread(text) else {
            throw ServerProcess.Fault(description: "no thread of the service calls fdatasync\n\(watcher.errorTail)")
        }
        return thread
    }

    /// The thread with most calls in lines of `TID fdatasync(…) = 0`.
    static func busiestThread(_ trace: String) -> Int32? {
        var calls: [Int32: Int] = [:]
        for line in trace.split(separator: "\n") where line.contains("fdatasync(") {
            if let thread = line.split(separator: " ").first.flatMap({ Int32($0) }) { calls[thread, default: 0] += 1 }
        }
        return calls.max { $0.value < $1.value }?.key
    }

    /// Begins to delay.
    ///
    /// - Parameters:
    ///   - thread: the log's writer.
    ///   - delayMicros: what each of its `fdatasync` takes longer.
    package init(of thread: Int32, delayMicros: Int, in group: ServerGroup) async throws {
        tracer = try await Self.start(
            "strace-delay",
            [
                "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_exit=\(delayMicros)",
                "-p", "\(thread)",
            ], in: group)
    }

    /// Lets the disk be as it is.
    package func end() async { await tracer.end() }

    private static func start(
        _ name: String, _ arguments: [String], in group: ServerGroup
    ) async throws -> ServerProcess {
        let tracer = try group.start(name, ServerProcess.Command("strace", arguments))
        // It attaches, or is refused, at once, and says nothing when it has attached.
        try await Task.sleep(for: .milliseconds(500))
        guard tracer.isRunning else {
            throw ServerProcess.Fault(description: "strace is not allowed to trace the service: \(tracer.errorTail)")
        }
        return tracer
    }
}
