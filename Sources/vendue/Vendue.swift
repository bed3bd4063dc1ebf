internal import ArgumentParser

@main
struct Vendue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vendue",
        abstract: "A real-time bidding service: bids, budgets, notices and their log in one executable.",
        discussion: """
            Start with:
              vendue demo                       the whole service at work, on loopback, in ten seconds
              vendue serve --data ./vendue-data the service itself
              vendue apply strategy.yaml        register a strategy with it
              vendue log wins                   what was bought

            Exit status: 0 done, 1 the work found a fault, 2 bad usage or input.
            """,
        version: Build.version,
        subcommands: [
            Serve.self, Demo.self, Check.self, Apply.self, Explain.self, Log.self, Doctor.self, Version.self,
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
        } catch let error as Failure {
            Console.error(error.text)
            Console.exit(error.status)
        } catch let error as ExitCode {
            Console.exit(error.rawValue)
        } catch {
            let isUsage = exitCode(for: error) == .validationFailure
            if isUsage {
                Console.error(fullMessage(for: error))
                Console.exit(2)
            }
            if exitCode(for: error) == .success {
                // `--help` and `--version` are errors to the parser.
                print(fullMessage(for: error))
                Console.exit(0)
            }
            Console.error("vendue: \(error)")
            Console.exit(1)
        }
    }
}

/// Why a command ends early: what to tell, and the exit status.
struct Failure: Error {
    let text: String
    /// 1 the work found a fault, 2 bad usage or input.
    let status: Int32

    static func work(_ text: String) -> Failure { Failure(text: text, status: 1) }
    static func input(_ text: String) -> Failure { Failure(text: text, status: 2) }
}

/// What this executable is.
enum Build {
    static let version = "0.1.0"
}

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the version.",
        discussion: "Example: vendue version"
    )

    func run() { print("vendue \(Build.version)") }
}
