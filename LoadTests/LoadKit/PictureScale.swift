internal import Foundation

/// How values of one axis become places on it.
package struct PictureScale: Sendable {
    package enum Kind: Sendable {
        case linear
        case logarithmic
    }

    /// A mark on the axis.
    package struct Tick: Equatable, Sendable {
        package let value: Double
        /// Labelled ones are fewer.
        package let isMajor: Bool
    }

    package let kind: Kind
    /// The values at both ends.
    package let lower: Double
    package let upper: Double
    package let ticks: [Tick]

    /// An axis from 0 to a round number that holds every value.
    ///
    /// - Parameter max: of the values; 0 and below give an axis to 1.
    package static func linear(to max: Double) -> PictureScale {
        let max = max > 0 ? max : 1
        return linear(to: max, step: roundStep(max / 5))
    }

    /// An axis from 0 with a tick each step, whose last is the first that is not below any value.
    package static func linear(to max: Double, step: Double) -> PictureScale {
        let count = Int((max / step - 1e-9).rounded(.up))
        let ticks = (0...Swift.max(1, count)).map { Tick(value: Double($0) * step, isMajor: true) }
        return PictureScale(kind: .linear, lower: 0, upper: Double(Swift.max(1, count)) * step, ticks: ticks)
    }

    /// An axis of whole decades that holds every value.
    ///
    /// - Parameter values: those that are not above 0 have no place on it and are left out.
    package static func logarithmic(_ values: [Double]) -> PictureScale {
        let positive = values.filter { $0 > 0 && $0.isFinite }
        let first = Int(floor(log10(positive.min() ?? 1) + 1e-9))
        let last = Swift.max(first + 1, Int(ceil(log10(positive.max() ?? 10) - 1e-9)))
        var ticks: [Tick] = []
        for decade in first..<last {
            let base = pow(10, Double(decade))
            for digit in 1..<10 { ticks.append(Tick(value: base * Double(digit), isMajor: digit == 1)) }
        }
        ticks.append(Tick(value: pow(10, Double(last)), isMajor: true))
        return PictureScale(
            kind: .logarithmic, lower: pow(10, Double(first)), upper: pow(10, Double(last)), ticks: ticks)
    }

    /// Where a value is: 0 at the lower end, 1 at the upper one; values beyond an end are at it.
    package func place(_ value: Double) -> Double {
        let share =
            switch kind {
            case .linear: (value - lower) / (upper - lower)
            case .logarithmic: (log10(Swift.max(value, lower)) - log10(lower)) / (log10(upper) - log10(lower))
            }
        return min(1, Swift.max(0, share))
    }

    /// 1, 2, 2.5 or 5 times a power of ten, not below what is given.
    private static func roundStep(_ step: Double) -> Double {
        let power = pow(10, floor(log10(step)))
        let digit = [1, 2, 2.5, 5].first { step <= $0 * power * (1 + 1e-9) } ?? 10
        return digit * power
    }
}
