internal import Foundation

/// Where figures were measured: without it they mean nothing.
package struct Machine: Codable, Sendable {
    package let model: String
    package let cores: Int
    package let kernel: String

    /// This machine.
    package init() {
        model = Self.processorModel ?? "unknown"
        cores = ProcessInfo.processInfo.processorCount
        kernel = ProcessInfo.processInfo.operatingSystemVersionString + Self.kernelRelease.map { ", \($0)" }.orEmpty
    }

    private static var processorModel: String? {
        let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
        return text?.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private static var kernelRelease: String? {
        (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8))?
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension String? {
    fileprivate var orEmpty: String { self ?? "" }
}
