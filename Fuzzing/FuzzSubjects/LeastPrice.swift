internal import OpenRTB
internal import Units

/// The least price that an impression or a deal takes for an ad of some seconds, reckoned plainly.
///
/// - Source: OpenRTB 2.6, 3.2.7, 3.2.12 and 3.2.35.
struct LeastPrice {
    /// nil where no price is enough.
    private let floor: CPM?
    private let currency: Currency?

    init(
        _ perSecond: CPM?,
        _ durfloors: List<DurFloor>,
        _ plain: CPM?,
        _ currency: Currency?,
        _ seconds: Int32,
        _ request: borrowing BidRequest
    ) {
        self.currency = currency
        var matching: [CPM?] = []
        for index in 0..<durfloors.count where seconds > 0 {
            let entry = request.element(index, of: durfloors)
            if seconds >= entry.mindur ?? .min, seconds <= entry.maxdur ?? .max { matching.append(entry.bidfloor) }
        }
        if matching.contains(nil) {
            floor = nil
        } else if let highest = matching.compactMap({ $0 }).max() {
            floor = highest
        } else if let perSecond, seconds > 0 {
            let total = perSecond.micros.multipliedReportingOverflow(by: Int64(seconds))
            let isPayable = !total.overflow && total.partialValue <= CPM.max.micros
            floor = isPayable ? CPM(micros: total.partialValue) : nil
        } else {
            floor = plain
        }
    }

    /// Rounded up; nil where no price is enough.
    func micros(in other: Currency) -> CPM? {
        guard let floor, floor != .zero else { return floor }
        return currency.flatMap { FuzzWorld.rates.convert(floor, from: $0, to: other, rounding: .up) }
    }
}
