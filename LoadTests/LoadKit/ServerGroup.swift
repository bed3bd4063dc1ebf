internal import Dispatch
internal import Foundation
internal import Synchronization

/// Every server that a scenario started: none outlives it, whether it ends well, fails, or is interrupted.
package final class ServerGroup: Sendable {
    private let servers = Mutex<[ServerProcess]>([])
    /// Set once; every call of a dispatch source may come from any thread.
    private nonisolated(unsafe) let interrupts: [any DispatchSourceSignal]
    /// For data and configuration; removed at the end.
    package let folder: String

    /// Makes the folder and waits for interrupts.
    package init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/vendue-load-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let sources = [SIGINT, SIGTERM].map { number in
            #if canImport(Darwin)
            // Else the process ends before the source is asked. Elsewhere servers would inherit it.
            _ = unsafe signal(number, SIG_IGN)
            #endif
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        unsafe interrupts = sources
        for source in sources {
            source.setEventHandler { [weak self] in
                self?.endNow()
                exit(130)
            }
            source.resume()
        }
    }

    /// Starts a server that ends with the group.
    package func start(_ name: String, _ command: ServerProcess.Command) throws -> ServerProcess {
        let server = try ServerProcess(name, command, folder: folder)
        servers.withLock { $0.append(server) }
        return server
    }

    /// Ends every server, in the order in which they were started, and removes the folder.
    package func end() async {
        for server in servers.withLock({ $0 }) { await server.end() }
        for source in unsafe interrupts { source.cancel() }
        remove()
    }

    private func endNow() {
        for server in servers.withLock({ $0 }) { server.endNow() }
        remove()
    }

    private func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
