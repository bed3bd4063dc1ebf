internal import Auction
internal import Audience
internal import Consent
internal import Documents
internal import EventLog
internal import Events
internal import HTTP1
internal import IPSignals
internal import Meters
internal import NIOCore
internal import OpenRTB
internal import Sealing
internal import Targeting
internal import Units

/// What one event loop owns: its reader, its auction, its buffers, its counters and its view of the world.
///
/// Every method is called on that loop. The control side never reaches in: it posts a snapshot, the log posts how far
/// it is durable.
@safe
final class BidLoop {
    let meters: BidMeters
    let sheet: MeterSheet
    var tallies: PassTallies { auction.tallies }
    private(set) var snapshot = Snapshot.empty
    /// Whether connections are to be closed after their answer.
    var isDraining = false
    private(set) var pace = LoopPace()
    /// The time of the second at hand, for the `Date` of answers.
    private(set) var dateText: [UInt8] = []
    private var dateSecond: Int64 = .min
    /// Whether browsers reach this service by https.
    private(set) var isSecure = false
    /// Who may send events.
    private(set) var sources = EventSources()
    /// What became of submissions, on its way from other threads.
    let outcomes = OutcomeInbox()
    private var submitted: [UInt64: PendingReply] = [:]
    private var submissions: UInt64 = 0

    let services: BidServices
    private let reader = BidRequestReader()
    private let auction: Auction
    private let opener: Sealer
    private let gzip = Gzip()
    private let ring: DecisionRing
    private var seeds: SeedGenerator
    /// The response at hand, and the same compressed.
    private(set) var response = ByteWriter(capacity: 16_384)
    private(set) var compressed = ByteWriter(capacity: 16_384)
    private(set) var body: UnsafeMutableBufferPointer<UInt8>
    private var waiting = WaitingReplies()

    /// - Parameter ringBytes: room for decision records, a power of two.
    init(_ services: BidServices, index: Int, ringBytes: Int = 1 << 22) {
        self.services = services
        meters = services.meters
        sheet = MeterSheet(services.meters.plan)
        auction = Auction(
            ring: services.keys,
            visitorKey: services.visitorKey,
            time: services.time,
            consent: services.consent,
            audience: services.tables
        )
        auction.run = services.log.run
        opener = Sealer(ring: services.keys)
        ring = services.log.makeRing(capacity: ringBytes)
        seeds = SeedGenerator(root: services.seed, stream: UInt64(index))
        // What the front lets through must fit into what is read.
        precondition(HTTPLimits.bodyBytesMax <= Limits.bodyBytesMax)
        unsafe body = .allocate(capacity: Limits.bodyBytesMax + BidRequestReader.paddingBytes)
    }

    deinit { unsafe body.deallocate() }

    /// A snapshot that was overtaken on its way is dropped.
    func use(_ snapshot: Snapshot) {
        if snapshot.sequence >= self.snapshot.sequence { self.snapshot = snapshot }
    }

    func use(_ origin: Origin) {
        auction.use(origin)
        isSecure = origin.isSecure
    }

    func use(_ sources: EventSources) { self.sources = sources }

    var now: (Moment, Instant) { (services.time.moment(), services.time.instant()) }

    /// Tells that bytes have come: the first of a turn takes its time, and has its end told.
    func reads(on eventLoop: any EventLoop) {
        let (now, instant) = now
        guard pace.read(at: now) else { return }
        tell(instant)
        // Tasks run when all connections that had bytes have been served.
        eventLoop.assumeIsolated().execute { [self] in pace.endTurn(at: services.time.moment()) }
    }

    /// Does work that was not a read, whose time counts for what is read next.
    func work(_ body: (Moment) -> Void) {
        let (start, instant) = now
        tell(instant)
        body(start)
        pace.worked(from: start, until: services.time.moment())
    }

    private func tell(_ instant: Instant) {
        let second = instant.micros / 1_000_000
        guard second != dateSecond else { return }
        dateSecond = second
        dateText = Array(HTTPDate.text(instant).utf8)
    }

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
    func bid(_ arrival: borrowing Arrival, exchange id: Slice) -> (Reply, due: Moment?) {
        sheet.add(meters.requests)
        guard let index = unsafe arrival.withBytes(id, { unsafe snapshot.exchange($0) }) else {
            return (.problem(.notFound, "there is no exchange “\(arrival.text(id))”"), nil)
        }
        let exchange = snapshot.exchanges[index]
        if let refusal = refusal(of: arrival, exchange) { return (refusal, nil) }
        if let due = overdue(arrival, exchange) { return (silence(.overload), due) }
        do throws(BodyRefusal) {
            try readBody(arrival)
        } catch {
            return (.problem(error.status, error.detail), nil)
        }
        return decide(arrival, exchange, at: index)
    }

    /// Whether a request has waited for so long that deciding it would be answering late: before it is read, by the
    /// time that its exchange is registered with.
    ///
    /// - Returns: when its answer is due, if so.
    private func overdue(_ arrival: borrowing Arrival, _ exchange: Exchange) -> Moment? {
        let document = exchange.document
        let tmax = document.tmaxMillis
        let reserve = document.reserveMillis ?? BidServices.defaultReserveMillis(tmax: tmax)
        guard Deadline(Int64(tmax - reserve), millisAfter: arrival.moment).hasPassed(at: arrival.readMoment) else {
            return nil
        }
        return Deadline(Int64(tmax), millisAfter: arrival.moment).moment
    }

    private func decide(_ arrival: borrowing Arrival, _ exchange: Exchange, at index: Int) -> (Reply, due: Moment?) {
        auction.locate(reader, by: snapshot, at: arrival.instant)
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
        guard services.log.takesBids else { return (silence(.notServing), due) }
        guard services.log.room.isAmple else { return (silence(.disk), due) }
        let outcome = auction.hold(reader.request, context, into: &response, record: { ring.stage($0) })
        countPasses()
        switch outcome {
        case .bid(let count):
            ring.commit()
            hurryLog()
            sheet.add(meters.responses)
            sheet.add(meters.bids, by: UInt64(count))
            return (.bid, due)
        case .noBid(let reason):
            ring.discard()
            hurryLog()
            return (silence(reason), due)
        }
    }

    /// Has the log take what is in the rings, where a budget waits for it.
    private func hurryLog() {
        guard auction.waitsForLog else { return }
        auction.waitsForLog = false
        services.log.hurry()
    }

    private func silence(_ reason: NoBidReason) -> Reply {
        sheet.add(meters.noBids, BidMeters.index(reason))
        return .noContent
    }

    private func refusal(of arrival: borrowing Arrival, _ exchange: Exchange) -> Reply? {
        if let wanted = exchange.authorization {
            let isRight = unsafe arrival.withBytes(arrival.head.authorization) { given in
                unsafe Digest.constantTimeEquals(given, wanted)
            }
            guard isRight else {
                return .problem(.unauthorized, "wrong or missing credentials for this exchange")
            }
        }
        if !exchange.addresses.isEmpty, client(of: arrival).map({ exchange.addresses.contains($0) }) != true {
            return .problem(.unauthorized, "this address may not call for this exchange")
        }
        let type = arrival.head.contentType
        if type.isEmpty || isJSON(type, arrival) { return nil }
        return .problem(.unsupportedMediaType, "Content-Type must be application/json, is \(arrival.text(type))")
    }

    /// The address of whoever sent a request: the peer's, or what a proxy of the operator's says of it.
    ///
    /// - Returns: nil where a trusted proxy names none, and for a socket without addresses.
    func client(of arrival: borrowing Arrival) -> IPAddress? {
        let peer = arrival.address
        return unsafe arrival.withBytes(arrival.head.forwardedFor) {
            unsafe services.trustedProxies.client(peer: peer, forwardedFor: $0)
        }
    }

    /// Whether a media type is this one, whatever parameters it has.
    func isJSON(
        _ type: Slice, _ arrival: borrowing Arrival, named name: StaticString = "application/json"
    ) -> Bool {
        let count = name.utf8CodeUnitCount
        guard type.count >= count, arrival.equals(Slice(offset: Int(type.offset), count: count), name) else {
            return false
        }
        let rest = Slice(type.range.dropFirst(count))
        return unsafe arrival.withBytes(rest) { bytes in
            unsafe bytes.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") } ?? UInt8(ascii: ";")
                == UInt8(ascii: ";")
        }
    }

    /// A body that is not read, and what to say of it.
    struct BodyRefusal: Error {
        let status: Status
        let detail: String

        static var tooLarge: BodyRefusal {
            BodyRefusal(.contentTooLarge, "the body exceeds \(Limits.bodyBytesMax) bytes")
        }

        init(_ status: Status, _ detail: String) {
            self.status = status
            self.detail = detail
        }

        init(_ fault: ReadError) {
            self.init(fault == .notJSON(.tooLarge) ? .contentTooLarge : .badRequest, "\(fault)")
        }
    }

    /// Reads the body, inflated where it is compressed.
    private func readBody(_ arrival: borrowing Arrival) throws(BodyRefusal) {
        let length = try takeBody(arrival)
        do throws(ReadError) {
            unsafe try reader.read(UnsafeBufferPointer(rebasing: body[..<length]))
        } catch {
            throw BodyRefusal(error)
        }
    }

    /// Puts the body, inflated where it is compressed, into the loop's buffer, behind which there is padding.
    func takeBody(_ arrival: borrowing Arrival) throws(BodyRefusal) -> Int {
        let encoding = arrival.head.contentEncoding
        if encoding.isEmpty || arrival.equals(encoding, "identity") {
            return unsafe arrival.withBody { bytes in
                unsafe UnsafeMutableRawBufferPointer(body).copyMemory(from: bytes)
                return bytes.count
            }
        }
        guard arrival.equals(encoding, "gzip") else {
            throw BodyRefusal(
                .unsupportedMediaType,
                "Content-Encoding must be gzip or none, is \(arrival.text(encoding))"
            )
        }
        let room = unsafe UnsafeMutableBufferPointer(rebasing: body[..<Limits.bodyBytesMax])
        let result: Result<Int, Gzip.Fault> = unsafe arrival.withBody { bytes in
            do throws(Gzip.Fault) {
                return unsafe .success(try gzip.inflate(bytes, into: room))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let count): return count
        case .failure(.tooLarge): throw .tooLarge
        case .failure(.malformed): throw BodyRefusal(.badRequest, "the body is no gzip stream")
        }
    }

    /// Compresses the response at hand; false where that gains nothing.
    func compressResponse() -> Bool {
        response.count > 1024 && gzip.deflate(response, into: &compressed)
    }

    // MARK: Notices

    var desk: NoticeDesk { services.desk }

    /// Opens the token of a notice's path; nil for one that nobody here sealed, or that is for the other side.
    func open(_ slice: Slice, of arrival: borrowing Arrival, _ purpose: Token.Purpose) -> Token? {
        unsafe arrival.withBytes(slice) { unsafe open($0, purpose) }
    }

    func open(_ token: some Collection<UInt8>, _ purpose: Token.Purpose) -> Token? {
        guard token.count <= HTTPLimits.requestLineBytesMax, let opened = opener.open(token),
            let token = Token(opened: opened),
            token.purpose == purpose
        else { return nil }
        return token
    }

    func freshID() -> BidID { BidID(seed: seeds.next(), index: 0) }

    // MARK: Waiting for the audience and the log

    /// Hands something to the audience's thread.
    ///
    /// - Parameter answer: makes the answer of what became of it; called on this loop.
    func submit(_ submission: Submission, _ answer: @escaping (IntakeOutcome) -> Reply) -> Reply {
        guard let intake = services.audience else { return answer(.unavailable) }
        submissions += 1
        let number = submissions
        let pending = PendingReply(answer)
        submitted[number] = pending
        intake.submit(submission) { [outcomes] outcome in outcomes.put(number, outcome) }
        return .pending(pending)
    }

    /// Gives the answers whose outcomes have come.
    func takeOutcomes() {
        work { _ in
            for (number, outcome) in outcomes.take() { submitted.removeValue(forKey: number)?.resolve(outcome) }
        }
    }

    /// Calls back with the answer that needs wait no longer: at once, or when what it waits for has happened.
    func whenReady(_ reply: Reply, _ give: @escaping (Reply) -> Void) {
        switch reply {
        case .afterDurable(let sequence, let success):
            whenDurable(sequence) { isDurable in
                let failure = "the record could not be made durable; try again later"
                give(isDurable ? success : .problem(.serviceUnavailable, failure))
            }
        case .pending(let pending): pending.whenKnown { [self] in whenReady($0, give) }
        default: give(reply)
        }
    }

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
        work { _ in
            for (answer, isDurable) in waiting.release(through: sequence, hasFailed: hasFailed) { answer(isDurable) }
        }
    }

    var isReady: Bool { services.isReady() && !isDraining }
    var statusText: String { services.status() }
}
