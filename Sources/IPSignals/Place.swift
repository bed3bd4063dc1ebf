/// What a database knows of an address: all of it optional, as databases differ.
package struct Place: BitwiseCopyable, Sendable {
    /// ISO 3166-1 alpha-3, in upper case.
    package var country: Letters?
    /// The code of the largest ISO 3166-2 subdivision, without the country in front.
    package var region = PlaceText.absent
    /// In English.
    package var city = PlaceText.absent
    package var zip = PlaceText.absent
    /// Of the United States, as Google and MaxMind number them.
    package var metro: Int32?
    package var lat: Double?
    package var lon: Double?
    /// Kilometres around `lat` and `lon`.
    package var accuracyKilometres: Int32?
    /// As `device.connectiontype` numbers them.
    package var connectiontype: Int32?
    /// The provider's name.
    package var isp = PlaceText.absent
    package var asn: UInt32?
    package var isAnonymous = false
    package var isHosting = false
    /// Of 128 bits: how many first bits an address shares with all those that the same is known of.
    package var prefix = 0

    package init() {}

    /// Three letters of ASCII.
    package struct Letters: BitwiseCopyable, Equatable, Sendable {
        package let bytes: (UInt8, UInt8, UInt8)

        package var text: String { String(decoding: [bytes.0, bytes.1, bytes.2], as: UTF8.self) }

        package static func == (lhs: Letters, rhs: Letters) -> Bool { lhs.bytes == rhs.bytes }
    }
}

/// A text of a database, as its place there; ``GeoDatabase/withBytes(_:_:)`` has the bytes.
package struct PlaceText: BitwiseCopyable, Equatable, Sendable {
    let start: UInt32
    let count: UInt32

    static let absent = PlaceText(start: 0, count: 0)

    package var isEmpty: Bool { count == 0 }
}
