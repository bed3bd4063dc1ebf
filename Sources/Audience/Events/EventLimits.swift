/// How much of what senders of events say is taken, each bound with its reason.
///
/// Nothing is cut short: an event beyond a bound is refused with the bound named, so that a sender finds out.
package enum EventLimits {
    /// Events of one body. Some hundred bytes each, so many fill the 1 MiB that a body may have.
    package static let eventsMax = 10_000
    /// Bytes of `event_id`: a UUID has 36, an order number with its shop before it some more.
    package static let eventIDBytesMax = 256
    /// Bytes of `type`: a word.
    package static let typeBytesMax = 64
    /// Properties of an event: a shop's data layer has some twenty.
    package static let propertiesMax = 32
    /// Bytes of a property's name.
    package static let nameBytesMax = 64
    /// Bytes of a property's text: a product's name fits, its description is none of ours.
    package static let textBytesMax = 256
    /// Texts of one property: the categories of one product.
    package static let textsMax = 16
    /// Identifiers of one visitor in one event.
    package static let identifiersMax = 64
    /// Bytes of an identifier. It is hashed on arrival; encrypted ones of some providers have several hundred.
    package static let identifierBytesMax = 1024
    /// Bytes of a consent string: one with all vendors in ranges stays below.
    package static let consentBytesMax = 4096
    /// Sections in `gpp_sid`: there are fewer than 30.
    package static let sectionsMax = 32
    /// Bytes of a click's id: our longest token.
    package static let clickBytesMax = 8192
    /// How far an event may be ahead of our clock: clocks that nobody sets are off by minutes.
    package static let aheadSeconds: Int64 = 300
    /// Members of an object of an event, so that looking for the nearest name stays cheap.
    package static let membersMax = 64
    /// Bytes of a refusal's reason, which may quote what was sent.
    package static let reasonBytesMax = 256
}
