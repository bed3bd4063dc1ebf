internal import OpenRTB

/// What is read of a record: the members of MaxMind's city, country, enterprise, ISP, ASN, connection type and anonymous
/// IP databases, which others write under the same names.
///
/// - Source: MaxMind, “GeoIP and GeoLite Databases”.
extension RecordReader {
    /// - Parameter place: of the record in the data section.
    mutating func place(at place: Int) -> Place {
        var result = Place()
        guard let record = value(at: place).flatMap({ followed($0) }) else { return result }
        forEachMember(of: record) { reader, name, value in
            if reader.equals(name, "country") {
                reader.readCountry(value, into: &result)
            } else if reader.equals(name, "subdivisions") {
                reader.readRegion(value, into: &result)
            } else if reader.equals(name, "city") {
                reader.readCity(value, into: &result)
            } else if reader.equals(name, "location") {
                reader.readLocation(value, into: &result)
            } else if reader.equals(name, "postal") {
                reader.forEachMember(of: value) { reader, name, value in
                    if reader.equals(name, "code") { result.zip = reader.text(value) }
                }
            } else if reader.equals(name, "traits") {
                reader.forEachMember(of: value) { reader, name, value in reader.readTrait(name, value, into: &result) }
            } else {
                reader.readTrait(name, value, into: &result)
            }
        }
        return result
    }

    private mutating func readCountry(_ map: Value, into place: inout Place) {
        forEachMember(of: map) { reader, name, value in
            guard reader.equals(name, "iso_code"), value.kind == Kind.text, value.size == 2 else { return }
            let letters = (reader.byte(0, of: value), reader.byte(1, of: value))
            place.country = Country.alpha3(of: letters).map { Place.Letters(bytes: $0) }
        }
    }

    private mutating func readRegion(_ array: Value, into place: inout Place) {
        guard let largest = first(of: array) else { return }
        forEachMember(of: largest) { reader, name, value in
            if reader.equals(name, "iso_code") { place.region = reader.text(value) }
        }
    }

    private mutating func readCity(_ map: Value, into place: inout Place) {
        forEachMember(of: map) { reader, name, value in
            guard reader.equals(name, "names") else { return }
            reader.forEachMember(of: value) { reader, name, value in
                if reader.equals(name, "en") { place.city = reader.text(value) }
            }
        }
    }

    private mutating func readLocation(_ map: Value, into place: inout Place) {
        forEachMember(of: map) { reader, name, value in
            if reader.equals(name, "latitude") {
                place.lat = reader.double(value).flatMap { abs($0) <= 90 ? $0 : nil }
            } else if reader.equals(name, "longitude") {
                place.lon = reader.double(value).flatMap { abs($0) <= 180 ? $0 : nil }
            } else if reader.equals(name, "accuracy_radius") {
                place.accuracyKilometres = reader.unsigned(value).flatMap { Int32(exactly: $0) }
            } else if reader.equals(name, "metro_code") {
                place.metro = reader.unsigned(value).flatMap { Int32(exactly: $0) }
            }
        }
        // Half a position is none.
        if place.lat == nil || place.lon == nil { (place.lat, place.lon) = (nil, nil) }
    }

    private func readTrait(_ name: Value, _ value: Value, into place: inout Place) {
        if equals(name, "isp") {
            place.isp = text(value)
        } else if equals(name, "autonomous_system_organization") {
            // The provider's own name is better, wherever it stands.
            if place.isp.isEmpty { place.isp = text(value) }
        } else if equals(name, "autonomous_system_number") {
            place.asn = unsigned(value)
        } else if equals(name, "connection_type") {
            place.connectiontype = connectiontype(value)
        } else if equals(name, "is_anonymous") {
            place.isAnonymous = flag(value)
        } else if equals(name, "is_hosting_provider") {
            place.isHosting = flag(value)
        }
    }

    /// - Source: AdCOM 1.0, Connection Types: 1 is wired, 3 cellular of an unknown generation.
    private func connectiontype(_ value: Value) -> Int32? {
        if equals(value, "Cellular") { return 3 }
        return equals(value, "Cable/DSL") || equals(value, "Corporate") || equals(value, "Dialup") ? 1 : nil
    }
}
