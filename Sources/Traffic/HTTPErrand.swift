internal import NIOCore
internal import NIOHTTP1

/// One request over HTTP and what is to be done with its answer.
protocol HTTPErrand: AnyObject {
    /// What to send, asked for at the moment of sending.
    func message() -> HTTPMessage

    /// Called exactly once, with the times of this attempt.
    func finish(_ result: Result<HTTPAnswer, HTTPFailure>, _ times: HTTPTimes)
}

/// A request with its framing headers.
struct HTTPMessage {
    let head: HTTPRequestHead
    let body: ByteBuffer?
}

/// A response that arrived to its last byte.
struct HTTPAnswer {
    let head: HTTPResponseHead
    let body: ByteBuffer?

    var status: Int { Int(head.status.code) }
}

/// When an attempt began and ended.
struct HTTPTimes {
    /// When it was written; nil where it never was.
    let sent: NIODeadline?
    let ended: NIODeadline
}

/// Why there is no answer.
enum HTTPFailure: Error, Equatable, CustomStringConvertible {
    /// No connection could be made.
    case unreachable(String)
    /// The other side closed the connection.
    case closed
    /// What arrived is no HTTP/1.1, or too large.
    case unreadable(String)
    /// Nothing came in the time that an answer may take.
    case timedOut
    /// The run ended first.
    case abandoned

    var description: String {
        switch self {
        case .unreachable(let reason): "no connection: \(reason)"
        case .closed: "the connection was closed before the answer was complete"
        case .unreadable(let reason): "unreadable answer: \(reason)"
        case .timedOut: "no answer in time"
        case .abandoned: "no answer before the run ended"
        }
    }
}
