import Foundation
import Testing

/// One document of `Fixtures/BidRequests`, with what is expected of it beside it.
///
/// A new case needs no code: put `name.json` into a directory, and beside it
/// - `name.expect` (exemplary, tolerated): lines of a ``RequestDump`` that must be there, behind `! ` paths that must
///   not;
/// - `name.error` (refused): the error in words.
struct Fixture: Sendable, CustomTestStringConvertible {
    enum Directory: String, CaseIterable {
        /// Conforming to OpenRTB 2.6.
        case exemplary
        /// Not conforming, yet read, as real senders need it.
        case tolerated
        /// Not read at all.
        case refused
    }

    let name: String
    let body: [UInt8]
    /// The lines of the file beside it.
    let expected: [String]

    var testDescription: String { name }

    /// Sorted by name.
    static func all(_ directory: Directory) -> [Fixture] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/BidRequests/\(directory.rawValue)")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted().map { file in
            let name = String(file.dropLast(5))
            let beside = folder.appending(path: "\(name).\(directory == .refused ? "error" : "expect")")
            return Fixture(
                name: name, body: (try? Data(contentsOf: folder.appending(path: file))).map { [UInt8]($0) } ?? [],
                expected: lines(of: beside))
        }
    }

    /// Every document, whatever is expected of it: what mutations start from.
    static let everyBody: [[UInt8]] = Directory.allCases.flatMap { all($0) }.map(\.body)

    private static func lines(of file: URL) -> [String] {
        ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }
}
