internal import BidKit
internal import Creative

/// The least price that can win, by where an offer competes.
///
/// - Source: OpenRTB 2.6, 3.2.4, 3.2.7, 3.2.12 and 3.2.35.
enum Floor {
    /// - Returns: in `currency`, rounded up; nil where no price can satisfy it.
    static func of(
        _ place: Place,
        _ imp: Imp,
        _ fit: Fit,
        _ request: borrowing BidRequest,
        in currency: Currency,
        _ rates: CurrencyRates
    ) -> CPM? {
        if let deal = place.deal {
            let floor = guidance(
                perSecond: deal.mincpmpersec,
                durfloors: deal.durfloors,
                otherwise: deal.bidfloor,
                fit.dur,
                request
            )
            guard let floor else { return nil }
            // A deal without a floor of its own competes as an open bid does.
            if floor > .zero || place.at == 3 { return convert(floor, deal.bidfloorcur, currency, rates) }
        }
        let slot = fit.mtype == .video ? imp.video : fit.mtype == .audio ? imp.audio : nil
        let floor = guidance(
            perSecond: slot?.mincpmpersec,
            durfloors: slot?.durfloors ?? .empty,
            otherwise: imp.bidfloor,
            fit.dur,
            request
        )
        return floor.flatMap { convert($0, imp.bidfloorcur, currency, rates) }
    }

    /// Floors by duration come first, then one by second, then the plain one.
    private static func guidance(
        perSecond: CPM?,
        durfloors: List<DurFloor>,
        otherwise: CPM?,
        _ seconds: Int32,
        _ request: borrowing BidRequest
    ) -> CPM? {
        if seconds > 0 {
            var highest: CPM?
            for index in 0..<durfloors.count {
                let entry = request.element(index, of: durfloors)
                guard seconds >= entry.mindur ?? 0, seconds <= entry.maxdur ?? .max else { continue }
                // Ranges should not overlap; where they do, the highest floor is the safe one.
                guard let floor = entry.bidfloor else { return nil }
                highest = max(highest ?? .zero, floor)
            }
            if let highest { return highest }
            if let perSecond {
                let (micros, overflow) = perSecond.micros.multipliedReportingOverflow(by: Int64(seconds))
                return overflow || micros > CPM.max.micros ? nil : CPM(micros: micros)
            }
        }
        return otherwise
    }

    private static func convert(_ floor: CPM, _ from: Currency?, _ to: Currency, _ rates: CurrencyRates) -> CPM? {
        if floor == .zero { return .zero }
        return from.flatMap { rates.convert(floor, from: $0, to: to, rounding: .up) }
    }
}
