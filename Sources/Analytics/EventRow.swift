internal import Consent
package import Events
internal import OpenRTB
internal import Units

/// An event as analysts see it: the same fields under the same names in every export.
package struct EventRow: Sendable {
    package enum Value: Equatable, Sendable {
        case null
        case text(String)
        case integer(Int64)
        case bool(Bool)
    }

    /// Columns in order. `price_micros` is a CPM price; what an impression cost is a thousandth of it.
    package static let columns = [
        "event_id", "time", "kind", "bid_id", "auction_id", "imp_id", "exchange", "advertiser", "strategy", "creative",
        "seat", "deal", "visitor", "country", "domain", "price_micros", "currency", "reason", "label", "consent",
        "test",
        "format", "bid_price_micros", "settled_nanos", "settled_currency", "min_to_win_micros", "order", "value_micros",
        "value_currency", "revision", "sequence",
    ]

    /// In the order of ``columns``.
    package let values: [Value]

    package init(_ event: Event, sequence: UInt64) {
        let facts = event.facts
        let hasBid = !facts.strategy.isEmpty
        let price = event.kind == .bid ? facts.price : event.price
        values = [
            .text(event.id), .text(event.instant.rfc3339), .text(event.kind.label),
            hasBid ? .text(facts.bidID.description) : .null, Self.text(facts.auction), Self.text(facts.imp),
            Self.text(facts.exchange), Self.text(facts.advertiser), Self.text(facts.strategy),
            Self.text(facts.creative),
            Self.text(facts.seat), Self.text(facts.deal), Self.visitor(facts), Self.text(facts.country),
            Self.text(facts.domain), Self.integer(price?.micros), .text(facts.currency.description),
            event.reason.map { .text(LossReason.label(code: $0)) } ?? .null, Self.text(event.label),
            .text(ConsentMode(rawValue: facts.consent)?.label ?? "unknown"), .bool(facts.isTest),
            hasBid ? .text("\(facts.mtype)") : .null, hasBid ? .integer(facts.price.micros) : .null,
            Self.integer(event.settled?.nanos), event.settled == nil ? .null : .text(facts.budgetCurrency.description),
            Self.integer(event.minToWin?.micros), Self.text(event.order), Self.integer(event.value?.rawValue),
            event.valueCurrency.map { .text($0.description) } ?? .null,
            Self.integer(event.revision.map { Int64(clamping: $0) }), .integer(Int64(clamping: sequence)),
        ]
    }

    private static func text(_ text: String) -> Value { text.isEmpty ? .null : .text(text) }
    private static func integer(_ value: Int64?) -> Value { value.map { .integer($0) } ?? .null }

    /// A letter in front, so that no reader takes it for a number.
    private static func visitor(_ facts: BidFacts) -> Value {
        if facts.visitorHigh == 0, facts.visitorLow == 0 { return .null }
        return .text("v" + hex(facts.visitorHigh) + hex(facts.visitorLow))
    }

    private static func hex(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension EventRow {
    /// One line of JSON, without its end; every column in every line.
    package var json: String {
        let members = zip(Self.columns, values).map { name, value in
            let text =
                switch value {
                case .null: "null"
                case .text(let text): JSONText.quoted(text)
                case .integer(let number): "\(number)"
                case .bool(let flag): flag ? "true" : "false"
                }
            return "\"\(name)\":\(text)"
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    /// One line of CSV, without its end.
    ///
    /// A text that a spreadsheet would run as a formula gets an apostrophe in front.
    package var csv: String {
        values.map { value in
            switch value {
            case .null: ""
            case .text(let text): Self.csvField(text)
            case .integer(let number): "\(number)"
            case .bool(let flag): flag ? "true" : "false"
            }
        }.joined(separator: ",")
    }

    private static func csvField(_ text: String) -> String {
        // Bytes, not characters: a quote with an accent on it is a quote to whoever reads the file.
        var bytes = Array(text.utf8)
        if let first = bytes.first, "=+-@\t\r".utf8.contains(first) { bytes.insert(UInt8(ascii: "'"), at: 0) }
        guard bytes.contains(where: { ",\"\n\r".utf8.contains($0) }) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        let quote = UInt8(ascii: "\"")
        let doubled = bytes.flatMap { $0 == quote ? [quote, quote] : [$0] }
        return String(decoding: [quote] + doubled + [quote], as: UTF8.self)
    }

    /// The value of a column; null where there is no such column.
    package subscript(column: String) -> Value {
        Self.columns.firstIndex(of: column).map { values[$0] } ?? .null
    }
}
