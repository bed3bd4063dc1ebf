internal import ArgumentParser
internal import LoadKit

struct Notices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Notices alone, as fast as they are acknowledged.",
        discussion: """
            Bids first, to have their win, billing and loss notices; then each connection calls one, waits until it is
            acknowledged, which is when it is on the disk, and calls the next. Nobody sends a notice twice.

            Example: load-test notices --connections 64 --seconds 3
            """
    )

    @OptionGroup var load: LoadOptions
    @OptionGroup var service: ServiceOptions

    @Option(help: "Seconds of bids, three notices each.")
    var gather = 6.0

    private struct Figures: Encodable, Sendable {
        let notices: LoadResult
        /// Notices that were left when the time was over.
        let left: Int
        /// One `fdatasync` of 4 kB after another, in the service's own folder.
        let disk: DiskProbe.Figures
    }

    func validate() throws {
        guard gather > 0, gather <= LoadPlan.Limits.secondsMax else {
            throw ValidationError("--gather must be above 0 and at most \(Int(LoadPlan.Limits.secondsMax))")
        }
        if load.gzip { throw ValidationError("--gzip is not for notices: they are taken from plain answers") }
    }

    func run() async throws {
        try await Stage.with(load) { stage in
            let served = try await stage.service(service)
            let disk = try DiskProbe.measure(in: stage.group.folder)
            let bids = try load.plan(served.service.target, .closed, seconds: gather, connections: 16)
            let plan = try load.plan(served.service.target, .closed)
            let (notices, left) = try await stage.loop.runNotices(of: bids, deck: served.deck, plan)
            let figures = Figures(notices: notices, left: left, disk: disk)
            var table = LoadTable("notices")
            table.add("\(load.connections) connections", notices)
            Screen.show(table.text)
            Screen.show(
                "the disk: fdatasync of 4 kB p50 \(Figure.duration(micros: disk.p50Micros)), p99 "
                    + Figure.duration(micros: disk.p99Micros))
            try await stage.write(
                "notices", options: service.record(load).merging(["gather": "\(gather)"]) { $1 }, figures)
            try check(figures)
        }
    }

    private func check(_ figures: Figures) throws {
        let counts = figures.notices.counts
        if figures.left == 0 { Screen.note("there were too few notices for the time: ask for a longer --gather") }
        guard counts.balance, counts.bids + counts.noBids == counts.due else {
            Screen.note("fault: notices were not accepted: \(counts)")
            throw ExitCode(1)
        }
    }
}
