internal import GRDB

/// A right to send events to the bid side.
package struct EventToken: Hashable, Sendable {
    /// SHA-256 of the secret that comes as `Authorization: Bearer`.
    package let hash: [UInt8]
    /// Whose own ids of visitors the events may name; nil for an operator's.
    package let advertiser: String?

    package init(hash: [UInt8], advertiser: String?) {
        self.hash = hash
        self.advertiser = advertiser
    }
}

extension Registry {
    /// Every token that may send events now: operators' and advertisers'. What changes them is published with
    /// ``RegistryChanges/eventTokens``.
    ///
    /// - Throws: an error of SQLite.
    package func eventTokens() throws -> [EventToken] { try database.read { try Store($0).eventTokens() } }
}
