/// Which figures a service counts: declared once, the same for every event loop.
package struct MeterPlan: Sendable {
    /// Counters that share a name and differ in one label.
    package struct Counters: Sendable {
        let base: Int
        package let count: Int
    }

    /// A distribution of durations.
    package struct Durations: Sendable {
        let base: Int
    }

    private enum Shape: Sendable {
        case counters(label: String?, values: [String])
        case durations
    }

    private struct Family: Sendable {
        let name: String
        let help: String
        let shape: Shape
        let base: Int
    }

    /// Upper bounds in microseconds: close where a bidder's deadline lies.
    package static let boundsMicros: [Int64] = [
        10, 25, 50, 100, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000,
    ]

    private var families: [Family] = []
    private(set) var cellCount = 0

    package init() {}

    /// - Parameters:
    ///   - name: in Prometheus' manner, ending in `_total`.
    ///   - values: of the label; bounded, for each is a series.
    package mutating func counters(
        _ name: String,
        _ help: String,
        label: String? = nil,
        values: [String] = [""]
    )
        -> Counters
    {
        families.append(Family(name: name, help: help, shape: .counters(label: label, values: values), base: cellCount))
        defer { cellCount += values.count }
        return Counters(base: cellCount, count: values.count)
    }

    /// - Parameter name: ending in `_seconds`.
    package mutating func durations(_ name: String, _ help: String) -> Durations {
        families.append(Family(name: name, help: help, shape: .durations, base: cellCount))
        defer { cellCount += Self.boundsMicros.count + 2 }
        return Durations(base: cellCount)
    }

    /// The sums of all sheets in Prometheus' text format.
    package func prometheus(_ sheets: [MeterSheet]) -> String {
        var text = ""
        let value = { (cell: Int) in sheets.reduce(UInt64(0)) { $0 &+ $1.value(cell) } }
        for family in families {
            text += "# HELP \(family.name) \(family.help)\n"
            switch family.shape {
            case .counters(let label, let values):
                text += "# TYPE \(family.name) counter\n"
                for (index, labelValue) in values.enumerated() {
                    let labels = label.map { "{\($0)=\"\(labelValue)\"}" } ?? ""
                    text += "\(family.name)\(labels) \(value(family.base + index))\n"
                }
            case .durations:
                text += "# TYPE \(family.name) histogram\n"
                var cumulated: UInt64 = 0
                for (index, bound) in Self.boundsMicros.enumerated() {
                    cumulated += value(family.base + index)
                    text += "\(family.name)_bucket{le=\"\(Double(bound) / 1_000_000)\"} \(cumulated)\n"
                }
                cumulated += value(family.base + Self.boundsMicros.count)
                text += "\(family.name)_bucket{le=\"+Inf\"} \(cumulated)\n"
                text += "\(family.name)_sum \(Double(value(family.base + Self.boundsMicros.count + 1)) / 1e9)\n"
                text += "\(family.name)_count \(cumulated)\n"
            }
        }
        return text
    }
}

extension MeterSheet {
    @inline(__always)
    package func add(_ counters: MeterPlan.Counters, _ index: Int = 0, by amount: UInt64 = 1) {
        precondition(index >= 0 && index < counters.count)
        add(amount, to: counters.base + index)
    }

    package func value(_ counters: MeterPlan.Counters, _ index: Int = 0) -> UInt64 { value(counters.base + index) }

    /// Counts a duration in nanoseconds.
    package func add(_ durations: MeterPlan.Durations, nanos: Int64) {
        let micros = nanos / 1000
        var bucket = 0
        while bucket < MeterPlan.boundsMicros.count, micros > MeterPlan.boundsMicros[bucket] { bucket += 1 }
        add(1, to: durations.base + bucket)
        add(UInt64(max(0, nanos)), to: durations.base + MeterPlan.boundsMicros.count + 1)
    }
}
