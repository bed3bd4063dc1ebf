package import OpenRTB
package import Targeting

/// What addresses tell: databases of places and networks, lists of data centres and proxies, and audiences by address.
///
/// Immutable and shared by the loops, as a part of their snapshot; a reload makes another.
package final class IPSignals: Sendable {
    /// Where addresses are, and whose; nil without such a file.
    package let city: GeoDatabase?
    package let network: GeoDatabase?
    /// Whether the database is believed more than the request's own place.
    package let prefersDatabase: Bool
    /// Data centres and proxies, by ``Network``.
    private let networks: AddressTable
    private let refusesNetworks: Bool
    /// Audiences that are lists of addresses, by their number.
    package let audiences: AddressTable

    /// Networks whose visitors are no people, or hide where they are: a value of their ranges.
    package enum Network: UInt32, CaseIterable, Sendable {
        case dataCentre
        case proxy
    }

    /// What the operator's files say.
    package struct Sources: Sendable {
        package var city: GeoDatabase?
        package var network: GeoDatabase?
        package var prefersDatabase = false
        package var networks: [Network: [AddressRange]] = [:]
        package var refusesNetworks = true

        package init() {}
    }

    /// Knows nothing of any address.
    package static let none = IPSignals(Sources())

    /// - Complexity: that of ``AddressTableBuilder/build()``.
    package init(_ sources: Sources, audiences: AddressTable = .empty) {
        city = sources.city
        network = sources.network
        prefersDatabase = sources.prefersDatabase
        var builder = AddressTableBuilder()
        for (network, ranges) in sources.networks { builder.set(network.rawValue, ranges) }
        networks = builder.build()
        refusesNetworks = sources.refusesNetworks
        self.audiences = audiences
    }

    private init(_ other: IPSignals, audiences: AddressTable) {
        city = other.city
        network = other.network
        prefersDatabase = other.prefersDatabase
        networks = other.networks
        refusesNetworks = other.refusesNetworks
        self.audiences = audiences
    }

    /// The same with other audiences.
    package func with(audiences: AddressTable) -> IPSignals { IPSignals(self, audiences: audiences) }

    /// The address that the request says its device has; nil where it says none, or what is none.
    ///
    /// - Source: OpenRTB 2.6, 3.2.18: `ip`, and `ipv6` where that is none.
    package static func address(of request: borrowing BidRequest) -> IPAddress? {
        let text = request.text
        return unsafe text.withBytes(request.device.ip) { unsafe IPAddress($0) }
            ?? text.withBytes(request.device.ipv6) { unsafe IPAddress($0) }
    }

    /// Whether nothing is bid because of where the request's device is: a data centre, or a proxy.
    ///
    /// The whole address is asked for, whatever the visitor consented to: telling people from machines is no use of
    /// somebody's data for advertising.
    package func refuses(_ request: borrowing BidRequest) -> Bool {
        guard refusesNetworks, !networks.isEmpty, let address = Self.address(of: request) else { return false }
        var hits = AddressHits()
        networks.find(address, into: &hits)
        return hits.count > 0
    }
}
