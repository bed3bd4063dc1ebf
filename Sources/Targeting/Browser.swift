package import OpenRTB

/// Browsers that can be targeted.
package enum Browser: String, CaseIterable, Sendable {
    case chrome, safari, firefox, edge, opera, samsung, ie, other

    /// The browser by client hints, else by user agent; nil where the request tells neither.
    package static func of(_ device: Device, _ buffer: TextBuffer) -> Browser? {
        if !device.browser.isEmpty { return named(device.browser, in: buffer, from: hints) ?? .other }
        if device.ua.isEmpty { return nil }
        return named(device.ua, in: buffer, from: agents) ?? .other
    }

    private static func named(_ text: Text, in buffer: TextBuffer, from table: [([UInt8], Browser)]) -> Browser? {
        for (mark, browser) in table where contains(text, mark, buffer) { return browser }
        return nil
    }

    /// Whether `mark`, in lower case, stands anywhere in the text.
    private static func contains(_ text: Text, _ mark: [UInt8], _ buffer: TextBuffer) -> Bool {
        guard text.count >= mark.count else { return false }
        for start in 0...(text.count - mark.count)
        where buffer.equalsIgnoringCase(text.slice(from: start, count: mark.count), lowercased: mark) { return true }
        return false
    }

    private static let hints: [([UInt8], Browser)] = [
        (Array("edge".utf8), .edge), (Array("opera".utf8), .opera), (Array("samsung".utf8), .samsung),
        (Array("firefox".utf8), .firefox), (Array("safari".utf8), .safari), (Array("chrom".utf8), .chrome),
    ]

    /// Most browsers also name those they descend from, so the order matters.
    private static let agents: [([UInt8], Browser)] = [
        (Array("edg".utf8), .edge), (Array("opr/".utf8), .opera), (Array("opera".utf8), .opera),
        (Array("samsungbrowser".utf8), .samsung), (Array("firefox".utf8), .firefox), (Array("fxios".utf8), .firefox),
        (Array("msie".utf8), .ie), (Array("trident".utf8), .ie), (Array("crios".utf8), .chrome),
        (Array("chrome".utf8), .chrome), (Array("safari".utf8), .safari),
    ]
}
