package import Events
package import Units

/// How much traffic each hour of the week brings, learned from what the log says of past hours.
///
/// Flat until a day is known; then what an hour of the day usually brings, and of hours of the week that were seen,
/// what these bring. Hours are those of UTC: a plan lays its own days over them.
package struct TrafficProfile: Equatable, Sendable {
    private static let hoursPerWeek = 168
    /// What the newest week counts against those before.
    private static let newest = 0.3
    /// Seconds of an hour that must have been watched to tell anything of it.
    static let secondsMin: Int32 = 600
    /// No hour counts less than this part of a usual one: a plan that gives it nothing could not learn otherwise.
    private static let leastShare = 0.01

    /// Requests an hour, by hour of the week since Thursday midnight, as 1970 began; nil where it was never seen.
    private var byWeek = [Double?](repeating: nil, count: hoursPerWeek)
    private var byDay = [Double?](repeating: nil, count: 24)
    /// What the plans go by, each above zero, and their sums up to each hour.
    private var weights = [Double](repeating: 1, count: hoursPerWeek)
    private var sums = (0...hoursPerWeek).map { Double($0) }

    package init() {}

    /// Hours of the week that have been seen.
    package var knownHours: Int { byWeek.count { $0 != nil } }

    /// Folds a record of the log.
    package mutating func learn(_ record: TrafficRecord) {
        guard record.seconds >= Self.secondsMin, record.seconds <= 3600 else { return }
        // The record is made at the end of what it tells about.
        let middle = record.instant.micros / 1_000_000 - Int64(record.seconds) / 2
        let hour = Int(
            ((middle / 3600) % Int64(Self.hoursPerWeek) + Int64(Self.hoursPerWeek)) % Int64(Self.hoursPerWeek))
        let requests = Double(record.requests) * 3600 / Double(record.seconds)
        Self.blend(requests, into: &byWeek[hour])
        Self.blend(requests, into: &byDay[hour % 24])
        reckon()
    }

    private static func blend(_ value: Double, into slot: inout Double?) {
        slot = slot.map { $0 + newest * (value - $0) } ?? value
    }

    private mutating func reckon() {
        let day = byDay.compactMap { $0 }
        let mean = day.reduce(0, +) / 24
        // Before a whole day is known, hours cannot be compared; without any traffic there is nothing to compare.
        guard day.count == 24, mean > 0 else { return }
        var sum = 0.0
        for hour in weights.indices {
            weights[hour] = max((byWeek[hour] ?? byDay[hour % 24] ?? mean) / mean, Self.leastShare)
            sum += weights[hour]
            sums[hour + 1] = sum
        }
    }

    /// Traffic a second at an instant, as a multiple of the usual.
    package func weight(at instant: Instant) -> Double { weights[Self.place(instant).hour] }

    /// Traffic between two instants, in seconds of usual traffic; 0 where the second is not later.
    ///
    /// - Complexity: O(1).
    package func traffic(from start: Instant, until end: Instant) -> Double {
        guard start < end else { return 0 }
        let first = Self.place(start)
        let last = Self.place(end)
        let weeks = Double(last.week - first.week) * (sums.last ?? 0)
        return (weeks + upTo(last) - upTo(first)) * 3600
    }

    private typealias Place = (week: Int64, hour: Int, part: Double)

    /// Within its week.
    private func upTo(_ place: Place) -> Double { sums[place.hour] + weights[place.hour] * place.part }

    private static func place(_ instant: Instant) -> Place {
        let hourMicros: Int64 = 3_600_000_000
        let (quotient, remainder) = instant.micros.quotientAndRemainder(dividingBy: hourMicros)
        let hours = remainder < 0 ? quotient - 1 : quotient
        let part = Double(instant.micros - hours * hourMicros) / Double(hourMicros)
        let perWeek = Int64(hoursPerWeek)
        let week = hours >= 0 ? hours / perWeek : (hours - perWeek + 1) / perWeek
        return (week, Int(hours - week * perWeek), part)
    }
}

/// What a checkpoint keeps of the profile; the weights come of it again.
extension TrafficProfile {
    /// A row for each hour that was seen, in a week or in a day.
    var table: StateTable {
        var table = StateTable("traffic", columns: ["hour", "isWeekly", "requests"])
        for (hours, isWeekly) in [(byWeek, Int64(1)), (byDay, Int64(0))] {
            for (hour, requests) in hours.enumerated() {
                guard let requests else { continue }
                table.append([Int64(hour), isWeekly, Int64(bitPattern: requests.bitPattern)])
            }
        }
        return table
    }

    /// - Returns: nil where the table is not that of a profile.
    init?(_ table: StateTable) {
        guard let hour = table.column("hour"), let isWeekly = table.column("isWeekly"),
            let requests = table.column("requests")
        else { return nil }
        for row in 0..<table.rows {
            let value = Double(bitPattern: UInt64(bitPattern: table[row, requests]))
            let hours = table[row, isWeekly] == 0 ? byDay.indices : byWeek.indices
            guard let index = Int(exactly: table[row, hour]), hours.contains(index), value >= 0, value.isFinite else {
                return nil
            }
            if table[row, isWeekly] == 0 { byDay[index] = value } else { byWeek[index] = value }
        }
        reckon()
    }
}
