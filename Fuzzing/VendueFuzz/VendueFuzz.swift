internal import Foundation
internal import FuzzSubjects

/// What libFuzzer calls; its `main` is libFuzzer's own.
///
/// The subject is named by VENDUE_FUZZ_SUBJECT. Given VENDUE_FUZZ_SEEDS, a directory, the process writes the subject's
/// seed inputs there and ends.
private enum Shell {
    /// Made at the first input, used by libFuzzer's one thread.
    static nonisolated(unsafe) let check = subject.makeCheck()

    static let subject: FuzzSubject = {
        let name = environment["VENDUE_FUZZ_SUBJECT"] ?? ""
        if let subject = FuzzSubject(rawValue: name) { return subject }
        let known = FuzzSubject.allCases.map(\.rawValue).joined(separator: ", ")
        end(
            name.isEmpty
                ? "VENDUE_FUZZ_SUBJECT must name one of \(known)" : "unknown subject “\(name)”; known: \(known)")
    }()

    static var environment: [String: String] { ProcessInfo.processInfo.environment }

    static func writeSeeds(into directory: String) {
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            for (index, seed) in subject.seeds.enumerated() {
                try Data(seed).write(to: URL(fileURLWithPath: "\(directory)/seed-\(index)"))
            }
        } catch {
            end("cannot write seeds into \(directory): \(error)")
        }
    }

    /// Not a crash: libFuzzer takes a status of 2 for the caller's mistake, not for a finding.
    static func end(_ message: String) -> Never {
        FileHandle.standardError.write(Data("vendue-fuzz: \(message)\n".utf8))
        exit(2)
    }
}

/// Called once, before any input: names are wrong here or never.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ argc: UnsafeMutableRawPointer?, _ argv: UnsafeMutableRawPointer?) -> CInt {
    _ = Shell.subject
    if let directory = Shell.environment["VENDUE_FUZZ_SEEDS"] {
        Shell.writeSeeds(into: directory)
        exit(0)
    }
    return 0
}

/// Called with each input; its bytes are libFuzzer's for the call.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    unsafe Shell.check.check(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
