internal import ArgumentParser
internal import Documents

struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Registers documents through the control API; what is there under the same id is replaced.",
        discussion: """
            All files are checked first; with a fault in any of them nothing is sent.

            Example: vendue apply acme.yaml --control 127.0.0.1:8081 --data ./vendue-data
            """
    )

    @Argument(help: "YAML or JSON files.")
    var files: [String]

    @Option(help: "Address of the control API.")
    var control = "127.0.0.1:8081"

    @Option(help: "An operator's token; without it operator.token of the data directory is read.")
    var token: String?

    @Option(help: "The service's data directory, for its operator.token.")
    var data = "./vendue-data"

    func run() async throws {
        let read = files.map { DocumentFile($0) }
        let faults = read.flatMap(\.faults)
        guard faults.isEmpty else { throw Failure.input(faults.map(\.description).joined(separator: "\n")) }
        let client = try ControlClient(address: control, token: token, data: data)
        // Advertisers first: strategies name them.
        let entries = read.flatMap(\.entries)
        var failed = 0
        for kind in [DocumentFile.Kind.advertisers, .exchanges, .audiences, .strategies] {
            for entry in entries where entry.kind == kind {
                let answer = try await client.put(entry.node, in: kind.rawValue)
                guard case .string(let id)? = entry.node["id"]?.content else { continue }
                if answer.status < 300 {
                    Console.line("\(kind.rawValue)/\(id): \(answer.status == 201 ? "created" : "replaced")")
                } else {
                    failed += 1
                    Console.error("\(kind.rawValue)/\(id): \(answer.status) \(answer.body)")
                }
                for note in entry.notes { Console.error("\(kind.rawValue)/\(id): note: \(note)") }
            }
        }
        for entry in entries where entry.kind == .configuration {
            Console.error("\(entry.kind.rawValue) cannot be applied in this version; left out")
        }
        if failed > 0 { throw ExitCode(1) }
    }
}
