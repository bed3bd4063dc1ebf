internal import ArgumentParser
internal import EventLog
internal import Foundation
internal import Units

extension Log {
    struct Quarantine: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts damaged segments aside, keeps what is sound in them, and says what is lost.",
            discussion: """
                For a log whose damage refuses the start, when there is no backup to restore from. The service must not
                run. Damaged files go to log/quarantine/ as they are, with a report; what is sound in them stays in the
                log, and a gap in the place of what is lost, which `vendue log verify` and every start name.

                Example: vendue log quarantine --data ./vendue-data
                """
        )

        @OptionGroup var place: Place

        func run() throws {
            let directory = DataDirectory(path: place.data)
            _ = try place.reader()
            let lock = try DirectoryLock(directory.lockFile)
            defer { withExtendedLifetime(lock) {} }
            let storage = try DirectoryStorage(path: directory.log)
            let findings: [LogQuarantine.Finding]
            do throws(LogError) {
                findings = try LogQuarantine(storage, at: SystemTime().instant()).run()
            } catch {
                throw Failure.work("\(error)")
            }
            guard !findings.isEmpty else {
                Console.line("the log is sound; nothing was put aside")
                return
            }
            let lines = findings.map(Self.text)
            for line in lines { Console.line(line) }
            let report = storage.quarantinePath + "/report.txt"
            try Self.append(lines, to: report)
            Console.line("the service can be started; this report is in \(report)")
        }

        private static func text(_ finding: LogQuarantine.Finding) -> String {
            let lost =
                finding.lost.isEmpty ? "no record is lost" : finding.lost.map(LogGap.text).joined(separator: ", ")
            return "\(finding.file): \(finding.why), at byte \(finding.offset): \(finding.kept) records kept; \(lost)"
        }

        private static func append(_ lines: [String], to path: String) throws {
            let before = FileManager.default.contents(atPath: path) ?? Data()
            let time = Date().ISO8601Format()
            do {
                try FileManager.default.createDirectory(
                    atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
                try (before + Data(lines.map { "\(time) \($0)\n" }.joined().utf8)).write(
                    to: URL(filePath: path), options: .atomic)
            } catch {
                throw Failure.work("\(path): cannot be written: \(error.localizedDescription)")
            }
        }
    }
}
