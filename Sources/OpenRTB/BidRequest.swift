internal import Units

/// One OpenRTB bid request, read and normalised: 2.5 and 2.6 look the same here.
///
/// Fields bear OpenRTB's names. Absent numbers are nil, absent strings empty, absent lists empty; what OpenRTB gives
/// a default has it. Strings are places in the parser's buffer (``Text``), lists are runs in this value's pools
/// (``List``), so that reading allocates nothing once the pools have grown to the traffic.
///
/// Owned by a ``BidRequestReader`` and overwritten by its next read.
///
/// - Source: OpenRTB 2.6, section 3.2.
public struct BidRequest: ~Copyable {
    public internal(set) var id = Text.absent
    public internal(set) var site = SiteOrApp()
    public internal(set) var device = Device()
    public internal(set) var user = User()
    public internal(set) var source = Source()
    public internal(set) var regs = Regs()
    /// Test mode: not billable.
    public internal(set) var test = false
    /// 1 first price, 2 second price plus, 500 and above the exchange's own.
    public internal(set) var at: Int32 = 2
    /// Milliseconds that the exchange allows in all; nil where absent or absurd.
    public internal(set) var tmax: Int32?
    public internal(set) var wseat = List<Text>.empty
    public internal(set) var bseat = List<Text>.empty
    public internal(set) var allimps = false
    public internal(set) var cur = List<Text>.empty
    public internal(set) var wlang = List<Text>.empty
    public internal(set) var wlangb = List<Text>.empty
    public internal(set) var acat = List<Text>.empty
    public internal(set) var bcat = List<Text>.empty
    /// Taxonomy of `bcat` and `acat`.
    public internal(set) var cattax: Int32 = 1
    /// In lower case.
    public internal(set) var badv = List<Text>.empty
    public internal(set) var bapp = List<Text>.empty
    /// The impressions that could be read, in the request's order.
    public internal(set) var imps: [Imp] = []
    /// Impressions left out because of their shape or ``Limits/impsMax``.
    public internal(set) var impsSkipped = 0

    /// The bytes behind every ``Text``.
    public let text: TextBuffer

    var texts: [Text] = []
    var integers: [Int32] = []
    var formats: [Format] = []
    var deals: [Deal] = []
    var durFloors: [DurFloor] = []
    var nativeAssets: [NativeAsset] = []
    var nativeTrackers: [NativeEventTracker] = []
    var segments: [Segment] = []
    var eids: [EID] = []
    var nodes: [SupplyChainNode] = []

    init(text: TextBuffer) { self.text = text }
}

extension BidRequest {
    /// Whether any text of the list is exactly these bytes.
    public func contains(_ list: List<Text>, _ bytes: borrowing [UInt8]) -> Bool {
        for index in list.indices where text.equals(texts[index], bytes) { return true }
        return false
    }

    /// Whether any text of the list satisfies `condition`.
    @inline(__always)
    public func contains(_ list: List<Text>, where condition: (Text) -> Bool) -> Bool {
        for index in list.indices where condition(texts[index]) { return true }
        return false
    }

    /// Whether the number is in the list.
    public func contains(_ list: List<Int32>, _ value: Int32) -> Bool {
        for index in list.indices where integers[index] == value { return true }
        return false
    }

    public func element(_ index: Int, of list: List<Text>) -> Text { texts[list.indices.lowerBound + index] }
    public func element(_ index: Int, of list: List<Int32>) -> Int32 { integers[list.indices.lowerBound + index] }
    public func element(_ index: Int, of list: List<Format>) -> Format { formats[list.indices.lowerBound + index] }
    public func element(_ index: Int, of list: List<Deal>) -> Deal { deals[list.indices.lowerBound + index] }
    public func element(_ index: Int, of list: List<DurFloor>) -> DurFloor {
        durFloors[list.indices.lowerBound + index]
    }
    public func element(_ index: Int, of list: List<NativeAsset>) -> NativeAsset {
        nativeAssets[list.indices.lowerBound + index]
    }
    public func element(_ index: Int, of list: List<NativeEventTracker>) -> NativeEventTracker {
        nativeTrackers[list.indices.lowerBound + index]
    }
    public func element(_ index: Int, of list: List<Segment>) -> Segment { segments[list.indices.lowerBound + index] }
    public func element(_ index: Int, of list: List<EID>) -> EID { eids[list.indices.lowerBound + index] }
    public func element(_ index: Int, of list: List<SupplyChainNode>) -> SupplyChainNode {
        nodes[list.indices.lowerBound + index]
    }

    /// Forgets the previous request and keeps the memory.
    mutating func clear() {
        id = .absent
        site = SiteOrApp()
        device = Device()
        user = User()
        source = Source()
        regs = Regs()
        test = false
        at = 2
        tmax = nil
        wseat = .empty
        bseat = .empty
        allimps = false
        cur = .empty
        wlang = .empty
        wlangb = .empty
        acat = .empty
        bcat = .empty
        cattax = 1
        badv = .empty
        bapp = .empty
        impsSkipped = 0
        imps.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
        integers.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
        deals.removeAll(keepingCapacity: true)
        durFloors.removeAll(keepingCapacity: true)
        nativeAssets.removeAll(keepingCapacity: true)
        nativeTrackers.removeAll(keepingCapacity: true)
        segments.removeAll(keepingCapacity: true)
        eids.removeAll(keepingCapacity: true)
        nodes.removeAll(keepingCapacity: true)
    }
}
