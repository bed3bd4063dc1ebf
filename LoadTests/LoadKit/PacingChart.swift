internal import Ledger
internal import Units

/// One day of spending beside its plan, hour by hour, and its picture: even, and after hours without traffic.
package struct PacingChart: Encodable, Sendable {
    /// What an hour was to spend and did, in currency units.
    package struct Hour: Encodable, Sendable {
        package let hour: Int
        package let planned: Double
        package let even: Double
        package let afterOutage: Double
    }

    package let budget: Double
    package let outageHours: [Int]
    package let hours: [Hour]

    private static let outage = 12..<15
    private static let budgetMicros: Int64 = 160_000_000
    /// 1 September 2026, 00:00 UTC.
    private static let dawn = Instant(seconds: 1_788_220_800)

    /// Simulates both days from one seed.
    package init(seed: UInt64) {
        let end = Self.dawn.adding(seconds: 86_400)
        let goal = PacingGoal(total: nil, daily: Micros(Self.budgetMicros), clock: .utc)
        guard let goal else { preconditionFailure("a daily limit is a goal") }
        var day = PacingDay(goal, from: Self.dawn, until: end)
        day.seed = seed
        day.requestsPerSecond = 20
        let even = Self.hourly(day)
        day.outage = Self.instant(Self.outage.lowerBound)..<Self.instant(Self.outage.upperBound)
        let halted = Self.hourly(day)
        let traffic = (1...24).map { PacingDay.traffic(hourBefore: Self.instant($0)) }
        let whole = traffic.reduce(0, +)
        let budget = Double(Self.budgetMicros) / 1e6
        self.budget = budget
        outageHours = Array(Self.outage)
        hours = (0..<24).map { hour in
            Hour(hour: hour, planned: traffic[hour] / whole * budget, even: even[hour], afterOutage: halted[hour])
        }
    }

    private static func instant(_ hour: Int) -> Instant { dawn.adding(seconds: Int64(hour) * 3600) }

    private static func hourly(_ day: PacingDay) -> [Double] {
        let ends =
            [0] + day.run().filter { $0.instant.micros % 3_600_000_000 == 0 }.map { Double($0.settled.nanos) / 1e9 }
        return zip(ends.dropFirst(), ends).map { $0 - $1 }
    }

    /// How far the worst hour of the even day was from its plan, as a part of it.
    package var worstHour: Double { hours.map { abs($0.even / $0.planned - 1) }.max() ?? 1 }

    /// What the days spent of the budget by their end.
    package var spentEven: Double { hours.reduce(0) { $0 + $1.even } / budget }
    package var spentAfterOutage: Double { hours.reduce(0) { $0 + $1.afterOutage } / budget }

    /// The plan and what was spent, added up over the day.
    package var picture: Picture {
        var picture = Picture(
            "Even spending over a day",
            subtitle: "a day's budget of \(Figure.count(budget)); traffic as people make it; the red day has none "
                + "from \(Self.outage.lowerBound):00 to \(Self.outage.upperBound):00",
            x: Picture.Axis("hour of the day", .linear(to: 24, step: 4)) { "\(Int($0)):00" },
            y: Picture.Axis("spent", .linear(to: budget)))
        picture.addBand(Double(Self.outage.lowerBound)..<Double(Self.outage.upperBound), "outage")
        picture.addLine(line("even", "#2a9d8f", \.even))
        picture.addLine(line("after an outage", "#b5323c", \.afterOutage))
        picture.addPlan(line("plan", "#22272e", \.planned))
        picture.addLevel(budget, "budget")
        return picture
    }

    private func line(_ name: String, _ color: String, _ amount: KeyPath<Hour, Double>) -> Picture.Series {
        var points = [(x: 0.0, y: 0.0)]
        for hour in hours {
            points.append((Double(hour.hour + 1), (points.last?.y ?? 0) + hour[keyPath: amount]))
        }
        return Picture.Series(name, color: color, points: points)
    }
}
