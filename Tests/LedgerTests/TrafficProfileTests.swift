import Events
import Testing
import Units

@testable import Ledger

/// Traffic of one hour that ended `hours` after ``dawn``, which is the end of an hour itself.
private func hour(_ hours: Int, _ requests: UInt64, seconds: Int32 = 3600) -> TrafficRecord {
    TrafficRecord(at: dawn.adding(seconds: Int64(hours) * 3600), seconds: seconds, requests: requests)
}

/// A day of which each hour brings a hundred requests more than the one before.
private func day() -> TrafficProfile {
    var profile = TrafficProfile()
    for number in 1...24 { profile.learn(hour(number, UInt64(number) * 100)) }
    return profile
}

@Suite("The traffic that plans go by")
struct TrafficProfileTests {
    @Test("is flat until a day is known")
    func flat() {
        var profile = TrafficProfile()
        for number in 1...23 {
            profile.learn(hour(number, UInt64(number) * 100))
            #expect(profile.weight(at: dawn.adding(seconds: 1800)) == 1)
        }
        #expect(profile.traffic(from: dawn, until: dawn.adding(seconds: 86_400)) == 86_400)
        profile.learn(hour(24, 2400))
        #expect(profile.weight(at: dawn.adding(seconds: 1800)) < 0.1)
    }

    @Test("follows the hours of a day, on other days of the week too, and a day is a day's traffic")
    func hours() {
        let profile = day()
        for week in [0, 1, -1, 52] as [Int64] {
            for number in 1...24 {
                let middle = dawn.adding(seconds: week * 7 * 86_400 + Int64(number) * 3600 - 1800)
                #expect(abs(profile.weight(at: middle) - Double(number) / 12.5) < 1e-9)
                #expect(abs(profile.weight(at: middle.adding(seconds: 3 * 86_400)) - Double(number) / 12.5) < 1e-9)
            }
        }
        let whole = profile.traffic(from: dawn, until: dawn.adding(seconds: 86_400))
        #expect(abs(whole - 86_400) < 1e-6)
    }

    @Test("between two instants is the sum of its parts, however they are cut, over weeks and before 1970 too")
    func sums() {
        let profile = day()
        var chance = SplitMix64(seed: 8)
        for start in [dawn, Instant(seconds: -40 * 86_400)] {
            var parts = 0.0
            var place = start
            while place < start.adding(seconds: 20 * 86_400) {
                let next = place.adding(seconds: Int64.random(in: 1...30_000, using: &chance))
                parts += profile.traffic(from: place, until: next)
                place = next
            }
            #expect(abs(parts / profile.traffic(from: start, until: place) - 1) < 1e-9)
            #expect(profile.traffic(from: place, until: start) == 0)
        }
    }

    @Test("an hour of the week that was seen goes before the same hour of other days, and the newest counts most")
    func week() {
        var profile = day()
        // The next day at the same hour, twice as much; then again a week later.
        profile.learn(hour(24 + 12, 2400))
        let middle = dawn.adding(seconds: 36 * 3600 - 1800)
        let seen = profile.weight(at: middle)
        #expect(seen > profile.weight(at: middle.adding(seconds: -86_400)) * 1.8)
        #expect(profile.knownHours == 25)
        profile.learn(hour(24 * 8 + 12, 240))
        #expect(profile.weight(at: middle) < seen)
        #expect(profile.knownHours == 25)
    }

    @Test("what was watched for some minutes only tells nothing, for half an hour as much as for a whole")
    func shortStretches() {
        var profile = TrafficProfile()
        profile.learn(hour(1, 100, seconds: 599))
        profile.learn(hour(1, 100, seconds: 3601))
        profile.learn(hour(1, 100, seconds: -1))
        #expect(profile.knownHours == 0)
        for number in 1...24 {
            profile.learn(hour(number, number == 3 ? 500 : 1000, seconds: number == 3 ? 1800 : 3600))
        }
        #expect(abs(profile.weight(at: dawn.adding(seconds: 2 * 3600 + 60)) - 1) < 1e-9)
    }

    @Test("a day without any traffic is none to plan by, and a quiet hour still counts a little")
    func quiet() {
        var silent = TrafficProfile()
        for number in 1...24 { silent.learn(hour(number, 0)) }
        #expect(silent.weight(at: dawn) == 1)
        var profile = TrafficProfile()
        for number in 1...24 { profile.learn(hour(number, number == 1 ? 0 : 1000)) }
        #expect(profile.weight(at: dawn.adding(seconds: 60)) == 0.01)
    }
}
