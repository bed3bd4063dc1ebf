internal import ArgumentParser
internal import Foundation
internal import LoadKit

/// What a scenario works with: the generator's thread, and the servers that end with it.
struct Stage: Sendable {
    let load: LoadOptions
    let loop: LoadLoop
    let group: ServerGroup

    /// Sets the stage, plays a scenario and clears up, also where it fails.
    static func with<Result: Sendable>(
        _ load: LoadOptions, _ play: (Stage) async throws -> Result
    ) async throws -> Result {
        if let core = load.clientPin { try ClientCore.bind(to: core) }
        let group = try ServerGroup()
        let loop = LoadLoop()
        do {
            let result = try await play(Stage(load: load, loop: loop, group: group))
            await group.end()
            try await loop.shutDown()
            return result
        } catch {
            await group.end()
            try? await loop.shutDown()
            throw error
        }
    }

    /// The service and its load, warmed up: caches are filled and it is known to bid.
    func service(_ options: ServiceOptions) async throws -> ServedLoad {
        Screen.note("starting the service with \(options.strategies) strategies …")
        let service = try await VendueUnderTest(options.options(load), in: group)
        var recipe = service.recipe(seed: load.seed, isGzip: load.gzip)
        recipe.count = load.requests
        let deck = RequestDeck(recipe)
        let plan = try load.plan(service.target, .closed, seconds: min(2, load.seconds), connections: 8)
        let warm = try await loop.run(plan, deck: deck).load
        guard warm.counts.bids > 0 else {
            throw ServerProcess.Fault(
                description: "the service bids on nothing: \(warm.counts)\n\(service.process.errorTail)")
        }
        let share = Figure.percent(warm.counts.bids, of: warm.counts.answered)
        Screen.note("requests of \(deck.bytesMean) bytes, answers of \(warm.bidBytesMean), bids on \(share)")
        return ServedLoad(stage: self, service: service, deck: deck, warm: warm)
    }

    /// Writes the report, and a picture where there is one.
    func write<Figures: Encodable & Sendable>(
        _ scenario: String, options: [String: String], _ figures: Figures, picture: Picture? = nil
    ) async throws {
        let name = load.name ?? scenario
        let report = Report(
            scenario, seed: load.seed, options: load.record.merging(options) { $1 }, figures: figures)
        let folder = try ResultFolder(load.results)
        Screen.note("written: " + (try folder.write(report.json(), as: "\(name).json")))
        guard let picture else { return }
        Screen.note("written: " + (try folder.write(Data(picture.svg.utf8), as: "\(name).svg")))
    }
}

/// The running service and the requests for it.
struct ServedLoad: Sendable {
    let stage: Stage
    let service: VendueUnderTest
    let deck: RequestDeck
    /// Of the closed loop that warmed it.
    let warm: LoadResult

    /// Runs a plan, and looks at the service's own figures before and after.
    func measure(_ plan: LoadPlan, billing: LoadLoop.Billing? = nil) async throws -> Measured {
        let before = try await service.figures()
        let cpu = service.process.cpuSeconds
        let outcome = try await stage.loop.run(plan, deck: deck, billing: billing)
        let used = service.process.cpuSeconds.flatMap { after in cpu.map { after - $0 } }
        let answered = outcome.load.counts.answered + (outcome.notices?.counts.answered ?? 0)
        return Measured(
            load: outcome.load, notices: outcome.notices, service: try await service.figures() - before,
            serverMicros: answered == 0 ? nil : used.map { $0 * 1e6 / Double(answered) })
    }
}

/// One measured run, from outside and from inside.
struct Measured: Encodable, Sendable {
    let load: LoadResult
    /// The notices that were called meanwhile.
    let notices: LoadResult?
    /// What the service counted during the run.
    let service: ServiceFigures
    /// Its processor time for each answer, notices among them.
    let serverMicros: Double?

    /// Whether each notice was answered with 200 or 204; also true of none.
    var areNoticesAccepted: Bool {
        guard let counts = notices?.counts else { return true }
        return counts.bids + counts.noBids == counts.due && service.billed >= Double(counts.due)
    }

    /// What is wrong beyond any speed.
    var faults: [String] {
        var faults: [String] = []
        if !load.counts.balance { faults.append("requests without a fate: \(load.counts)") }
        if !areNoticesAccepted {
            faults.append(
                "notices were not accepted: \(notices?.counts ?? LoadCounts()), the service took \(service.billed)")
        }
        return faults
    }
}
