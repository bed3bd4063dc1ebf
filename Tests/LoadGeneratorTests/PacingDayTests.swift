import Ledger
import Testing
import Units

@testable import LoadKit

/// 1 September 2026, 00:00 UTC.
private let dawn = Instant(seconds: 1_788_220_800)

private func goal(
    daily: Int64? = nil, total: Int64? = nil, end: Instant? = nil, clock: LocalClock = .utc
) throws -> PacingGoal {
    try #require(PacingGoal(total: total.map { Micros($0) }, daily: daily.map { Micros($0) }, end: end, clock: clock))
}

/// What a simulated day came to, against the curve of its traffic.
private struct Outcome {
    /// What each hour spent, as a multiple of what the plan has for it.
    var hours: [Double] = []
    /// Of the budget.
    var spent = 0.0
    /// The fastest ten minutes from 06:00 on, as a multiple of the plan.
    var fastest = 0.0

    init(_ day: PacingDay, budget: Int64) {
        let minutes = day.run()
        let weights = minutes.map { PacingDay.traffic(at: $0.instant.adding(seconds: -30)) }
        let whole = weights.reduce(0, +)
        let settled = [0] + minutes.map { Double($0.settled.nanos) }
        func pace(_ range: Range<Int>) -> Double {
            let planned = weights[range].reduce(0, +) / whole * Double(budget) * 1000
            return (settled[range.upperBound] - settled[range.lowerBound]) / planned
        }
        hours = stride(from: 0, to: minutes.count - 59, by: 60).map { pace($0..<$0 + 60) }
        fastest = (360..<max(360, minutes.count - 10)).map { pace($0..<$0 + 10) }.max() ?? 0
        spent = (settled.last ?? 0) / (Double(budget) * 1000)
    }

    var worstHour: Double { hours.map { abs($0 - 1) }.max() ?? 1 }
}

@Suite("A day of even spending")
struct PacingDayTests {
    private static let budget: Int64 = 80_000_000

    private func day(from: Instant = dawn, hours: Int64 = 24, clock: LocalClock = .utc) throws -> PacingDay {
        var day = PacingDay(
            try goal(daily: Self.budget, clock: clock), from: from, until: from.adding(seconds: hours * 3600))
        day.requestsPerSecond = 10
        return day
    }

    @Test("each hour spends its share within 5 %, and the day its budget within 1 %, never more", arguments: 1...3)
    func even(seed: UInt64) throws {
        var day = PacingDay(try goal(daily: 2 * Self.budget), from: dawn, until: dawn.adding(seconds: 86_400))
        day.requestsPerSecond = 20
        day.seed = seed
        let outcome = Outcome(day, budget: 2 * Self.budget)
        #expect(outcome.worstHour < 0.05)
        #expect(outcome.spent > 0.99 && outcome.spent <= 1)
    }

    @Test("after three hours without traffic the rest of the day catches up, at twice the plan at most")
    func outage() throws {
        var day = try day()
        day.outage = dawn.adding(seconds: 12 * 3600)..<dawn.adding(seconds: 15 * 3600)
        let outcome = Outcome(day, budget: Self.budget)
        #expect(outcome.hours[..<12].allSatisfy { abs($0 - 1) < 0.05 })
        #expect(outcome.hours[12..<15].allSatisfy { $0 < 0.01 })
        #expect(outcome.hours[16...].allSatisfy { $0 > 1.15 && $0 < 1.45 })
        #expect(outcome.fastest < 2)
        #expect(outcome.spent > 0.99 && outcome.spent <= 1)
    }

    @Test("a day of 23 or 25 hours is spent over as many", arguments: [(1_774_738_800, 23), (1_792_879_200, 25)])
    func longDays(start: Int64, hours: Int64) throws {
        let berlin = LocalClock(transitions: [
            .init(from: Instant(micros: .min), offsetSeconds: 3600),
            .init(from: Instant(seconds: 1_774_746_000), offsetSeconds: 7200),
            .init(from: Instant(seconds: 1_792_890_000), offsetSeconds: 3600),
        ])
        let day = try day(from: Instant(seconds: start), hours: hours, clock: berlin)
        let outcome = Outcome(day, budget: Self.budget)
        #expect(outcome.worstHour < 0.05)
        #expect(outcome.spent > 0.99 && outcome.spent <= 1)
    }

    @Test(
        "a budget that is raised at noon is spent over the afternoon, one that is cut no further than it allows",
        arguments: [120_000_000, 50_000_000] as [Int64])
    func change(budget: Int64) throws {
        var day = try day()
        day.change = (dawn.adding(seconds: 12 * 3600), try goal(daily: budget))
        let outcome = Outcome(day, budget: Self.budget)
        let spent = outcome.spent * Double(Self.budget) / Double(budget)
        #expect(spent > 0.99 && spent <= 1)
        let afternoon = outcome.hours[12...]
        let mean = afternoon.reduce(0, +) / Double(afternoon.count)
        #expect(afternoon.allSatisfy { abs($0 / mean - 1) < 0.08 })
    }

    @Test("a strategy of the afternoon spends its day's money over the rest of the day")
    func noon() throws {
        let outcome = Outcome(
            try day(from: dawn.adding(seconds: 14 * 3600), hours: 10), budget: Self.budget)
        #expect(outcome.worstHour < 0.05)
        #expect(outcome.spent > 0.99 && outcome.spent <= 1)
    }

    @Test("twenty impressions a day are all bought, and no hour has more than three", arguments: 1...3)
    func few(seed: UInt64) throws {
        var day = PacingDay(try goal(daily: 40_000), from: dawn, until: dawn.adding(seconds: 86_400))
        day.seed = seed
        day.winShare = 1
        let outcome = Outcome(day, budget: 40_000)
        #expect(outcome.spent >= 0.95 && outcome.spent <= 1)
        let minutes = day.run()
        let half = Double(minutes[720].settled.nanos) / 40e6
        #expect(half > 0.2 && half < 0.6)
    }

    @Test("with too little traffic everything is asked for: the multiplier is 1")
    func scarce() throws {
        var day = PacingDay(try goal(daily: 1_000_000_000), from: dawn, until: dawn.adding(seconds: 86_400))
        day.seed = 4
        let minutes = day.run()
        #expect(minutes.allSatisfy { $0.multiplier == .one })
        // Five requests a second of which two are won, at 0.002 each.
        let spent = Double(minutes.last?.settled.nanos ?? 0) / 345.6e9
        #expect(spent > 0.98)
    }

    @Test("of ten opportunities in a day, nearly all are taken by a budget for twenty")
    func rare() throws {
        var taken = 0.0
        for seed in 1...10 {
            var day = PacingDay(try goal(daily: 40_000), from: dawn, until: dawn.adding(seconds: 86_400))
            day.seed = UInt64(seed)
            day.winShare = 1
            day.requestsPerSecond = 10.0 / 86_400
            taken += Double(day.run().last?.settled.nanos ?? 0) / 2e6
        }
        // A hundred are expected in all.
        #expect(taken > 70)
    }

    @Test("a total is spent over its flight, the tighter of two limits goes first")
    func flight() throws {
        let end = dawn.adding(seconds: 2 * 86_400)
        var both = PacingDay(
            try goal(daily: 60_000_000, total: 80_000_000, end: end), from: dawn, until: end)
        both.requestsPerSecond = 10
        let outcome = Outcome(both, budget: 80_000_000)
        #expect(outcome.worstHour < 0.06)
        #expect(outcome.spent > 0.99 && outcome.spent <= 1)
        var daily = PacingDay(
            try goal(daily: 20_000_000, total: 800_000_000, end: end), from: dawn, until: end)
        daily.requestsPerSecond = 10
        let tight = Outcome(daily, budget: 40_000_000)
        #expect(tight.spent > 0.99 && tight.spent <= 1)
    }

    @Test("without loss notices, and before any hour is known, the day's budget is still spent and not passed")
    func blind() throws {
        var day = try day()
        day.toldLosses = 0
        let untold = Outcome(day, budget: Self.budget)
        #expect(untold.spent > 0.985 && untold.spent <= 1)
        day.knowsTraffic = false
        let flat = Outcome(day, budget: Self.budget)
        #expect(flat.spent > 0.985 && flat.spent <= 1)
    }

    @Test("one seed gives one day")
    func repeatable() throws {
        let day = try day(hours: 2)
        #expect(day.run().map(\.settled) == day.run().map(\.settled))
        var other = day
        other.seed = 99
        #expect(other.run().map(\.settled) != day.run().map(\.settled))
    }
}
