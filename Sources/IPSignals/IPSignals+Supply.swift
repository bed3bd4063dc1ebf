package import OpenRTB
internal import Targeting

/// Filling in what a request lacks.
extension IPSignals {
    /// Puts what the databases know of the device's address into the request read last: the place where no country was
    /// sent, or in any case where the operator prefers the database; connection and carrier where they are absent.
    ///
    /// What is looked up is the address cut to its /24 or /48. Where databases are finer than that, they are asked again
    /// with the whole address, if `isPersonal` allows it for the request as it stands by then, with its country.
    ///
    /// - Complexity: one or two look-ups a database. Allocates nothing.
    package func supply(_ reader: BidRequestReader, isPersonal: (borrowing BidRequest) -> Bool) {
        let sent = reader.request.device
        let wantsPlace = city != nil && (prefersDatabase || sent.geo.country.isEmpty)
        let wantsNetwork = network != nil && (sent.connectiontype == nil || sent.carrier.isEmpty)
        guard wantsPlace || wantsNetwork, let address = Self.address(of: reader.request) else { return }
        if wantsPlace, let city {
            let place = city.look(up: address.truncated)
            supply(place, of: city, sent.geo, to: reader)
            if Self.isFiner(place, than: address), isPersonal(reader.request) {
                supply(city.look(up: address), of: city, sent.geo, to: reader)
            }
        }
        if wantsNetwork, let network {
            var place = network.look(up: address.truncated)
            if Self.isFiner(place, than: address), isPersonal(reader.request) { place = network.look(up: address) }
            supply(place, of: network, besides: sent, to: reader)
        }
    }

    /// Whether other addresses of the same /24 or /48 may be elsewhere.
    private static func isFiner(_ place: Place, than address: IPAddress) -> Bool {
        place.prefix > (address.isV4 ? 96 + 24 : 48)
    }

    private func supply(_ place: Place, of database: GeoDatabase, _ sent: Geo, to reader: BidRequestReader) {
        guard let country = place.country else { return }
        let copy = { (text: PlaceText, isUppercased: Bool) -> Text in
            unsafe database.withBytes(text) { unsafe reader.suppliedText($0, isUppercased: isUppercased) }
        }
        var geo = prefersDatabase ? Geo() : sent
        geo.country = unsafe withUnsafeBytes(of: country.bytes) { unsafe reader.suppliedText($0) }
        if geo.region.isEmpty { geo.region = copy(place.region, true) }
        if geo.city.isEmpty { geo.city = copy(place.city, false) }
        if geo.zip.isEmpty { geo.zip = copy(place.zip, false) }
        if geo.metro.isEmpty, let metro = place.metro { geo.metro = digits(metro, in: reader) }
        if geo.lat == nil || geo.lon == nil, place.lat != nil {
            (geo.lat, geo.lon) = (place.lat, place.lon)
            // 2: from an address.
            geo.type = 2
        }
        reader.supply(geo: geo)
    }

    private func digits(_ number: Int32, in reader: BidRequestReader) -> Text {
        var digits = InlineArray<10, UInt8>(repeating: 0)
        var start = 10
        var rest = number.magnitude
        repeat {
            start -= 1
            digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        return unsafe withUnsafeBytes(of: &digits) {
            unsafe reader.suppliedText(UnsafeRawBufferPointer(rebasing: $0[start...]))
        }
    }

    private func supply(
        _ place: Place, of database: GeoDatabase, besides sent: Device, to reader: BidRequestReader
    ) {
        if sent.connectiontype == nil, let type = place.connectiontype { reader.supply(connectiontype: type) }
        if sent.carrier.isEmpty, !place.isp.isEmpty {
            reader.supply(carrier: unsafe database.withBytes(place.isp) { unsafe reader.suppliedText($0) })
        }
    }
}
