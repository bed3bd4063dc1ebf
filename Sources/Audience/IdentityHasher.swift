package import Events
package import OpenRTB
internal import Sealing
package import Targeting

/// Turns identifiers into what is kept of them.
///
/// The text that is hashed is the kind's number, then each part behind its length: so no two identifiers of different
/// kinds or scopes can be confused. Device ids, provider ids' sources and hashed e-mails are taken in lower case; every
/// other id as it is. Owned by one thread; allocates nothing once warm.
package final class IdentityHasher {
    private let hash: CMAC
    private var plain = ByteWriter(capacity: 512)

    /// - Parameter key: 32 bytes, of the data directory.
    package init(key: [UInt8]) { hash = CMAC(key: key) }

    package func identity(_ identifier: Identifier) -> Identity {
        start(identifier.kind)
        switch identifier {
        case .own(let advertiser, let id):
            append(advertiser.utf8)
            append(id.utf8)
        case .email(let sha256): append(sha256.lowercased().utf8)
        case .cookie(let id): append(id.utf8)
        case .ifa(let id): append(id.lowercased().utf8)
        case .eid(let source, let id):
            append(source.lowercased().utf8)
            append(id.utf8)
        case .exchangeUser(let exchange, let id):
            append(exchange.utf8)
            append(id.utf8)
        }
        return Identity(identifier.kind, finish())
    }

    /// Of an event's id, within its sender's.
    package func eventID(_ id: String, sender: String) -> IdentityKey {
        plain.clear()
        plain.append(0)
        append(sender.utf8)
        append(id.utf8)
        return finish()
    }

    /// Of a text of the request.
    ///
    /// - Parameter scope: what it belongs to: an exchange's id, a provider's source; empty for none.
    package func identity(
        _ kind: IdentityKind, scope: Text, _ id: Text, of buffer: TextBuffer
    ) -> Identity {
        start(kind)
        if !scope.isEmpty { append(scope, buffer) }
        append(id, buffer)
        return Identity(kind, finish())
    }

    /// The same where the scope is ours.
    package func identity(_ kind: IdentityKind, scope: borrowing [UInt8], _ id: Text, of buffer: TextBuffer) -> Identity
    {
        start(kind)
        plain.appendFixed(UInt16(truncatingIfNeeded: scope.count))
        plain.append(scope)
        append(id, buffer)
        return Identity(kind, finish())
    }

    /// Of an address: IPv4 whole, IPv6 by its network of 64 bits, which is one subscriber's.
    package func household(_ address: IPAddress) -> Identity {
        start(.household)
        plain.appendFixed(address.high)
        plain.appendFixed(address.isV4 ? address.low : 0)
        return Identity(.household, finish())
    }

    private func start(_ kind: IdentityKind) {
        plain.clear()
        plain.append(kind.rawValue)
    }

    private func append(_ bytes: some Collection<UInt8>) {
        plain.appendFixed(UInt16(truncatingIfNeeded: bytes.count))
        for byte in bytes { plain.append(byte) }
    }

    private func append(_ text: Text, _ buffer: TextBuffer) {
        plain.appendFixed(UInt16(truncatingIfNeeded: text.count))
        plain.append(text, of: buffer)
    }

    private func finish() -> IdentityKey {
        let (high, low) = unsafe plain.withBytes { unsafe hash.hash($0) }
        return IdentityKey(high: high, low: low)
    }
}
