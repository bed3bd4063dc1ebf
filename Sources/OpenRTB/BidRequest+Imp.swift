public import Units

/// One impression on offer. - Source: OpenRTB 2.6, 3.2.4.
public struct Imp: BitwiseCopyable, Sendable {
    public var id = Text.absent
    /// The formats offered; each is nil where not.
    public var banner: Banner?
    public var video: VideoOrAudio?
    public var audio: VideoOrAudio?
    public var native: Native?
    public var privateAuction = false
    public var deals = List<Deal>.empty
    public var instl = false
    public var tagid = Text.absent
    /// The least price; nil where it was absurdly high, which no bid can satisfy.
    public var bidfloor: CPM? = .zero
    /// nil where the code is not three letters.
    public var bidfloorcur: Currency? = .usd
    /// Every URL must be https.
    public var secure = false
    public var rwdd = false
    /// Seconds that may pass between auction and impression.
    public var exp: Int32?
    public var qty = Quantity.one

    public init() {}
}

/// A banner slot. - Source: OpenRTB 2.6, 3.2.6.
public struct Banner: BitwiseCopyable, Sendable {
    /// `format`, or `w` and `h` as its only entry.
    public var format = List<Format>.empty
    public var btype = List<Int32>.empty
    public var battr = List<Int32>.empty
    public var pos: Int32?
    /// In lower case.
    public var mimes = List<Text>.empty
    public var expdir = List<Int32>.empty
    public var api = List<Int32>.empty

    public init() {}
}

/// An accepted size. - Source: OpenRTB 2.6, 3.2.10.
public struct Format: BitwiseCopyable, Sendable {
    /// Exact size in device-independent pixels, 0 where the entry is a ratio.
    public var w: Int32 = 0
    public var h: Int32 = 0
    public var wratio: Int32 = 0
    public var hratio: Int32 = 0
    public var wmin: Int32 = 0

    public init() {}
}

/// A video or audio slot; the fields of one alone are absent in the other. - Source: OpenRTB 2.6, 3.2.7 and 3.2.8.
public struct VideoOrAudio: BitwiseCopyable, Sendable {
    /// In lower case; empty where the sender left out this required list, which is read as "any".
    public var mimes = List<Text>.empty
    /// Seconds.
    public var minduration: Int32 = 0
    public var maxduration: Int32?
    public var rqddurs = List<Int32>.empty
    public var startdelay: Int32?
    public var maxseq: Int32?
    public var poddur: Int32?
    public var podid = Text.absent
    public var slotinpod: Int32 = 0
    public var mincpmpersec: CPM?
    public var durfloors = List<DurFloor>.empty
    public var protocols = List<Int32>.empty
    public var battr = List<Int32>.empty
    public var api = List<Int32>.empty
    /// Seconds beyond `maxduration`: -1 without limit.
    public var maxextended: Int32 = 0
    /// Kilobits a second.
    public var minbitrate: Int32?
    public var maxbitrate: Int32?
    public var delivery = List<Int32>.empty
    public var w: Int32?
    public var h: Int32?
    public var plcmt: Int32?
    public var linearity: Int32?
    public var skip: Bool?
    public var pos: Int32?
    public var feed: Int32?

    public init() {}
}

/// A floor for a range of durations. - Source: OpenRTB 2.6, 3.2.35.
public struct DurFloor: BitwiseCopyable, Sendable {
    /// Seconds, nil for open-ended.
    public var mindur: Int32?
    public var maxdur: Int32?
    /// nil where it was absurdly high.
    public var bidfloor: CPM? = .zero

    public init() {}
}

/// A private deal. - Source: OpenRTB 2.6, 3.2.12.
public struct Deal: BitwiseCopyable, Sendable {
    public var id = Text.absent
    public var bidfloor: CPM? = .zero
    /// Not inherited from the impression.
    public var bidfloorcur: Currency? = .usd
    /// 3: `bidfloor` is the agreed price. nil: as the request.
    public var at: Int32?
    public var wseat = List<Text>.empty
    /// In lower case.
    public var wadomain = List<Text>.empty
    public var guar = false
    public var mincpmpersec: CPM?
    public var durfloors = List<DurFloor>.empty

    public init() {}
}

/// A native slot, its inner request read. - Source: OpenRTB 2.6, 3.2.9 and Native 1.2, section 4.
public struct Native: BitwiseCopyable, Sendable {
    /// Whether the answer's root is wrapped in `{"native":…}`, as version 1.0 wants it.
    public var wrapped = false
    public var context: Int32?
    public var plcmttype: Int32?
    public var assets = List<NativeAsset>.empty
    /// Where a field of ours stands for what is offered more than once, all of them.
    public var eventtrackers = List<NativeEventTracker>.empty
    public var privacy = false
    public var battr = List<Int32>.empty
    public var api = List<Int32>.empty

    public init() {}
}

/// An asset that a native slot asks for. - Source: Native 1.2, section 4.2.
public struct NativeAsset: BitwiseCopyable, Sendable {
    public enum Kind: UInt8, BitwiseCopyable, Sendable {
        case title
        case img
        case video
        case data
        /// None of the four; answerable only by leaving it out.
        case unknown
    }

    public var id: Int32 = 0
    public var required = false
    public var kind = Kind.unknown
    /// Image type (1 icon, 3 main) or data type.
    public var type: Int32 = 0
    /// Greatest length of a title or data text in characters; 0 for any.
    public var len: Int32 = 0
    public var w: Int32 = 0
    public var h: Int32 = 0
    public var wmin: Int32 = 0
    public var hmin: Int32 = 0
    /// Accepted types of an image or video; empty for any.
    public var mimes: MediaTypes = []
    /// Seconds of a video; 0 for any.
    public var minduration: Int32 = 0
    public var maxduration: Int32 = 0
    /// VAST versions of a video, a bit each by the protocol's number; 0 for any.
    public var protocols: UInt32 = 0

    public init() {}
}

/// An event that the seller lets a native ad track. - Source: Native 1.2, section 4.7.
public struct NativeEventTracker: BitwiseCopyable, Sendable {
    /// 1 is the impression.
    public var event: Int32 = 0
    /// Image pixels are accepted.
    public var image = false
    /// Scripts are accepted.
    public var js = false

    public init() {}
}
