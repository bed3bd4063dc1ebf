internal import NIOCore
internal import NIOPosix

/// Ports for servers that cannot pick one themselves.
enum FreePort {
    /// A port of 127.0.0.1 on which nobody listens; somebody might before it is used, which then fails visibly.
    static func find() async throws -> Int {
        let group = MultiThreadedEventLoopGroup.singleton
        let channel = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port
        try await channel.close().get()
        guard let port else { throw ServerProcess.Fault(description: "a listener without a port") }
        return port
    }

    /// Returns once a server accepts connections.
    ///
    /// - Throws: where it ends, or takes more than ten seconds.
    static func waitUntilTaken(_ port: Int, by process: ServerProcess) async throws {
        for _ in 0..<200 {
            if let channel = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port).get()
            {
                return try await channel.close().get()
            }
            if !process.isRunning { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ServerProcess.Fault(description: "\(process.name) accepts no connections\n\(process.errorTail)")
    }
}
