internal import Foundation

/// Changes what is registered while auctions are held, and holds each decision to the one revision that it names.
///
///     snapshot-races [--seconds S] [--seed K]
///
/// One thread changes, one merges, two hold auctions, one reads tallies and books. Meant for the thread sanitizer, which
/// `scripts/races` builds it with; exit status 1 for a decision that no revision accounts for, 2 for bad usage.
@main
enum SnapshotRaces {
    static func main() {
        let (seconds, seed) = options()
        let world: RaceWorld
        do {
            world = try RaceWorld(seed: seed)
        } catch {
            end("cannot make the documents: \(error)")
        }
        let threads: [(String, @Sendable () -> Void)] = [
            ("change", world.change), ("merge", world.merge), ("audit", world.audit),
            ("auction 0", { world.holdAuctions(0) }), ("auction 1", { world.holdAuctions(1) }),
        ]
        let group = DispatchGroup()
        for (name, body) in threads {
            group.enter()
            let thread = Thread {
                body()
                group.leave()
            }
            thread.name = name
            thread.start()
        }
        Thread.sleep(forTimeInterval: Double(seconds))
        world.stop()
        group.wait()
        world.checkBooks()
        let counts = world.counts
        print("snapshot-races: seed \(seed), \(seconds) s: \(counts)")
        guard counts.mismatches == 0 else { exit(1) }
        // Where one side stood still, nothing was tried.
        guard counts.updates > 0, counts.merges > 0, counts.checks > 0, counts.audits > 0 else {
            end("too short: nothing was changed, merged, checked or audited; try more --seconds")
        }
    }

    private static func options() -> (seconds: Int, seed: UInt64) {
        var (seconds, seed) = (10, UInt64(1))
        var arguments = CommandLine.arguments.dropFirst()
        while let option = arguments.popFirst() {
            switch (option, arguments.popFirst().flatMap { UInt64($0) }) {
            case ("--seconds", let value?) where (1...600).contains(value): seconds = Int(value)
            case ("--seed", let value?): seed = value
            case ("--seconds", _), ("--seed", _): end("\(option) needs a whole number, --seconds one from 1 to 600")
            default: end("unknown option \(option); known: --seconds S, --seed K")
            }
        }
        return (seconds, seed)
    }

    private static func end(_ message: String) -> Never {
        FileHandle.standardError.write(Data("snapshot-races: \(message)\n".utf8))
        exit(2)
    }
}
