package import Auction
internal import HTTP1
internal import OpenRTB
package import Units

/// One event loop's work without its sockets: for whoever has a network and a clock of its own, as a simulation has.
///
/// Requests come in as bytes and are read, routed, decided and booked by the code that the listener's loops run; what
/// is left out is framing, connections and threads. Every method is called on one thread.
package final class BareLoop {
    /// What a peer is to be told, and when.
    package struct Answer: Sendable {
        /// Of HTTP.
        package let status: Int
        /// The bid response; empty where there is none.
        package var body: [UInt8] = []
        /// The record that must be durable first; nil where the answer waits for nothing.
        package var waitsFor: UInt64?
    }

    private let loop: BidLoop

    /// - Parameters:
    ///   - index: among the loops of the service.
    ///   - ringBytes: room for decision records, a power of two.
    package init(_ services: BidServices, index: Int, ringBytes: Int) {
        loop = BidLoop(services, index: index, ringBytes: ringBytes)
    }

    package func use(_ snapshot: Snapshot) { loop.use(snapshot) }

    package func use(_ origin: Origin) { loop.use(origin) }

    /// Answers one request.
    ///
    /// - Parameters:
    ///   - request: head and body as they come from a connection.
    ///   - instant: when it was read.
    ///   - waitedNanos: how long it may have been waiting before it was read.
    /// - Returns: nil for bytes that are no whole request.
    package func answer(_ request: [UInt8], at instant: Instant, waitedNanos: Int64 = 0) -> Answer? {
        unsafe request.withUnsafeBytes { bytes in
            var reader = RequestReader()
            guard case .complete(let body, _) = unsafe reader.advance(bytes) else { return nil }
            let now = loop.now.0
            let arrival = unsafe Arrival(
                bytes,
                reader.head,
                body: body.bytes(of: bytes),
                address: nil,
                moment: Moment(nanos: now.nanos - waitedNanos),
                readMoment: now,
                instant: instant
            )
            return answer(loop.answer(arrival).0)
        }
    }

    private func answer(_ reply: Reply) -> Answer? {
        switch reply {
        case .bid: return Answer(status: Status.ok.rawValue, body: loop.response.array())
        case .noContent: return Answer(status: Status.noContent.rawValue)
        case .pixel: return Answer(status: Status.ok.rawValue)
        case .redirect: return Answer(status: Status.found.rawValue)
        case .text(let status, _, _): return Answer(status: status.rawValue)
        case .methodNotAllowed: return Answer(status: Status.methodNotAllowed.rawValue)
        case .settingCookies(_, let inner): return answer(inner)
        // The audience's word, which nobody here gives.
        case .pending: return nil
        case .afterDurable(let sequence, let inner):
            var answer = answer(inner)
            answer?.waitsFor = sequence
            return answer
        }
    }

    /// Calls back once the log has made a record durable, or cannot: at once, or from ``logIsDurable(through:hasFailed:)``.
    package func whenDurable(_ sequence: UInt64, _ give: @escaping (_ isDurable: Bool) -> Void) {
        loop.whenDurable(sequence, give)
    }

    /// Takes the log's word on how far it is durable, or that it failed.
    package func logIsDurable(through sequence: UInt64, hasFailed: Bool) {
        loop.logIsDurable(through: sequence, hasFailed: hasFailed)
    }
}
