internal import Sealing

/// Who sends events: what a valid bearer token stands for.
package struct EventSource: Hashable, Sendable {
    /// Whose events they are; nil for the operator, whose events each name theirs.
    package let advertiser: String?

    package init(advertiser: String?) { self.advertiser = advertiser }
}

/// All tokens that may send events, as their hashes: an immutable value that is posted to each loop.
package struct EventSources: Sendable {
    private var sources: [Hash: EventSource] = [:]

    /// SHA-256 of a token in four words.
    private struct Hash: Hashable {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

        init?(_ bytes: [UInt8]) {
            guard bytes.count == 32 else { return nil }
            let word = { (start: Int) in bytes[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
            words = (word(0), word(8), word(16), word(24))
        }

        static func == (lhs: Hash, rhs: Hash) -> Bool { lhs.words == rhs.words }

        func hash(into hasher: inout Hasher) {
            hasher.combine(words.0)
            hasher.combine(words.1)
        }
    }

    /// Nobody.
    package init() {}

    /// - Parameter entries: SHA-256 of each token, and whose it is; nil for the operator's. What is no SHA-256 is left
    ///   out.
    package init(_ entries: some Sequence<(hash: [UInt8], advertiser: String?)>) {
        for (hash, advertiser) in entries {
            if let hash = Hash(hash) { sources[hash] = EventSource(advertiser: advertiser) }
        }
    }

    /// Whom a token stands for; nil for an unknown one.
    ///
    /// The token is hashed before it is compared, so that how long a comparison takes tells nothing of it.
    /// - Complexity: O(1).
    package func source(ofToken token: [UInt8]) -> EventSource? {
        Hash(Digest.sha256(token)).flatMap { sources[$0] }
    }
}
