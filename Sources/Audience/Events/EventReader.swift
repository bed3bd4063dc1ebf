internal import Documents
internal import Events
internal import Targeting
package import Units

/// Reads the body of `/v1/events`: a JSON array or ndjson, each event by itself.
///
/// What is wrong with an event refuses that event alone, with the member and the remedy; unknown members are refused
/// too, for a mistyped `consent` must not pass for none. Used by one thread at a time; keeps nothing.
package struct EventReader: Sendable {
    /// Events older than this are not taken: nothing could be made of them.
    private let retentionSeconds: Int64

    /// - Parameter retentionSeconds: for how long acts of visitors are kept.
    package init(retentionSeconds: Int64) { self.retentionSeconds = retentionSeconds }

    /// - Parameters:
    ///   - source: whose token came with the body.
    ///   - now: by the service's clock, when it came.
    /// - Complexity: O(bytes).
    package func read(_ body: [UInt8], from source: EventSource, at now: Instant) -> EventBatch {
        var batch = EventBatch()
        var lines = EventLines(body)
        while let line = lines.next() {
            guard batch.entries.count + batch.refused.count < EventLimits.eventsMax else {
                let reason = "more than \(EventLimits.eventsMax) events in a body: this one and those behind it"
                batch.refused.append(RefusedEvent(line: line.number, reason: reason + " were not read"))
                return batch
            }
            do throws(Refusal) {
                if let fault = line.fault { throw Refusal(fault) }
                let draft = try draft(body[line.range], source, now)
                batch.entries.append(EventBatch.Entry(line: line.number, draft: draft))
            } catch {
                batch.refused.append(RefusedEvent(line: line.number, reason: error.reason))
            }
        }
        return batch
    }

    /// Why one event is not taken.
    struct Refusal: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }

    private static let members = [
        "event_id", "visitor", "type", "time", "properties", "consent", "ip", "click", "advertiser",
    ]

    private func draft(
        _ bytes: ArraySlice<UInt8>, _ source: EventSource, _ now: Instant
    ) throws(Refusal) -> EventDraft {
        guard !bytes.isEmpty else { throw Refusal("is empty: an event stands between two commas") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Refusal("is not UTF-8") }
        guard let node = Node.readJSON(text) else {
            throw Refusal("is not well-formed JSON, or names a member twice, or is nested too deep")
        }
        let faults = FaultList()
        let draft = draft(node, source, now, faults)
        if let fault = faults.faults.first { throw Refusal(Self.sentence(fault)) }
        guard let draft else { throw Refusal("is no event") }
        return draft
    }

    /// `/member: what is wrong (what to write instead)`: without the column, which nobody counts in a line of ndjson.
    private static func sentence(_ fault: Fault) -> String {
        (fault.pointer.isEmpty ? "" : "\(fault.pointer): ") + fault.message
            + (fault.hint.isEmpty ? "" : " (\(fault.hint))")
    }

    private func draft(_ node: Node, _ source: EventSource, _ now: Instant, _ faults: FaultList) -> EventDraft? {
        guard let object = ObjectReader(small: node, at: "", known: Self.members, faults) else { return nil }
        guard object.require("type", example: "\"view\"") != nil,
            let type = object.text("type", bytesMax: EventLimits.typeBytesMax)
        else { return nil }
        var draft = EventDraft(type: type, at: instant(object, now) ?? now)
        draft.eventID = object.text("event_id", bytesMax: EventLimits.eventIDBytesMax)
        draft.advertiser = Self.advertiser(object, source)
        draft.click = object.text("click", bytesMax: EventLimits.clickBytesMax)
        if let text = object.text("ip", bytesMax: EventLimits.textBytesMax) {
            draft.ip = IPAddress(text.utf8)
            if draft.ip == nil { object.fault("is no IP address", "ip", hint: "for example \"192.0.2.7\"") }
        }
        if let node = object.value("consent") { draft.consent = Self.consent(node, at: "/consent", faults) }
        if let node = object.value("properties") {
            draft.properties = PropertyReader.read(node, at: "/properties", isTraits: type == "traits", faults)
        }
        if let node = object.value("visitor") {
            draft.visitor = VisitorReader.read(node, at: "/visitor", advertiser: draft.advertiser, faults)
        }
        if draft.visitor.isEmpty, draft.ip == nil, draft.click == nil {
            object.fault(
                "names nobody", "visitor", hint: "for example { \"id\": \"customer-7\" }; or ip, or the click's id")
        }
        return draft
    }

    /// A time that is a little ahead is a clock's fault, and counts as now, so that the next bid sees the event.
    private func instant(_ object: ObjectReader, _ now: Instant) -> Instant? {
        guard let time = object.instant("time") else { return nil }
        if time > now.adding(seconds: EventLimits.aheadSeconds) {
            object.fault(
                "is more than \(EventLimits.aheadSeconds / 60) minutes ahead of this service's clock", "time",
                hint: "leave it out for now")
        } else if time < now.adding(seconds: -retentionSeconds) {
            object.fault("is older than events are kept, \(retentionSeconds / 86_400) days", "time")
        }
        return min(time, now)
    }

    /// An advertiser's token speaks for that advertiser alone; the operator's for whom the event names.
    private static func advertiser(_ object: ObjectReader, _ source: EventSource) -> String? {
        guard let named = object.id("advertiser") else { return source.advertiser }
        if let own = source.advertiser, own != named {
            object.fault("is another than the token's", "advertiser", hint: "leave it out")
        }
        return named
    }

    private static func consent(_ node: Node, at pointer: String, _ faults: FaultList) -> ConsentFields {
        var fields = ConsentFields()
        let known = ["gdpr", "tcf", "gpp", "gpp_sid", "us_privacy", "gpc"]
        guard let object = ObjectReader(small: node, at: pointer, known: known, faults) else { return fields }
        fields.gdpr = object.flag("gdpr")
        fields.gpc = object.flag("gpc") ?? false
        fields.tcf = object.bytes("tcf")
        fields.gpp = object.bytes("gpp")
        fields.usPrivacy = object.bytes("us_privacy")
        fields.gppSID = object.integers("gpp_sid", in: -1...1000)
        if fields.gppSID.count > EventLimits.sectionsMax {
            object.fault("has more than \(EventLimits.sectionsMax) sections", "gpp_sid")
        }
        return fields
    }
}
