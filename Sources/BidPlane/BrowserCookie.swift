internal import HTTP1
internal import Sealing

/// The cookies of this service.
enum BrowserCookie: String {
    /// Who the visitor is: 128 random bits, 22 characters.
    case visitor = "vendue_id"
    /// Set to 1 where the visitor opted out.
    case optOut = "vendue_optout"
    /// The id that a browser bore before it opted out, for `/optin` to find the profile that must be told. Browsers send
    /// it there alone, and only where the visitor goes there, not where a page embeds it: it recognises nobody.
    case wayBack = "vendue_wayback"

    /// How long browsers keep it, in seconds. They keep none longer than 400 days; the id must not outlive the opt-out.
    private var maxAgeSeconds: Int { (self == .visitor ? 390 : 400) * 86_400 }

    /// A value that nobody has or can guess: whoever knows a visitor's can act as that visitor.
    static func freshVisitor() -> String { Base64URL.encode(Digest.random(16)) }

    /// Whether a text is the value of a visitor's cookie as this service makes them.
    static func isVisitor(_ text: String) -> Bool { text.utf8.count == 22 && Base64URL.decode(text.utf8) != nil }

    /// The value of `Set-Cookie` that gives it to a browser.
    ///
    /// Read where other sites embed us, hence `SameSite=None`; browsers take that by https alone, so that without it
    /// the cookie is of use where this service is embedded by its own site.
    /// The way back is for visits to ourselves alone.
    /// - Source: RFC 6265bis, 5.6.7.
    func setting(_ value: String, isSecure: Bool) -> String { text(value, maxAgeSeconds, isSecure) }

    /// The value of `Set-Cookie` that takes it from a browser.
    func clearing(isSecure: Bool) -> String { text("", 0, isSecure) }

    private func text(_ value: String, _ maxAgeSeconds: Int, _ isSecure: Bool) -> String {
        let isEmbedded = self != .wayBack
        return "\(rawValue)=\(value); Max-Age=\(maxAgeSeconds); Path=\(isEmbedded ? "/" : "/optin"); HttpOnly; "
            + (isSecure && isEmbedded ? "SameSite=None" : "SameSite=Lax") + (isSecure ? "; Secure" : "")
    }
}

extension Arrival {
    /// The value of a cookie that came with the request, the first of its name; nil where there is none.
    ///
    /// - Source: RFC 6265, 5.4.
    borrowing func cookie(_ cookie: BrowserCookie) -> String? {
        guard !head.cookie.isEmpty else { return nil }
        for pair in text(head.cookie).utf8.split(separator: UInt8(ascii: ";")) {
            let pair = pair.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard let end = pair.firstIndex(of: UInt8(ascii: "=")), pair[..<end].elementsEqual(cookie.rawValue.utf8)
            else { continue }
            return String(Substring(pair[pair.index(after: end)...]))
        }
        return nil
    }
}
