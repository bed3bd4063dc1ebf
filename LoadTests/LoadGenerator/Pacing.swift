internal import ArgumentParser
internal import Foundation
internal import LoadKit

struct Pacing: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pacing",
        abstract: "A simulated day of even spending beside its plan, and one with an outage.",
        discussion: """
            No service is started: the ledger and its pacer run in simulated time, on traffic that comes and goes as
            people do. Fails where an hour of the even day is more than 5 % off its plan, where a day ends more than 1 %
            below its budget, or above it.

            Example: load-test pacing --seed 7
            """
    )

    @Option(help: "Of all chance.")
    var seed: UInt64 = 1

    @Option(help: "The folder of results.")
    var results = "LoadTests/Results"

    func run() async throws {
        let chart = PacingChart(seed: seed)
        var table = Columns(["hour", "plan", "even", "off by", "after an outage"])
        for hour in chart.hours {
            table.add([
                "\(hour.hour):00", Figure.fixed(hour.planned, 2), Figure.fixed(hour.even, 2),
                Figure.fixed((hour.even / hour.planned - 1) * 100, 1) + " %", Figure.fixed(hour.afterOutage, 2),
            ])
        }
        Screen.show(table.text)
        Screen.show(
            "spent \(Figure.fixed(chart.spentEven * 100, 2)) % of the budget, after an outage "
                + "\(Figure.fixed(chart.spentAfterOutage * 100, 2)) %; the worst hour was "
                + "\(Figure.fixed(chart.worstHour * 100, 1)) % off its plan")
        let folder = try ResultFolder(results)
        let report = Report("pacing", seed: seed, options: [:], figures: chart)
        Screen.note("written: " + (try folder.write(report.json(), as: "pacing.json")))
        Screen.note("written: " + (try folder.write(Data(chart.picture.svg.utf8), as: "pacing.svg")))
        let days = [chart.spentEven, chart.spentAfterOutage]
        guard chart.worstHour < 0.05, days.allSatisfy({ $0 > 0.99 && $0 <= 1 }) else { throw ExitCode(1) }
    }
}
