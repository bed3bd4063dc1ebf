package import OpenRTB

/// A request's block lists as a hash table, so that a creative looks its few names up instead of reading thousands.
///
/// One a loop, filled again for each request that has long lists and several creatives to judge; short lists are read
/// through, which is faster. A hit is verified by its text, so equal hashes change nothing. Grows to the longest
/// lists seen and is kept.
package struct BlockIndex: ~Copyable {
    enum List: UInt8 { case bcat, acat, badv, bapp }

    private enum State {
        /// The lists are read through.
        case unused
        /// Filled when this many creatives more have been judged.
        case due(Int)
        case filled
    }

    private struct Slot: BitwiseCopyable {
        var hash: UInt64 = 0
        var text = Text.absent
        /// The filling that wrote it; others' slots are empty.
        var stamp: UInt32 = 0
        var list: UInt8 = 0
    }

    /// Entries of all lists below which reading them through is as fast.
    package static let entriesMin = 16
    /// Creatives that are judged before filling pays.
    static let creativesMin = 5
    /// Neighbours looked at: beyond, the names were chosen to collide, and the lists are read through.
    private static let probesMax = 64

    private var slots = [Slot](repeating: Slot(), count: 256)
    private var stamp: UInt32 = 0
    private var state = State.unused

    package init() {}

    /// Takes up a request; its lists are looked at only when creatives are judged.
    package mutating func start(_ request: borrowing BidRequest) {
        let count = request.badv.count + request.bcat.count + request.acat.count + request.bapp.count
        state = count > Self.entriesMin ? .due(Self.creativesMin) : .unused
    }

    /// Whether the index may be asked, filled now if it is time to.
    mutating func isReady(_ request: borrowing BidRequest) -> Bool {
        switch state {
        case .unused: return false
        case .filled: return true
        case .due(let creatives) where creatives > 0:
            state = .due(creatives - 1)
            return false
        case .due:
            state = fill(request) ? .filled : .unused
            if case .filled = state { return true }
            return false
        }
    }

    /// Whether a list names it.
    borrowing func has(_ name: BlockNames.Name, in list: List, _ request: borrowing BidRequest) -> Bool {
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: name.hash ^ UInt64(list.rawValue)) & mask
        while slots[index].stamp == stamp {
            let slot = slots[index]
            if slot.hash == name.hash, slot.list == list.rawValue, request.text.equals(slot.text, name.bytes) {
                return true
            }
            index = (index + 1) & mask
        }
        return false
    }

    /// - Returns: false where too many names fall on one place.
    private mutating func fill(_ request: borrowing BidRequest) -> Bool {
        let count = request.badv.count + request.bcat.count + request.acat.count + request.bapp.count
        if slots.count < count * 2 {
            var size = slots.count
            while size < count * 2 { size *= 2 }
            slots = [Slot](repeating: Slot(), count: size)
            stamp = 0
        }
        stamp &+= 1
        if stamp == 0 {
            for index in slots.indices { slots[index].stamp = 0 }
            stamp = 1
        }
        return insert(request.badv, .badv, request) && insert(request.bcat, .bcat, request)
            && insert(request.acat, .acat, request) && insert(request.bapp, .bapp, request)
    }

    private mutating func insert(
        _ texts: OpenRTB.List<Text>, _ list: List, _ request: borrowing BidRequest
    ) -> Bool {
        let mask = slots.count - 1
        entries: for position in 0..<texts.count {
            let text = request.element(position, of: texts)
            let hash = unsafe request.text.withBytes(text) { unsafe Fingerprint.of($0) }
            var index = Int(truncatingIfNeeded: hash ^ UInt64(list.rawValue)) & mask
            var probes = 0
            while slots[index].stamp == stamp {
                let slot = slots[index]
                if slot.hash == hash, slot.list == list.rawValue, request.text.equals(slot.text, text) {
                    continue entries
                }
                probes += 1
                if probes > Self.probesMax { return false }
                index = (index + 1) & mask
            }
            slots[index] = Slot(hash: hash, text: text, stamp: stamp, list: list.rawValue)
        }
        return true
    }
}
