package import Documents
package import Events

/// A frequency cap, compiled: so many impressions within a window that slides.
package struct ImpressionCap: Equatable, BitwiseCopyable, Sendable {
    /// Whose impressions it counts.
    package enum Scope: UInt8, BitwiseCopyable, Sendable {
        case strategy = 1
        case creative = 2
        case advertiser = 3
    }

    package let scope: Scope
    package let counter: CappedCounter
    package let impressions: Int

    /// Compiles the caps of one owner; of two that count the same the stricter holds.
    ///
    /// - Parameter owner: the ids that say whose they are: of a creative its strategy's and its own.
    package static func list(_ caps: [FrequencyCap], _ scope: Scope, of owner: String...) -> [ImpressionCap] {
        var list: [ImpressionCap] = []
        let name = name(scope, owner)
        for cap in caps.sorted(by: { $0.impressions < $1.impressions }) {
            let counter = CappedCounter(
                counter: name, windowSeconds: UInt32(cap.hours * 3600), isHousehold: cap.per == .household)
            guard !list.contains(where: { $0.counter == counter }) else { continue }
            list.append(ImpressionCap(scope: scope, counter: counter, impressions: cap.impressions))
        }
        return list
    }

    /// The same for the same owner in every process, for it stands in tokens and tables.
    ///
    /// Two owners of one name would share their counts, which shows too little and never too much: of the 256 counters of
    /// a visitor two have one name once in 130,000 visitors.
    private static func name(_ scope: Scope, _ owner: [String]) -> UInt32 {
        // FNV-1a; the ids are apart by a byte that none of them holds.
        var hash = 0xCBF2_9CE4_8422_2325 ^ UInt64(scope.rawValue)
        for id in owner {
            for byte in Array(id.utf8) + [0] { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        }
        return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
    }

    package var hours: Int { Int(counter.windowSeconds) / 3600 }
}
