package import Units

/// A key for sealing tokens.
package struct SealingKey: Sendable, Equatable {
    /// Stands first in every token, so that it is opened with the key that sealed it.
    package let id: UInt8
    package let created: Instant
    /// 64 bytes: AES-256-SIV takes two keys in one.
    package let bytes: [UInt8]

    package init(id: UInt8, created: Instant, bytes: [UInt8]) {
        precondition(bytes.count == 64)
        self.id = id
        self.created = created
        self.bytes = bytes
    }
}

/// The keys of a data directory: the newest seals, every one that is not too old opens.
package struct KeyRing: Sendable, Equatable {
    /// Clicks and conversions are accepted for 30 days, so a key must open as long after it stopped sealing.
    package static let openDays: Int64 = 30
    /// A key seals for a week.
    package static let sealDays: Int64 = 7

    /// Oldest first.
    package private(set) var keys: [SealingKey]

    package init(keys: [SealingKey]) {
        self.keys = keys.sorted { $0.created < $1.created }
    }

    /// The key that seals; nil in an empty ring.
    package var current: SealingKey? { keys.last }

    package func key(id: UInt8) -> SealingKey? { keys.last { $0.id == id } }

    /// Adds a key when the newest has sealed long enough, and drops those that nothing valid can need.
    ///
    /// - Parameter random: 64 bytes for the new key.
    /// - Returns: whether the ring changed and must be stored before it is used.
    package mutating func rotate(at now: Instant, random: () -> [UInt8]) -> Bool {
        let before = keys
        if current.map({ $0.created.adding(seconds: Self.sealDays * 86_400) <= now }) ?? true {
            keys.append(SealingKey(id: (current?.id ?? 0) &+ 1, created: now, bytes: random()))
        }
        let oldest = now.adding(seconds: -(Self.openDays + Self.sealDays) * 86_400)
        // The last key stays, whatever a clock that jumped says.
        keys = keys.dropLast().filter { $0.created >= oldest } + keys.suffix(1)
        return keys != before
    }
}

extension KeyRing {
    /// One line a key: id, creation in seconds since 1970, 128 hexadecimal digits.
    package var text: String {
        keys.map { key in
            let hex = key.bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
            return "\(key.id) \(key.created.micros / 1_000_000) \(hex)\n"
        }.joined()
    }

    /// - Returns: nil when a line is not what ``text`` writes.
    package init?(text: String) {
        var keys: [SealingKey] = []
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count == 3, let id = UInt8(parts[0]), let seconds = Int64(parts[1]), parts[2].count == 128
            else { return nil }
            let digits = Array(parts[2])
            var bytes: [UInt8] = []
            for index in stride(from: 0, to: 128, by: 2) {
                let pair = String(digits[index...index + 1])
                guard pair.allSatisfy(\.isHexDigit), let byte = UInt8(pair, radix: 16) else { return nil }
                bytes.append(byte)
            }
            keys.append(SealingKey(id: id, created: Instant(seconds: seconds), bytes: bytes))
        }
        self.init(keys: keys)
    }
}
