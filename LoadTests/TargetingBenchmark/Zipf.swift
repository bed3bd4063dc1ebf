internal import Units

#if canImport(Glibc)
internal import Glibc
#endif

/// Draws numbers whose frequency falls with their rank.
struct Zipf {
    private let sums: [Double]

    init(_ count: Int, exponent: Double) {
        var sum = 0.0
        sums = (1...count).map { rank in
            sum += 1 / pow(Double(rank), exponent)
            return sum
        }
    }

    func draw(_ random: inout SplitMix64) -> Int {
        let point = Double.random(in: 0..<(sums.last ?? 1), using: &random)
        var low = 0
        var high = sums.count - 1
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] <= point { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
