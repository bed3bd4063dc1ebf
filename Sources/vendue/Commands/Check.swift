internal import ArgumentParser

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Validates strategy, audience, exchange, advertiser and configuration files.",
        discussion: """
            Names every fault at once, with file, line, column, JSON pointer and a hint.

            Example: vendue check strategies.yaml config.yaml

            Exit status: 0 all sound, 1 faults were found, 2 a file cannot be read.
            """
    )

    @Argument(help: "YAML or JSON files.")
    var files: [String]

    func run() throws {
        var faults = 0
        var isUnreadable = false
        for path in files {
            let file = DocumentFile(path)
            for fault in file.faults { Console.line("\(fault)") }
            faults += file.faults.count
            isUnreadable = isUnreadable || file.isUnreadable
            for entry in file.entries {
                for note in entry.notes { Console.line("\(path): note: \(note)") }
            }
            if file.faults.isEmpty { Console.line("\(path): \(file.entries.count) documents, no faults") }
        }
        if isUnreadable { throw ExitCode(2) }
        if faults > 0 { throw ExitCode(1) }
    }
}
