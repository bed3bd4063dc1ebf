import Auction
import Audience
import Consent
import EventLog
import Events
import Foundation
import HTTP1
import IPSignals
import Ledger
import Meters
import OpenRTB
import Sealing
import Synchronization
import Targeting
import Units

@testable import BidPlane

/// What the logic answered, before any framing.
struct Answer: Equatable {
    let status: Int
    var body = ""
    var location: String?
    /// The values of `Set-Cookie`.
    var cookies: [String] = []
    /// The record that the answer waits for.
    var sequence: UInt64?
}

/// One event loop's logic without an event loop: requests in, answers out, no sockets.
final class LoopKit {
    let time = ManualTime()
    let directory: ScratchDirectory
    let ledger = BudgetLedger()
    let log: EventLog
    let loop: BidLoop
    let readiness = Readiness()

    init(
        storage: (any LogStorage)? = nil, startsLog: Bool = true, audience: RecordingIntake? = nil,
        consent: @escaping @Sendable (ConsentFields) -> ConsentMode = { _ in .full },
        origin: String = "http://bid.example", trustedProxies: [String] = [], room: DiskRoom.Limits = .none
    ) throws {
        directory = try ScratchDirectory()
        log = try EventLog(
            storage: try storage ?? DirectoryStorage(path: directory.path),
            durability: .processCrash,
            time: time,
            room: room,
            replay: { _, _ in }
        )
        let readiness = readiness
        loop = BidLoop(
            BidServices(
                log: log,
                desk: NoticeDesk(log: log, register: NoticeRegister()),
                keys: World.ring,
                visitorKey: [UInt8](repeating: 1, count: 32),
                time: time,
                seed: Seed(high: 1, low: 2),
                meters: BidMeters(),
                audience: audience,
                decideConsent: consent,
                trustedProxies: TrustedProxies(trustedProxies.compactMap { AddressRange($0) }),
                isReady: { readiness.isReady },
                status: { "{\"up\":true}\n" }
            ),
            index: 0
        )
        loop.use(try World.snapshot(ledger))
        loop.use(Origin(origin))
        loop.use(World.sources)
        if startsLog { log.start() }
    }

    deinit { log.stop() }

    /// Whether the service as a whole wants traffic.
    final class Readiness: Sendable {
        private let flag = Atomic<Bool>(true)

        var isReady: Bool {
            get { flag.load(ordering: .relaxed) }
            set { flag.store(newValue, ordering: .relaxed) }
        }
    }

    /// Reads a request's bytes as the front does, and has it answered.
    ///
    /// - Parameters:
    ///   - age: milliseconds that it has been waiting unread.
    func ask(
        _ method: String,
        _ target: String,
        _ body: [UInt8] = [],
        headers: [String: String?] = [:],
        address: String? = nil,
        age: Int64 = 0
    ) -> Answer {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: bid.example", "Content-Length: \(body.count)"]
        for (name, value) in headers { if let value { lines.append("\(name): \(value)") } }
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
        return unsafe bytes.withUnsafeBytes { bytes in
            var request = RequestReader()
            switch unsafe request.advance(bytes) {
            case .complete(let body, _):
                let now = time.moment()
                let arrival = unsafe Arrival(
                    bytes,
                    request.head,
                    body: body.bytes(of: bytes),
                    address: address,
                    moment: Moment(nanos: now.nanos - age * 1_000_000),
                    readMoment: now,
                    instant: time.instant()
                )
                return answer(loop.answer(arrival).0)
            case .refused(let refusal): return Answer(status: refusal.status.rawValue)
            case .needsMore, .chunk: return Answer(status: 0)
            }
        }
    }

    func post(
        _ body: String, to exchange: String = "adx", headers: [String: String?] = [:], address: String? = nil
    )
        -> Answer
    {
        ask("POST", "/bid/\(exchange)", Array(body.utf8), headers: headers, address: address)
    }

    private func answer(_ reply: Reply) -> Answer {
        switch reply {
        case .bid: return Answer(status: 200, body: String(decoding: loop.response.array(), as: UTF8.self))
        case .noContent: return Answer(status: 204)
        case .pixel: return Answer(status: 200, body: "pixel")
        case .redirect(let target): return Answer(status: 302, location: target)
        case .settingCookies(let cookies, let inner):
            var answer = answer(inner)
            answer.cookies = cookies
            return answer
        case .pending(let pending):
            loop.takeOutcomes()
            var known = Answer(status: 0)
            pending.whenKnown { known = self.answer($0) }
            return known
        case .methodNotAllowed: return Answer(status: 405)
        case .text(let status, let body, _): return Answer(status: status.rawValue, body: body)
        case .afterDurable(let sequence, let inner):
            var answer = answer(inner)
            answer.sequence = sequence
            return answer
        }
    }

    func events() throws -> [Event] { try log.events(in: directory) }

    func count(_ reason: NoBidReason) -> UInt64 { loop.sheet.value(loop.meters.noBids, BidMeters.index(reason)) }

    func count(_ kind: EventKind, _ outcome: BidMeters.NoticeOutcome) -> UInt64 {
        loop.sheet.value(loop.meters.notices[Int(kind.rawValue) - 1], BidMeters.index(outcome))
    }
}

/// A bid that an exchange holds, and the URLs in it.
struct HeldBid {
    private let bid: [String: Any]

    /// - Parameter response: the body of an answer to a bid request.
    init(_ response: String) throws {
        let root = try JSONSerialization.jsonObject(with: Data(response.utf8)) as? [String: Any]
        let seat = (root?["seatbid"] as? [[String: Any]])?.first
        guard let bid = (seat?["bid"] as? [[String: Any]])?.first else { throw Unexpected.noAnswer }
        self.bid = bid
    }

    /// Path and query of `nurl`, `burl` or `lurl`, or of `click` or `imp` in the markup, its macros filled in.
    func target(_ name: String, _ macros: [String: String] = [:]) throws -> String {
        var url = bid[name] as? String
        if url == nil, let markup = bid["adm"] as? String,
            let start = markup.firstRange(of: "http://bid.example/\(name)/")
        {
            url = String(markup[start.lowerBound...].prefix { $0 != "\"" })
        }
        guard var text = url, text.hasPrefix("http://bid.example") else { throw Unexpected.noToken }
        for (macro, value) in macros { text = text.replacing("${\(macro)}", with: value) }
        return String(text.dropFirst("http://bid.example".count))
    }
}
