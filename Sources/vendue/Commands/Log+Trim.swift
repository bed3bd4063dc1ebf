internal import ArgumentParser
internal import Audience
internal import BidPlane
internal import Documents
internal import EventLog
internal import Units

extension Log {
    struct Trim: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drops old segments now, and leaves a checkpoint that the books go on from.",
            discussion: """
                What the configuration's retention.log_days does once an hour beside a running service; the service must
                not run. Segments all of whose records are older go, from the beginning on; the last one stays, as do
                those with records about visitors that no snapshot in audience/ has. No figure of the books changes.

                Example: vendue log trim --older-than 400d --data ./vendue-data
                """
        )

        @OptionGroup var place: Place

        @Option(help: "A span back from now such as 45d, at least 32d; or a time, RFC 3339.")
        var olderThan: String

        @Flag(
            help: """
                Allows less than 32 days. Notices, clicks and conversions in what goes are then unknown, and one that \
                comes again is booked again.
                """)
        var forgetNotices = false

        func run() throws {
            let before = try Filter.instant(olderThan)
            let now = SystemTime().instant()
            guard forgetNotices || before <= now.adding(seconds: -Int64(LogPolicy.daysMin) * 86_400 + 60) else {
                throw Failure.input(
                    "--older-than \(olderThan): less than \(LogPolicy.daysMin) days. Clicks and conversions are taken for "
                        + "30 days, and the log tells which have come: without it one that comes again is booked again. "
                        + "Name \(LogPolicy.daysMin)d or more, or say --forget-notices")
            }
            let directory = DataDirectory(path: place.data)
            _ = try place.reader()
            let lock = try DirectoryLock(directory.lockFile)
            defer { withExtendedLifetime(lock) {} }
            let storage = try DirectoryStorage(path: directory.log)
            let terms = LogTrim.Terms(
                before: before, visitorsThrough: try AudienceFolder(path: directory.audience).durableSnapshot())
            do throws(LogError) {
                var outcome: LogTrim.Outcome
                repeat {
                    outcome = try LogTrim(storage).run(terms, at: now)
                    if outcome.segments > 0 { Console.line(outcome.text) }
                } while outcome.kept == .full
                Console.line(Self.text(outcome.kept, outcome.next))
            } catch {
                throw Failure.work("\(error)")
            }
        }

        private static func text(_ kept: LogTrim.Kept, _ next: UInt64) -> String {
            let begins = "the log begins with record \(next)"
            return switch kept {
            case .inUse, .full: "\(begins): its last segment stays"
            case .young(let instant): "\(begins): its oldest segment has a record of \(instant.rfc3339)"
            case .visitor(let sequence):
                "\(begins): record \(sequence) in its oldest segment is about a visitor, and no snapshot has it yet; a "
                    + "running service writes one every ten minutes"
            }
        }
    }
}
