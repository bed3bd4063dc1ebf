internal import Auction
internal import Documents
package import EventLog
internal import Events
internal import Meters
internal import NIOCore
internal import OpenRTB
package import Sealing
package import Units

/// What one event loop owns: its reader, its auction, its buffers, its counters and its view of the world.
///
/// Every method is called on that loop. The control side never reaches in: it posts a snapshot, the log posts how far
/// it is durable.
@safe
final class BidLoop {
    let meters: BidMeters
    let sheet: MeterSheet
    private(set) var snapshot = Snapshot.empty
    /// Whether connections are to be closed after their answer.
    var isDraining = false

    private let services: BidServices
    private let reader = BidRequestReader()
    private let auction: Auction
    private let opener: Sealer
    private let gzip = Gzip()
    private let ring: DecisionRing
    private var seeds: SeedGenerator
    /// The response at hand, and the same compressed.
    private(set) var response = ByteWriter(capacity: 16_384)
    private(set) var compressed = ByteWriter(capacity: 16_384)
    private var body: UnsafeMutableBufferPointer<UInt8>
    private var waiting = WaitingReplies()

    init(_ services: BidServices, index: Int) {
        self.services = services
        meters = services.meters
        sheet = MeterSheet(services.meters.plan)
        auction = Auction(
            ring: services.keys,
            visitorKey: services.visitorKey,
            time: services.time
        )
        opener = Sealer(ring: services.keys)
        ring = services.log.makeRing()
        seeds = SeedGenerator(root: services.seed, stream: UInt64(index))
        unsafe body = .allocate(capacity: Limits.bodyBytesMax + BidRequestReader.paddingBytes)
    }

    deinit { unsafe body.deallocate() }

    func use(_ snapshot: Snapshot) { self.snapshot = snapshot }

    func use(_ origin: Origin) { auction.use(origin) }

    var now: (Moment, Instant) { (services.time.moment(), services.time.instant()) }

    private func countPasses() {
        for index in auction.passes.indices where auction.passes[index] > 0 {
            sheet.add(meters.passes, index, by: auction.passes[index])
        }
        auction.forgetPasses()
    }

    // MARK: Bids

    /// Answers `POST /bid/{exchange}`.
    ///
    /// - Returns: the answer, and the moment by which it must have left, for counting.
    func bid(_ arrival: borrowing Arrival, exchange id: Substring) -> (Reply, due: Moment?) {
        sheet.add(meters.requests)
        guard let index = snapshot.exchange(id.utf8) else {
            return (.problem(.notFound, "there is no exchange “\(id)”"), nil)
        }
        let exchange = snapshot.exchanges[index]
        if let refusal = refusal(of: arrival, exchange) { return (refusal, nil) }
        let length: Int
        switch takeBody(arrival) {
        case .success(let count): length = count
        case .failure(let refusal): return (refusal.reply, nil)
        }
        do throws(ReadError) {
            unsafe try reader.read(UnsafeBufferPointer(rebasing: body[..<length]))
        } catch {
            if error == .notJSON(.tooLarge) { return (.problem(.contentTooLarge, "\(error)"), nil) }
            return (.problem(.badRequest, "\(error)"), nil)
        }
        return decide(arrival, exchange, at: index)
    }

    private func decide(_ arrival: borrowing Arrival, _ exchange: Exchange, at index: Int) -> (Reply, due: Moment?) {
        let document = exchange.document
        let tmax = reader.request.tmax ?? document.tmaxMillis
        let due = Deadline(Int64(tmax), millisAfter: arrival.moment).moment
        let reserve = document.reserveMillis ?? BidServices.defaultReserveMillis(tmax: tmax)
        let context = AuctionContext(
            snapshot: snapshot,
            exchange: index,
            instant: arrival.instant,
            seed: seeds.next(),
            deadline: Deadline(Int64(tmax - reserve), millisAfter: arrival.moment)
        )
        response.clear()
        // Without a log that takes records nothing may be bought.
        guard services.log.failure == nil else { return (silence(.notServing), due) }
        let outcome = auction.hold(reader.request, context, into: &response, record: { ring.push($0) })
        countPasses()
        switch outcome {
        case .bid(let count):
            sheet.add(meters.responses)
            sheet.add(meters.bids, by: UInt64(count))
            return (.bid, due)
        case .noBid(let reason):
            return (silence(reason), due)
        }
    }

    private func silence(_ reason: NoBidReason) -> Reply {
        sheet.add(meters.noBids, BidMeters.index(reason))
        return .noContent
    }

    private func refusal(of arrival: borrowing Arrival, _ exchange: Exchange) -> Reply? {
        let credentials = exchange.document.credentials
        if let bearer = credentials.bearer {
            let given = arrival.authorization.map { Array($0.utf8) } ?? []
            guard Digest.constantTimeEquals(Digest.sha256(given), Digest.sha256(Array("Bearer \(bearer)".utf8))) else {
                return .problem(.unauthorized, "wrong or missing credentials for this exchange")
            }
        }
        if !credentials.addresses.isEmpty, !credentials.addresses.contains(arrival.address ?? "") {
            return .problem(.unauthorized, "this address may not call for this exchange")
        }
        guard let type = arrival.contentType else { return nil }
        let media = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        if media == "application/json" { return nil }
        return .problem(.unsupportedMediaType, "Content-Type must be application/json, is \(media)")
    }

    private struct BodyRefusal: Error {
        let status: Status
        let detail: String

        var reply: Reply { .problem(status, detail) }
    }

    /// Puts the body, inflated where it is compressed, into the loop's buffer, behind which there is padding.
    private func takeBody(_ arrival: borrowing Arrival) -> Result<Int, BodyRefusal> {
        let tooLarge = BodyRefusal(
            status: .contentTooLarge,
            detail: "the body exceeds \(Limits.bodyBytesMax) bytes"
        )
        switch arrival.contentEncoding?.lowercased() {
        case nil, "", "identity":
            let count = arrival.body.readableBytes
            guard count <= Limits.bodyBytesMax else { return .failure(tooLarge) }
            unsafe arrival.body.withUnsafeReadableBytes { bytes in
                _ = unsafe UnsafeMutableRawBufferPointer(body).copyBytes(from: bytes)
            }
            return .success(count)
        case "gzip":
            let room = unsafe UnsafeMutableBufferPointer(rebasing: body[..<Limits.bodyBytesMax])
            let result: Result<Int, Gzip.Fault> = unsafe arrival.body.withUnsafeReadableBytes { bytes in
                do throws(Gzip.Fault) {
                    return unsafe .success(try gzip.inflate(bytes, into: room))
                } catch {
                    return .failure(error)
                }
            }
            switch result {
            case .success(let count): return .success(count)
            case .failure(.tooLarge): return .failure(tooLarge)
            case .failure(.malformed):
                return .failure(BodyRefusal(status: .badRequest, detail: "the body is no gzip stream"))
            }
        case .some(let other):
            return .failure(
                BodyRefusal(status: .unsupportedMediaType, detail: "Content-Encoding must be gzip or none, is \(other)")
            )
        }
    }

    /// Compresses the response at hand; false where that gains nothing.
    func compressResponse() -> Bool {
        response.count > 1024 && gzip.deflate(response, into: &compressed)
    }

    // MARK: Notices

    var desk: NoticeDesk { services.desk }

    /// Opens the token of a notice's path; nil for one that nobody here sealed, or that is for the other side.
    func open(_ token: Substring, _ purpose: Token.Purpose) -> Token? {
        guard token.utf8.count <= 8192, let opened = opener.open(token.utf8), let token = Token(opened: opened),
            token.purpose == purpose
        else { return nil }
        return token
    }

    func freshID() -> BidID { BidID(seed: seeds.next(), index: 0) }

    // MARK: Waiting for the log

    /// Keeps an answer back until the log has made a record durable.
    func whenDurable(_ sequence: UInt64, _ answer: @escaping (_ isDurable: Bool) -> Void) {
        if services.log.durableSequence >= sequence {
            answer(true)
        } else if services.log.failure != nil {
            answer(false)
        } else {
            waiting.append(sequence, answer)
        }
    }

    /// The log's word on how far it is durable, or that it failed.
    func logIsDurable(through sequence: UInt64, hasFailed: Bool) {
        for (answer, isDurable) in waiting.release(through: sequence, hasFailed: hasFailed) { answer(isDurable) }
    }

    var isReady: Bool { services.isReady() && !isDraining }
    var statusText: String { services.status() }
}

/// Answers that wait for their record, in the order of their records.
private struct WaitingReplies {
    private var replies: [(sequence: UInt64, answer: (Bool) -> Void)] = []

    mutating func append(_ sequence: UInt64, _ answer: @escaping (Bool) -> Void) { replies.append((sequence, answer)) }

    /// Takes out the answers that need wait no longer, for the caller to give: giving one may bring the next request
    /// of its connection, and with it another answer to wait here.
    mutating func release(through sequence: UInt64, hasFailed: Bool) -> [(answer: (Bool) -> Void, isDurable: Bool)] {
        // A repeat waits for an older record than those before it: so all are looked at, not only the first.
        var kept: [(sequence: UInt64, answer: (Bool) -> Void)] = []
        var ready: [(answer: (Bool) -> Void, isDurable: Bool)] = []
        for reply in replies {
            if reply.sequence <= sequence {
                ready.append((reply.answer, true))
            } else if hasFailed {
                ready.append((reply.answer, false))
            } else {
                kept.append(reply)
            }
        }
        replies = kept
        return ready
    }
}

/// What all loops share, handed over at start.
package struct BidServices: Sendable {
    package let log: EventLog
    package let desk: NoticeDesk
    package let keys: KeyRing
    package let visitorKey: [UInt8]
    package let time: any TimeSource
    package let seed: Seed
    package let meters: BidMeters
    /// Whether the service as a whole wants traffic.
    package let isReady: @Sendable () -> Bool
    /// JSON for `/status`.
    package let status: @Sendable () -> String

    package init(
        log: EventLog,
        desk: NoticeDesk,
        keys: KeyRing,
        visitorKey: [UInt8],
        time: any TimeSource,
        seed: Seed,
        meters: BidMeters,
        isReady: @escaping @Sendable () -> Bool,
        status: @escaping @Sendable () -> String
    ) {
        self.log = log
        self.desk = desk
        self.keys = keys
        self.visitorKey = visitorKey
        self.time = time
        self.seed = seed
        self.meters = meters
        self.isReady = isReady
        self.status = status
    }

    /// Milliseconds of `tmax` that are kept for the way back where an exchange names none: a fifth, at least 2 and at
    /// most 30, never more than half.
    static func defaultReserveMillis(tmax: Int32) -> Int32 {
        min(min(max(tmax / 5, 2), 30), tmax / 2)
    }
}
