package import OpenRTB

/// What a notice URL carries, sealed: whom it was made for, the facts of the bid, and for a browser the landing page.
package struct Token: Equatable, Sendable {
    /// What the exchange calls and what a browser sees are sealed apart: a pixel cannot be turned into a bill.
    package enum Purpose: UInt8, Sendable {
        case exchange = 1
        case browser = 2
    }

    package let purpose: Purpose
    package let facts: BidFacts
    /// The bytes of `facts`, to be copied into the log as they are.
    package let factBytes: ArraySlice<UInt8>
    /// Where a click leads; empty in an exchange's token.
    package let landing: String

    /// Writes the text to be sealed: purpose, landing page, facts.
    package static func write(
        _ purpose: Purpose,
        landing: borrowing [UInt8],
        facts: borrowing ByteWriter,
        into out: inout ByteWriter
    ) {
        out.append(purpose.rawValue)
        out.appendFixed(UInt16(landing.count))
        out.append(landing)
        out.append(facts)
    }

    /// - Parameter opened: what the sealer opened.
    package init?(opened: [UInt8]) {
        var reader = ByteReader(opened[...])
        guard let purpose = reader.fixed(UInt8.self).flatMap(Purpose.init), let landing = reader.string(),
            let bytes = reader.take(reader.remaining), let facts = BidFacts(bytes)
        else { return nil }
        self.purpose = purpose
        self.facts = facts
        self.landing = landing
        factBytes = bytes
    }
}
