internal import ArgumentParser
internal import Foundation
internal import LoadKit

@main
struct LoadTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load-test",
        abstract: "Bid requests at a rate, and what becomes of them; on this machine only.",
        discussion: """
            Latency is measured from the moment at which a request was due, so that a slow answer cannot hide those
            behind it. The scenarios start the service themselves, end it, and write LoadTests/Results/NAME.json.

              load-test steady --rate 2000        one rate, one table
              load-test ramp                      rates up to saturation, and the latency curve
              load-test overload                  up to three times what the service can do
              load-test slow-clients              beside connections that drip bytes or do not read
              load-test slow-disk                 while every fdatasync takes long
              load-test notices                   notices alone, each acknowledged when it is on the disk
              load-test compare                   against NIO and nginx that answer without thinking
              load-test pacing                    a simulated day of even spending, and its chart
              load-test generate --target 127.0.0.1:8080 --rate 500

            Exit status: 0 done, 1 the work found a fault, 2 bad usage.
            """,
        subcommands: [
            Steady.self, Ramp.self, Overload.self, SlowClients.self, SlowDisk.self, Notices.self, Compare.self,
            Pacing.self, Generate.self,
            Saturate.self, ServeStatic.self,
        ]
    )

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as ExitCode {
            Foundation.exit(error.rawValue)
        } catch {
            switch exitCode(for: error) {
            case .success:
                print(fullMessage(for: error))
                Foundation.exit(0)
            case .validationFailure:
                Screen.note(fullMessage(for: error))
                Foundation.exit(2)
            default:
                Screen.note("load-test: \(error)")
                Foundation.exit(1)
            }
        }
    }
}

/// What a person sees.
enum Screen {
    /// The result.
    static func show(_ text: String) { print(text) }

    /// Progress and faults, kept apart from the result.
    static func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
