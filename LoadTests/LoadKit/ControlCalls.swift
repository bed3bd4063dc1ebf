internal import Foundation

#if canImport(FoundationNetworking)
internal import FoundationNetworking
#endif

/// Calls the control side of the service under test, with its operator's token.
struct ControlCalls: Sendable {
    let address: String
    let token: String

    /// Registers documents of one collection; each must be accepted.
    func register(_ documents: [String], in collection: String) async throws {
        let answer = try await send("POST", "/v1/\(collection)", documents.joined(separator: "\n") + "\n")
        let refused = answer.split(separator: "\n").filter { !$0.contains(#""status":201"#) }
        guard refused.isEmpty, !answer.isEmpty else {
            throw ServerProcess.Fault(description: "\(collection) were refused: \(refused.first ?? "no answer line")")
        }
    }

    /// Every counter and gauge by its name and labels, as they are written.
    func metrics() async throws -> [String: Double] {
        Self.samples(try await send("GET", "/metrics", nil))
    }

    /// The samples of Prometheus' text format.
    static func samples(_ text: String) -> [String: Double] {
        var samples: [String: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                continue
            }
            samples[String(line[..<space])] = value
        }
        return samples
    }

    private func send(_ method: String, _ path: String, _ lines: String?) async throws -> String {
        guard let url = URL(string: "http://\(address)\(path)") else {
            throw ServerProcess.Fault(description: "no address of a control side: \(address)")
        }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.timeoutInterval = 30
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        if let lines {
            request.setValue("application/x-ndjson", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(lines.utf8)
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        let text = String(decoding: data, as: UTF8.self)
        guard let status = (response as? HTTPURLResponse)?.statusCode, (200..<300).contains(status) else {
            throw ServerProcess.Fault(description: "\(method) \(path) failed: \(text)")
        }
        return text
    }
}
