/// A table for people: columns as wide as their widest cell, figures to the right.
package struct Columns: Sendable {
    private let titles: [String]
    private var rows: [[String]] = []

    /// - Parameter titles: the first column is text, every other one figures.
    package init(_ titles: [String]) { self.titles = titles }

    /// - Parameter cells: as many as there are titles.
    package mutating func add(_ cells: [String]) {
        precondition(cells.count == titles.count)
        rows.append(cells)
    }

    package var text: String {
        let lines = [titles] + rows
        let widths = titles.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { cells in
            cells.indices.map { pad(cells[$0], to: widths[$0], isFigure: $0 > 0) }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private func pad(_ cell: String, to width: Int, isFigure: Bool) -> String {
        let space = String(repeating: " ", count: width - cell.count)
        return isFigure ? space + cell : cell + space
    }
}

/// Figures as people read them.
package enum Figure {
    /// Microseconds with a unit that keeps three digits.
    package static func duration(micros: UInt64) -> String {
        switch micros {
        case ..<1_000: "\(micros) µs"
        case ..<10_000: "\(fixed(Double(micros) / 1e3, 2)) ms"
        case ..<100_000: "\(fixed(Double(micros) / 1e3, 1)) ms"
        case ..<1_000_000: "\(micros / 1_000) ms"
        default: "\(fixed(Double(micros) / 1e6, 2)) s"
        }
    }

    /// A number with so many digits after its point.
    package static func fixed(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded()
        // Counts and times of a load test are far below this.
        guard scaled < 1e15 else { return "\(value)" }
        let units = Int(scaled)
        let sign = value < 0 && units > 0 ? "-" : ""
        if digits == 0 { return "\(sign)\(units)" }
        let fraction = String(units % Int(scale))
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(sign)\(units / Int(scale)).\(zeros)\(fraction)"
    }

    /// A whole number with its thousands apart.
    package static func count(_ value: Double) -> String {
        let digits = String(Int(value.rounded()).magnitude)
        var text = value.rounded() < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }

    /// A share in percent.
    package static func percent(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "–" : fixed(Double(part) * 100 / Double(whole), 1) + " %"
    }
}

/// The middle of some figures; nil of none.
package func median(_ values: [Double]) -> Double? {
    if values.isEmpty { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}
