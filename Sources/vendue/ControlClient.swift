internal import Documents
internal import Foundation

#if canImport(FoundationNetworking)
internal import FoundationNetworking
#endif

/// Calls a service's control API.
struct ControlClient: Sendable {
    let address: String
    let token: String

    /// - Parameters:
    ///   - address: `HOST:PORT`.
    ///   - token: nil to read `operator.token` of a data directory.
    init(address: String, token: String?, data: String) throws {
        self.address = address
        if let token {
            self.token = token
            return
        }
        let file = DataDirectory(path: data).operatorToken
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw Failure.input("no --token given, and \(file) cannot be read")
        }
        self.token = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    struct Answer: Sendable {
        let status: Int
        let body: String
    }

    /// Sends one request.
    func send(_ method: String, _ path: String, _ body: String? = nil) async throws -> Answer {
        guard let url = URL(string: "http://\(address)\(path)") else {
            throw Failure.input("no address of a control API: \(address)")
        }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.timeoutInterval = 30
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        if let body {
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(body.utf8)
        }
        do {
            let (data, response) = try await URLSession.shared.data(for: request)
            let status = (response as? HTTPURLResponse)?.statusCode ?? 0
            return Answer(status: status, body: String(decoding: data, as: UTF8.self))
        } catch {
            throw Failure.work(
                "no answer from http://\(address): \(error.localizedDescription). Is the service running?"
            )
        }
    }

    /// Registers a document under its id, replacing what was there.
    ///
    /// - Parameter collection: `advertisers`, `strategies`, `exchanges`, `audiences`.
    func put(_ document: Node, in collection: String) async throws -> Answer {
        guard case .string(let id)? = document["id"]?.content else { throw Failure.input("a document without an id") }
        return try await send("PUT", "/v1/\(collection)/\(id)", document.json)
    }
}
