import Testing
import Units

@testable import Ledger

private let profile = TrafficProfile()
private let end = dawn.adding(seconds: 86_400)

/// A day's plan for a budget of 86.4 µ, which is one nano a second.
private func flatDay() -> SpendPlan {
    SpendPlan(budget: 86_400, from: dawn, until: end, base: 0, spent: 0, at: dawn)
}

@Suite("A plan of spending")
struct SpendPlanTests {
    @Test("spent as planned, goes on as planned to the last second")
    func undisturbed() {
        var plan = flatDay()
        var spent = 0.0
        for second in 0..<86_400 {
            let rate = plan.advance(to: dawn.adding(seconds: Int64(second)), spent: spent, profile)
            #expect(abs(rate - 1) < 0.01)
            spent += rate
        }
        #expect(abs(spent - 86_400) < 1)
        #expect(plan.advance(to: end, spent: spent, profile) == 0)
    }

    @Test(
        "after a halt spreads what is left over what is left of the time, never faster than twice the plan",
        arguments: [(43_200, 1.0), (64_800, 1.7), (82_800, 2)] as [(Int64, Double)])
    func halt(until: Int64, atLeast: Double) {
        var plan = flatDay()
        _ = plan.advance(to: dawn, spent: 0, profile)
        for second in stride(from: 0, through: until, by: 1) {
            _ = plan.advance(to: dawn.adding(seconds: second), spent: 0, profile)
        }
        var spent = 0.0
        for second in until..<86_400 {
            let rate = plan.advance(to: dawn.adding(seconds: second), spent: spent, profile)
            #expect(rate <= 2)
            spent += rate
        }
        #expect(spent <= 86_400 + 1)
        #expect(spent >= min(86_400, 2 * Double(86_400 - until)) * 0.98)
        #expect(spent / Double(86_400 - until) >= atLeast)
    }

    @Test("what was spent too early is waited for, and the rest spread")
    func ahead() {
        var plan = flatDay()
        let rate = plan.advance(to: dawn, spent: 800, profile)
        #expect(rate == 0)
        let later = dawn.adding(seconds: 1)
        _ = plan.advance(to: later, spent: 43_200, profile)
        var spent = 43_200.0
        for second in 2..<86_400 {
            spent += plan.advance(to: dawn.adding(seconds: Int64(second)), spent: spent, profile)
        }
        #expect(abs(spent - 86_400) < 10)
    }

    @Test("nothing is spent of nothing, before the start, after the end, or with a clock that jumps back")
    func edges() {
        var nothing = SpendPlan(budget: 0, from: dawn, until: end, base: 0, spent: 0, at: dawn)
        #expect(nothing.advance(to: dawn.adding(seconds: 60), spent: 0, profile) == 0)
        var plan = flatDay()
        #expect(plan.advance(to: dawn.adding(seconds: -60), spent: 0, profile) == 0)
        var over = flatDay()
        #expect(over.advance(to: end.adding(seconds: 60), spent: 0, profile) == 0)
        for second in 0...3600 {
            _ = plan.advance(to: dawn.adding(seconds: Int64(second)), spent: Double(second), profile)
        }
        let back = plan.advance(to: dawn.adding(seconds: 1800), spent: 3600, profile)
        #expect(back > 0.9 && back < 1.1)
        var empty = SpendPlan(budget: 10, from: end, until: dawn, base: 0, spent: 0, at: dawn)
        #expect(empty.advance(to: dawn, spent: 0, profile) == 0)
    }
}
