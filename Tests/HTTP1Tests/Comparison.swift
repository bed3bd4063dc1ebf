import HTTP1
import NIOHTTP1

/// How our reader and NIO's decoder compare over the bytes of one connection.
///
/// To hold: where both accept a request they agree on it and on where the next begins, and where NIO refuses, so do we,
/// but for what an ``Excuse`` explains. Where only NIO accepts, a ``StricterRule`` must apply to what NIO read.
struct Comparison {
    enum Verdict: Equatable {
        /// Every request is the same to both, and both wait for more or have come to the last.
        case bothAccept
        case bothRefuse
        case onlyNIOAccepts(Refusal)
        /// What must not be.
        case disagreement(String)
    }

    let bytes: [UInt8]
    let ours: Reading
    private let theirs: NIOReading
    /// Requests that both accepted and agree on.
    private(set) var agreed = 0
    /// Requests that NIO would keep the connection open after, though they ask to close it as well as to keep it.
    private(set) var contradictions = 0
    private(set) var excuses: [Excuse] = []
    private(set) var verdict = Verdict.bothAccept

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        ours = Reading(bytes)
        theirs = NIOReading(bytes)
        verdict = compare()
        if !endsAreWhereWeSay() { verdict = .disagreement("a request ends elsewhere") }
    }

    private mutating func compare() -> Verdict {
        while agreed < ours.requests.count {
            if let verdict = compareRequest() { return verdict }
        }
        if case .refused(let refusal) = ours.ending { return verdict(on: refusal) }
        if theirs.complete(agreed) != nil { return excused(else: "complete to NIO, not to us") }
        guard let error = theirs.error else { return .bothAccept }
        // NIO looks at each byte as it comes, we at whole lines.
        if case .refused = Reading(bytes + [0x0D, 0x0A]).ending { return .bothRefuse }
        return excused(else: "only NIO refuses: \(error)")
    }

    /// The next request that we accept; nil when the one behind it is to be compared too.
    private mutating func compareRequest() -> Verdict? {
        let mine = ours.requests[agreed]
        guard let its = theirs.complete(agreed) else {
            return excused(else: theirs.error.map { "only NIO refuses: \($0)" } ?? "complete to us, not to NIO")
        }
        if its.head.method == .CONNECT { return excused(else: "CONNECT") }
        if let difference = mine.difference(from: its) { return excused(else: "\(difference) differs") }
        agreed += 1
        if !mine.keepsAlive, its.head.isKeepAlive { contradictions += 1 }
        return !mine.keepsAlive || its.isUpgrade ? .bothAccept : nil
    }

    private mutating func verdict(on refusal: Refusal) -> Verdict {
        var its = theirs
        if its.requests.count <= agreed, its.error == nil {
            // NIO reads on: the header comes to its end, to see what it makes of it.
            its = NIOReading(bytes + [0x0D, 0x0A, 0x0D, 0x0A])
        }
        if its.error != nil, its.complete(agreed) == nil { return .bothRefuse }
        let request = its.requests.dropFirst(agreed).first
        guard StricterRule.applies(refusal, to: request, from(agreed)) else {
            return excused(else: "only we refuse: \(refusal)")
        }
        return .onlyNIOAccepts(refusal)
    }

    /// The verdict on the same bytes without what an excuse explains: of each alone, then of all together.
    private mutating func excused(else fault: String) -> Verdict {
        for excuses in Excuse.allCases.map({ [$0] }) + [Excuse.allCases] {
            guard let lifted = lifting(excuses) else { continue }
            let comparison = Comparison(lifted)
            if case .disagreement = comparison.verdict { continue }
            self.excuses += excuses + comparison.excuses
            return comparison.verdict
        }
        return .disagreement(fault)
    }

    /// The bytes with excuses lifted from the request at hand, and from the one before, whose trailer NIO remembers;
    /// nil if that leaves them as they are.
    private func lifting(_ excuses: [Excuse]) -> [UInt8]? {
        let ends = [0] + ours.requests.map(\.end)
        var lifted = Array(bytes[..<ends[max(0, agreed - 1)]])
        for index in max(0, agreed - 1)...agreed {
            let isComplete = index < ours.requests.count
            var request = Array(bytes[ends[index]..<(isComplete ? ends[index + 1] : bytes.count)])
            let isChunked = isComplete ? ours.requests[index].isChunked : ours.isWithinChunked
            for excuse in excuses { request = excuse.lifted(from: request[...], isChunked: isChunked) }
            lifted += request
        }
        if agreed < ours.requests.count { lifted += bytes[ends[agreed + 1]...] }
        return lifted == bytes ? nil : lifted
    }

    /// What comes behind so many requests.
    private func from(_ count: Int) -> ArraySlice<UInt8> { bytes[(count == 0 ? 0 : ours.requests[count - 1].end)...] }

    /// Whether NIO too takes each request as complete with its last byte, and not with the one before.
    private func endsAreWhereWeSay() -> Bool {
        guard agreed > 0 else { return true }
        let ends = ours.requests[..<agreed].map(\.end)
        let counts = NIOReading(bytes, cuts: ends.flatMap { [$0 - 1, $0] }).completeAfterPiece
        return Array(counts.prefix(2 * agreed)) == (0..<agreed).flatMap { [$0, $0 + 1] }
    }
}

extension Reading.Request {
    /// The part of a request that the two read in different ways, if there is one.
    fileprivate func difference(from its: NIOReading.Request) -> String? {
        let head = its.head
        if method != Self.method(head.method) { return "method" }
        if target != Self.pathAndQuery(head.uri) { return "target" }
        if isHTTP10 != (head.version == .http1_0) { return "version" }
        if keepsAlive != Self.keepsAlive(head) { return "keep-alive" }
        if body != its.body { return "body" }
        // Of repeated fields the first.
        let first = { (name: String) in head.headers[name].first.map(\.trimmed) ?? "" }
        if host != first("host") { return "Host" }
        if contentType != first("content-type") { return "Content-Type" }
        if contentEncoding != first("content-encoding") { return "Content-Encoding" }
        if authorization != first("authorization") { return "Authorization" }
        return nil
    }

    private static func method(_ method: HTTPMethod) -> RequestHead.Method {
        switch method {
        case .GET: .get
        case .POST: .post
        case .HEAD: .head
        default: .other
        }
    }

    /// What stands behind scheme and authority, where there are any.
    private static func pathAndQuery(_ uri: String) -> Substring {
        guard !uri.hasPrefix("/"), let scheme = uri.firstRange(of: "://") else { return uri[...] }
        return uri[scheme.upperBound...].drop { $0 != "/" }
    }

    /// NIO's answer, but `close` outweighs `keep-alive` where both are said.
    ///
    /// - Source: RFC 9112, section 9.3.
    private static func keepsAlive(_ head: HTTPRequestHead) -> Bool {
        let words = head.headers["connection"].flatMap { $0.split(separator: ",") }.map { $0.trimmed.lowercased() }
        return head.isKeepAlive && !(words.contains("close") && words.contains("keep-alive"))
    }
}

extension StringProtocol {
    /// Without spaces and tabs at its ends.
    var trimmed: String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        return String(String(drop(while: isBlank).reversed()).drop(while: isBlank).reversed())
    }
}
