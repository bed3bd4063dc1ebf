internal import Foundation

#if canImport(Glibc)
internal import Glibc
#endif

/// How long this disk takes to make something durable, apart from the service.
package enum DiskProbe {
    package struct Figures: Encodable, Sendable {
        package let p50Micros: UInt64
        package let p99Micros: UInt64
    }

    private static let rounds = 300

    /// Writes and syncs 4 kB a few hundred times.
    ///
    /// - Parameter folder: on the disk in question.
    /// - Throws: where a file there cannot be written.
    package static func measure(in folder: String) throws -> Figures {
        let path = "\(folder)/disk-probe"
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw ServerProcess.Fault(description: "\(path) cannot be written") }
        defer {
            try? file.close()
            try? FileManager.default.removeItem(atPath: path)
        }
        let page = Data(repeating: 7, count: 4096)
        var micros: [UInt64] = []
        for _ in 0..<rounds {
            let start = DispatchTime.now().uptimeNanoseconds
            try file.write(contentsOf: page)
            guard fdatasync(file.fileDescriptor) == 0 else {
                throw ServerProcess.Fault(description: "\(path): fdatasync failed")
            }
            micros.append((DispatchTime.now().uptimeNanoseconds - start) / 1_000)
        }
        micros.sort()
        return Figures(p50Micros: micros[rounds / 2], p99Micros: micros[rounds * 99 / 100])
    }
}
