internal import Foundation

/// nginx with one worker that answers every request with the same 200.
package struct NginxServer: Sendable {
    package let process: ServerProcess
    package let target: LoadTarget

    /// Whether it is installed.
    package static var isInstalled: Bool { ServerProcess.find("nginx") != nil }

    /// Starts it.
    ///
    /// - Parameters:
    ///   - bytes: length of every body.
    ///   - core: the only one that it may use; nil for any.
    package init(bytes: Int, core: Int?, in group: ServerGroup) async throws {
        guard let executable = ServerProcess.find("nginx") else {
            throw ServerProcess.Fault(description: "nginx is not installed")
        }
        let port = try await FreePort.find()
        let prefix = "\(group.folder)/nginx"
        try FileManager.default.createDirectory(atPath: prefix, withIntermediateDirectories: true)
        let file = "\(prefix)/nginx.conf"
        try Data(Self.configuration(bytes: bytes, port: port, prefix: prefix).utf8)
            .write(to: URL(fileURLWithPath: file))
        let arguments = ["-p", prefix, "-c", file, "-e", "\(prefix)/error.log"]
        process = try group.start("nginx", ServerProcess.Command(executable, arguments, core: core))
        target = try LoadTarget("127.0.0.1:\(port)")
        try await FreePort.waitUntilTaken(port, by: process)
    }

    /// One process without a master: its processor time is all there is.
    static func configuration(bytes: Int, port: Int, prefix: String) -> String {
        // A parameter of nginx's configuration is below 4 kB, so that a long body is put together.
        let pieces = stride(from: 0, to: bytes, by: 1_000).map { min(1_000, bytes - $0) }
        let variables = pieces.enumerated().map { index, count in
            "            set $part\(index) \"\(String(repeating: "a", count: count))\";"
        }
        let body = pieces.indices.map { "${part\($0)}" }.joined()
        let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "    \($0)_temp_path \(prefix)/\($0);" }
        return """
            daemon off;
            master_process off;
            worker_processes 1;
            pid \(prefix)/nginx.pid;
            events { worker_connections 12000; }
            http {
                access_log off;
            \(folders.joined(separator: "\n"))
                keepalive_requests 1000000000;
                keepalive_timeout 300s;
                client_max_body_size 2m;
                tcp_nodelay on;
                default_type application/json;
                server {
                    listen 127.0.0.1:\(port) backlog=1024;
                    location / {
            \(variables.joined(separator: "\n"))
                        add_header x-openrtb-version 2.6;
                        return 200 "\(body)";
                    }
                }
            }

            """
    }
}
