internal import Audience
internal import Events
internal import Units

/// Reads the parameters of an event pixel.
enum PixelReader {
    /// What is wrong with a parameter, in a sentence for whoever wrote the page.
    struct Fault: Error {
        let detail: String
    }

    private static let propertyPrefix = "p."

    static func read(_ query: Query, advertiser: String, at now: Instant) throws(Fault) -> EventDraft {
        guard let type = try text("event", query, EventLimits.typeBytesMax) else {
            throw Fault(detail: "the parameter event is missing, for example event=view")
        }
        var draft = EventDraft(type: type, at: now)
        draft.advertiser = advertiser
        draft.eventID = try text("id", query, EventLimits.eventIDBytesMax)
        if let uid = try text("uid", query, EventLimits.identifierBytesMax), !IdentifierText.isPlaceholder(uid) {
            draft.visitor.append(.own(advertiser: advertiser, id: uid))
        }
        if let email = try text("email_sha256", query, EventLimits.identifierBytesMax) {
            guard IdentifierText.isSHA256(email) else {
                throw Fault(detail: "email_sha256 must be 64 hexadecimal digits, SHA-256 of the address in lower case")
            }
            draft.visitor.append(.email(sha256: email))
        }
        draft.properties = try properties(query)
        return draft
    }

    /// A parameter's value; nil where it is absent or empty.
    private static func text(_ name: String, _ query: Query, _ bytesMax: Int) throws(Fault) -> String? {
        guard query.has(name) else { return nil }
        guard let text = query[name] else { throw Fault(detail: "\(name) is no percent-encoded UTF-8") }
        if text.isEmpty { return nil }
        if let fault = EventText.fault(in: text, bytesMax: bytesMax) { throw Fault(detail: "\(name) \(fault)") }
        return text
    }

    /// The parameters `p.NAME`; one that is repeated is a list.
    private static func properties(_ query: Query) throws(Fault) -> [VisitorAct.Property] {
        var names: [String] = []
        var values: [String: [String]] = [:]
        for (name, value) in query.pairs(prefix: propertyPrefix) {
            if let fault = EventText.fault(in: name, bytesMax: EventLimits.nameBytesMax) {
                throw Fault(detail: "a property's name, behind p., \(fault)")
            }
            guard let value else { throw Fault(detail: "p.\(name) is no percent-encoded UTF-8") }
            if !value.isEmpty, let fault = EventText.fault(in: value, bytesMax: EventLimits.textBytesMax) {
                throw Fault(detail: "p.\(name) \(fault)")
            }
            if values[name] == nil { names.append(name) }
            values[name, default: []].append(value)
        }
        guard names.count <= EventLimits.propertiesMax else {
            throw Fault(detail: "more than \(EventLimits.propertiesMax) properties")
        }
        return try names.map { name throws(Fault) in
            let texts = values[name] ?? []
            guard texts.count <= EventLimits.textsMax else {
                throw Fault(detail: "p.\(name) is there more than \(EventLimits.textsMax) times")
            }
            return VisitorAct.Property(name, texts.count == 1 ? .text(texts[0]) : .texts(texts))
        }
    }
}
