internal import BidKit
internal import Creative
internal import Events
internal import Sealing

/// Scheme, host and port under which this service is called back.
package struct Origin: Sendable, Equatable {
    let plain: [UInt8]
    let secure: [UInt8]

    /// Whether browsers call this service by https.
    package var isSecure: Bool { plain == secure }

    /// - Parameter url: `http://host:port` or `https://host`, perhaps with a path, without a slash at the end.
    package init(_ url: String) {
        let bare = url.hasSuffix("/") ? String(url.dropLast()) : url
        plain = Array(bare.utf8)
        secure = Array((bare.hasPrefix("http://") ? "https://" + bare.dropFirst(7) : bare).utf8)
    }
}

/// Paths of notices; the last part is the token.
package enum NoticePath {
    package static let win: StaticString = "/win/"
    package static let billing: StaticString = "/bill/"
    package static let loss: StaticString = "/loss/"
    package static let impression: StaticString = "/imp/"
    package static let click: StaticString = "/click/"
    package static let event: StaticString = "/event/"
}

/// Makes the URLs of one bid: seals its facts twice, for the exchange and for a browser, and writes them down.
final class TokenWriter {
    /// What is true of the bid at hand.
    var facts = ByteWriter(capacity: 512)
    /// Room for the bid's record.
    var record = ByteWriter(capacity: 512)
    /// Of the bid at hand, for its markup.
    private(set) var urls = MarkupURLs()

    private let sealer: Sealer
    /// Where exchanges and browsers call us, as it begins every URL.
    private var plainOrigin = ByteWriter(capacity: 64)
    private var secureOrigin = ByteWriter(capacity: 64)
    private var plain = ByteWriter(capacity: 512)
    private var exchangeToken = ByteWriter(capacity: 1024)
    private var browserToken = ByteWriter(capacity: 1024)
    private var isSecure = false

    init(sealer: Sealer) {
        self.sealer = sealer
        use(Origin("http://localhost"))
    }

    /// Begins all URLs so from now on.
    func use(_ origin: Origin) {
        plainOrigin.clear()
        plainOrigin.append(origin.plain)
        secureOrigin.clear()
        secureOrigin.append(origin.secure)
    }

    /// Seals `facts` into both tokens.
    func seal(landing: [UInt8], secure: Bool) {
        isSecure = secure
        plain.clear()
        Token.write(.exchange, landing: [], facts: facts, into: &plain)
        exchangeToken.clear()
        appendToken(to: &exchangeToken)
        plain.clear()
        Token.write(.browser, landing: landing, facts: facts, into: &plain)
        browserToken.clear()
        appendToken(to: &browserToken)
        urls.impression.clear()
        write(NoticePath.impression, browserToken, into: &urls.impression)
        urls.impression.append("?p=${AUCTION_PRICE}")
        urls.click.clear()
        write(NoticePath.click, browserToken, into: &urls.click)
        urls.event.clear()
        write(NoticePath.event, browserToken, into: &urls.event)
        urls.event.append("?e=")
    }

    private func write(_ path: StaticString, _ token: borrowing ByteWriter, into out: inout ByteWriter) {
        if isSecure { out.append(secureOrigin) } else { out.append(plainOrigin) }
        out.append(path)
        out.append(token)
    }

    private func appendToken(to out: inout ByteWriter) {
        let size = Sealer.tokenCount(plain.count)
        unsafe out.appendInPlace(size) { destination in
            unsafe plain.withBytes { unsafe sealer.seal($0, into: destination) }
        }
    }

    /// Writes `nurl`, `burl` and `lurl` with the macros that the exchange fills in.
    ///
    /// - Source: OpenRTB 2.6, 4.4.1.
    func writeNotices(into out: inout ByteWriter) {
        out.append(",\"nurl\":\"")
        write(NoticePath.win, exchangeToken, into: &out)
        out.append("?p=${AUCTION_PRICE}&c=${AUCTION_CURRENCY}&m=${AUCTION_MIN_TO_WIN}\",\"burl\":\"")
        write(NoticePath.billing, exchangeToken, into: &out)
        out.append("?p=${AUCTION_PRICE}&c=${AUCTION_CURRENCY}&q=${AUCTION_MULTIPLIER}\",\"lurl\":\"")
        write(NoticePath.loss, exchangeToken, into: &out)
        out.append("?p=${AUCTION_PRICE}&r=${AUCTION_LOSS}&m=${AUCTION_MIN_TO_WIN}\"")
    }
}
