package import Documents
internal import Events
internal import OpenRTB
package import Targeting

/// An exchange, compiled. A class, so that looking at it copies nothing.
package final class Exchange: Sendable {
    package let id: [UInt8]
    package let document: ExchangeDocument
    /// Its id as the facts of its bids have it.
    let factText: [UInt8]
    /// A bit for each format that it takes, by its number.
    private let formats: UInt8
    /// `asi` under which it stands in supply chains, in lower case; empty where that is not known.
    let sellerDomain: [UInt8]
    /// What its requests must carry in `Authorization`; nil for nothing.
    package let authorization: [UInt8]?
    /// From where its requests must come; empty for anywhere.
    package let addresses: [IPAddress]

    init(id: [UInt8], document: ExchangeDocument) {
        self.id = id
        self.document = document
        factText = BidFactsWriter.written(id)
        let taken = document.formats.isEmpty ? Array(MarkupType.allCases) : Array(document.formats)
        formats = taken.reduce(0) { $0 | 1 << $1.rawValue }
        sellerDomain = Array(document.sellerDomain.utf8)
        authorization = document.credentials.bearer.map { Array("Bearer \($0)".utf8) }
        addresses = document.credentials.addresses.compactMap { IPAddress($0.utf8) }
    }

    func hasID(_ other: UnsafeRawBufferPointer) -> Bool {
        guard id.count == other.count else { return false }
        for index in id.indices where unsafe id[index] != other[index] { return false }
        return true
    }

    func takes(_ format: MarkupType) -> Bool { formats >> format.rawValue & 1 == 1 }

    package var isPaused: Bool { document.state == .paused }
    package var billsAtImpression: Bool { document.billAt == .impression }
}
