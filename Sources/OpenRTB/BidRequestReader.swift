internal import CSimdJSON
internal import Units

/// Reads OpenRTB 2.5 and 2.6 bid requests, one after the other, into memory that it keeps.
///
/// One reader an event loop. Lenient at the edge, as real senders need it: numbers in strings, strings where lists
/// are due, numbers where ids are due, nulls and empty strings for absent. Of a key that appears twice, the first
/// counts. Unknown fields and values are passed over.
///
/// - Complexity: one parse by simdjson and one walk of its tape. Allocates nothing once its pools have grown.
/// - Source: OpenRTB 2.6, 3.2; for fields that moved, the 2.6 place first and then the older ones.
public final class BidRequestReader {
    /// The request read last.
    public internal(set) var request: BidRequest

    /// Bytes that must be readable behind a body; their values do not matter.
    public static let paddingBytes = vendue_json_padding()

    let tape: Tape
    let nativeTape: Tape
    let buffer: TextBuffer

    public init() {
        tape = Tape(
            bytesMax: Limits.bodyBytesMax, depthMax: Limits.depthMax, sideBytes: Limits.sideBytes,
            suppliedBytes: Limits.suppliedBytes)
        nativeTape = Tape(bytesMax: Limits.nativeBytesMax, depthMax: Limits.depthMax, sideBytes: 0)
        buffer = unsafe TextBuffer(base: tape.strings)
        request = BidRequest(text: buffer)
    }

    /// Reads a request; what it holds stays valid until the next call.
    ///
    /// - Parameter body: `paddingBytes` more must be readable behind it.
    public func read(_ body: UnsafeBufferPointer<UInt8>) throws(ReadError) {
        if let fault = unsafe tape.parse(body) { throw .notJSON(fault) }
        guard tape.kind(1) == .object else { throw .wrongType(.root) }
        try fill(&request)
    }

    /// Reads a request from an array: for tests and tools, which hold no padded buffer.
    public func read(copying body: [UInt8]) throws(ReadError) {
        var padded = body
        padded.append(contentsOf: repeatElement(0, count: Self.paddingBytes))
        let result: Result<Void, ReadError> = unsafe padded.withUnsafeBufferPointer { bytes in
            do throws(ReadError) {
                unsafe try read(UnsafeBufferPointer(rebasing: bytes[..<body.count]))
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private func fill(_ request: inout BidRequest) throws(ReadError) {
        request.clear()
        var seen = Seen()
        var imps: TapeIndex?
        var oldSchain: TapeIndex?
        var members = Members(of: 1, on: tape)
        while let (name, value) = members.next() {
            if tape.kind(value) == .null { continue }
            switch name {
            case "id": first(&request.id, text(value))
            case "imp": if imps == nil { imps = value }
            case "site": try readInventory(.site, value, into: &request)
            case "app": try readInventory(.app, value, into: &request)
            case "dooh": try readInventory(.dooh, value, into: &request)
            case "device": if seen.first(.device) { readDevice(value, into: &request) }
            case "user": if seen.first(.user) { try readUser(value, into: &request) }
            case "regs": if seen.first(.regs) { try readRegs(value, into: &request) }
            case "source": if seen.first(.source) { readSource(value, into: &request) }
            case "test": if seen.first(.test) { request.test = flag(value) ?? false }
            case "at": if seen.first(.at) { request.at = integer(value) ?? 2 }
            case "tmax": if request.tmax == nil { request.tmax = tmax(value) }
            case "wseat": if seen.first(.wseat) { request.wseat = try texts(value, into: &request) }
            case "bseat": if seen.first(.bseat) { request.bseat = try texts(value, into: &request) }
            case "allimps": if seen.first(.allimps) { request.allimps = flag(value) ?? false }
            case "cur": if seen.first(.cur) { request.cur = try texts(value, into: &request) }
            case "wlang": if seen.first(.wlang) { request.wlang = try texts(value, .lower, into: &request) }
            case "wlangb": if seen.first(.wlangb) { request.wlangb = try texts(value, .lower, into: &request) }
            case "acat": if seen.first(.acat) { request.acat = try texts(value, into: &request) }
            case "bcat": if seen.first(.bcat) { request.bcat = try texts(value, into: &request) }
            case "cattax": if seen.first(.cattax) { request.cattax = integer(value) ?? 1 }
            case "badv": if seen.first(.badv) { request.badv = try texts(value, .lower, into: &request) }
            case "bapp": if seen.first(.bapp) { request.bapp = try texts(value, into: &request) }
            case "ext": if oldSchain == nil { oldSchain = member("schain", of: value) }
            default: break
            }
        }
        if let oldSchain, request.source.complete == nil { readSchain(oldSchain, into: &request) }
        guard !request.id.isEmpty else { throw .missing(.id) }
        guard request.id.count <= Limits.idBytesMax else { throw .tooLong(.id) }
        guard let imps else { throw .missing(.imp) }
        guard tape.kind(imps) == .array else { throw .wrongType(.imp) }
        try readImps(imps, into: &request)
    }

    private func tmax(_ value: TapeIndex) -> Int32? {
        guard let millis = integer(value), millis > 0, millis <= Limits.tmaxMillisMax else { return nil }
        return millis
    }
}

/// Which members of the root have been read: of a key that appears twice, the first counts.
private struct Seen {
    enum Member: UInt32 {
        case device, user, regs, source, test, at, wseat, bseat, allimps, cur, wlang, wlangb, acat, bcat, cattax
        case badv, bapp
    }

    private var bits: UInt32 = 0

    mutating func first(_ member: Member) -> Bool {
        let bit = 1 << member.rawValue as UInt32
        defer { bits |= bit }
        return bits & bit == 0
    }
}
