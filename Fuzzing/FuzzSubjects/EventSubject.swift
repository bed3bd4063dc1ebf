internal import Audience
internal import Events
internal import Units

/// The body of `/v1/events`, with an advertiser's token and with the operator's.
///
/// Input: the body.
package struct EventSubject: InputCheck {
    private static let now = Instant(seconds: 1_793_500_000)
    private static let retentionSeconds: Int64 = 395 * 86_400
    private let reader = EventReader(retentionSeconds: retentionSeconds)

    package func check(_ input: [UInt8]) {
        for advertiser in ["acme", nil] {
            let source = EventSource(advertiser: advertiser)
            let batch = reader.read(input, from: source, at: Self.now)
            Property.holds(batch == reader.read(input, from: source, at: Self.now), "a body is read as before")
            checkLines(batch)
            for entry in batch.entries { check(entry.draft, of: advertiser) }
            for refused in batch.refused {
                let count = refused.reason.utf8.count
                Property.holds(count > 0 && count <= EventLimits.reasonBytesMax, "a reason is said, and is short")
            }
        }
    }

    private func checkLines(_ batch: EventBatch) {
        let taken = batch.entries.map(\.line)
        let refused = batch.refused.map(\.line)
        Property.holds(taken == taken.sorted() && refused == refused.sorted(), "lines are told in their order")
        Property.holds(Set(taken + refused).count == taken.count + refused.count, "a line is taken or refused, once")
        Property.holds((taken + refused).allSatisfy { $0 > 0 }, "lines are counted from one")
        Property.holds(taken.count <= EventLimits.eventsMax, "no more events are taken than allowed")
    }

    private func check(_ draft: EventDraft, of advertiser: String?) {
        Property.holds(draft.instant <= Self.now, "no event is ahead of the clock")
        let age = Self.now.micros - draft.instant.micros
        Property.holds(age <= Self.retentionSeconds * 1_000_000 + 999, "no event is older than events are kept")
        Property.holds(draft.instant.micros % 1000 == 0, "an event happens at a whole millisecond")
        Property.holds(!draft.visitor.isEmpty || draft.ip != nil || draft.click != nil, "an event is somebody's")
        Property.holds(draft.visitor.count <= EventLimits.identifiersMax, "a visitor has few identifiers")
        Property.holds(advertiser == nil || draft.advertiser == advertiser, "a token speaks for its advertiser")
        for case .own(let owner, _) in draft.visitor {
            Property.holds(owner == draft.advertiser, "an advertiser's own id is that advertiser's")
        }
        checkText(draft.type, EventLimits.typeBytesMax)
        if let id = draft.eventID { checkText(id, EventLimits.eventIDBytesMax) }
        Property.holds(draft.properties.count <= EventLimits.propertiesMax, "an event has few properties")
        for property in draft.properties {
            checkText(property.name, EventLimits.nameBytesMax)
            switch property.value {
            case .text(let text): Property.holds(text.utf8.count <= EventLimits.textBytesMax, "a text is short")
            case .texts(let texts):
                Property.holds(texts.count <= EventLimits.textsMax, "a list is short")
                let isShort = texts.allSatisfy { $0.utf8.count <= EventLimits.textBytesMax }
                Property.holds(isShort, "the texts of a list are short")
            case .number, .flag: break
            }
        }
    }

    private func checkText(_ text: String, _ bytesMax: Int) {
        Property.holds(!text.isEmpty && text.utf8.count <= bytesMax, "a word has one to \(bytesMax) bytes")
        Property.holds(text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a word has no control characters")
    }

    // MARK: Seeds

    static var seeds: [[UInt8]] {
        let email = String(repeating: "aB", count: 32)
        let events = [
            #"{"event_id":"e-1","visitor":{"id":"c-7"},"type":"view","time":"2026-10-31T19:06:39.999Z"}"#,
            #"{"type":"cart","visitor":{"ifa":"0000-0000"},"ip":"192.0.2.7"}"#,
            #"{"type":"purchase","visitor":{"email_sha256":"\#(email)"},"properties":{"value":"12.5","n":1e3}}"#,
            #"{"type":"view","visitor":{"eids":[{"source":"id.example","uids":[{"id":"a","atype":3},{"id":"b"}]}]}}"#,
            #"{"type":"view","visitor":{"eids":{"source":"x.example","id":"c"},"cookie":"k","didsha1":"d"}}"#,
            #"{"type":"view","visitor":{"exchange_user":{"exchange":"adx","id":"u"}},"click":"t0ken"}"#,
            #"{"type":"traits","visitor":{"id":"c"},"properties":{"tier":null,"tags":["a",2],"vip":true}}"#,
            #"{"type":"view","advertiser":"acme","visitor":{"id":"c"},"consent":{"gdpr":1,"tcf":"CP","gpp":"DB","#
                + #""gpp_sid":[2,7],"us_privacy":"1YNN","gpc":false}}"#,
        ]
        let broken = [
            "", "[", "]", "[,]", "{}", #"{"type":"view"}"#, #"[{"type":"view","visitor":{"id":"c"}}"#,
            #"{"type":"view","visitor":{"id":"c"},"time":"2031-01-01T00:00:00Z"}"#,
            #"{"type":"\ud83d","visitor":{"id":"\u0000"}}"#, #"{"typ":"view","visitor":{"email":"a@b.example"}}"#,
        ]
        let all = events + ["[" + events.joined(separator: ",\n") + "]", events.joined(separator: "\n")] + broken
        return all.map { Array($0.utf8) }
    }
}
