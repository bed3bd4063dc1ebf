internal import Meters
internal import Synchronization
internal import Units

/// The open connections of one loop.
final class Connections {
    private let loop: BidLoop
    private let census: ConnectionCensus
    private var open: [ObjectIdentifier: HTTPFront] = [:]

    init(_ loop: BidLoop, _ census: ConnectionCensus) {
        self.loop = loop
        self.census = census
    }

    /// - Returns: false where there are too many already.
    func add(_ front: HTTPFront, address: String?) -> Bool {
        guard census.add(address) else {
            loop.sheet.add(loop.meters.connectionsRefused)
            return false
        }
        open[ObjectIdentifier(front)] = front
        return true
    }

    func remove(_ front: HTTPFront, address: String?) {
        if open.removeValue(forKey: ObjectIdentifier(front)) != nil { census.remove(address) }
    }

    var count: Int { open.count }

    /// Ends those whose peers take too long.
    ///
    /// - Complexity: O(connections), a few nanoseconds each.
    func inspect(at now: Moment) {
        // Closing changes the table, so those that may have to go are looked at in a copy of it.
        for front in open.values { front.inspect(at: now) }
    }

    /// Closes those on which no request is under way and no answer on its way; the others close after their answer.
    func drain() {
        for front in open.values { front.drain() }
    }

    func closeAll() {
        for front in open.values { front.close() }
    }
}

/// How many connections there are, in all and from each address, over all loops.
package final class ConnectionCensus: Sendable {
    /// How many may be open at once.
    package struct Caps: Equatable, Sendable {
        /// Each takes a file descriptor and some kilobytes.
        let all: Int
        /// An exchange comes with hundreds from one address; a proxy in front brings all of them.
        let perAddress: Int

        /// With nil 16,384 in all and 4,096 from an address.
        package init(all: Int? = nil, perAddress: Int? = nil) {
            self.all = all ?? 16_384
            self.perAddress = perAddress ?? 4096
        }
    }

    private struct Counts {
        var all = 0
        var byAddress: [String: Int] = [:]
    }

    private let caps: Caps
    private let counts = Mutex(Counts())

    package init(_ caps: Caps) { self.caps = caps }

    /// Counts a connection in.
    ///
    /// - Returns: false, and nothing counted, where a cap is reached.
    func add(_ address: String?) -> Bool {
        counts.withLock { counts in
            let address = address ?? ""
            let fromThere = counts.byAddress[address, default: 0]
            guard counts.all < caps.all, fromThere < caps.perAddress else { return false }
            counts.all += 1
            counts.byAddress[address] = fromThere + 1
            return true
        }
    }

    func remove(_ address: String?) {
        counts.withLock { counts in
            let address = address ?? ""
            counts.all -= 1
            let left = counts.byAddress[address, default: 1] - 1
            counts.byAddress[address] = left == 0 ? nil : left
        }
    }
}
