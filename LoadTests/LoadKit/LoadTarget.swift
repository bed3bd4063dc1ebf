package import NIOCore

/// A server on this machine: load is sent nowhere else.
package struct LoadTarget: Sendable, CustomStringConvertible {
    package let host: String
    package let port: Int
    /// The certificates that a TLS server's must descend from, a PEM file; nil for plain connections.
    package var authority: String?

    /// Why an address is no target.
    package enum Fault: Error, Equatable, CustomStringConvertible {
        case notAddress(String)
        case notLoopback(String)

        package var description: String {
            switch self {
            case .notAddress(let text): "\(text) is not HOST:PORT"
            case .notLoopback(let host):
                "\(host) is not a loopback address: load is only sent to 127.0.0.0/8, ::1 and localhost"
            }
        }
    }

    /// - Parameter text: `HOST:PORT`; an IPv6 address in brackets.
    package init(_ text: String, authority: String? = nil) throws(Fault) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65_535).contains(port)
        else { throw .notAddress(text) }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host == "localhost" { host = "127.0.0.1" }
        guard Self.isLoopback(host) else { throw .notLoopback(host) }
        self.host = host
        self.port = port
        self.authority = authority
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        // A name such as 127.example.com must not pass.
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The address to connect to.
    package func address() throws -> SocketAddress { try SocketAddress(ipAddress: host, port: port) }
}
