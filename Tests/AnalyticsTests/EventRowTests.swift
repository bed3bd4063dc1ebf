import Analytics
import Events
import Foundation
import OpenRTB
import Testing
import Units

extension BidFacts {
    /// Facts with another value in every field.
    static func full() -> BidFacts {
        var facts = BidFacts()
        facts.bidID = BidID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
        facts.instant = Instant(micros: 1_793_491_200_123_456)
        facts.price = CPM(micros: 2_500_000)
        facts.currency = Currency("EUR".utf8) ?? .usd
        facts.budgetPrice = CPM(micros: 2_700_000)
        facts.budgetCurrency = Currency("GBP".utf8) ?? .usd
        facts.mtype = .video
        facts.consent = 3
        facts.visitorHigh = 0x11
        facts.visitorLow = 0x22
        facts.exchange = "adx"
        facts.advertiser = "acme"
        facts.strategy = "shoes"
        facts.creative = "s-300"
        facts.seat = "seat"
        facts.deal = "deal-7"
        facts.auction = "12345"
        facts.imp = "1"
        facts.country = "USA"
        facts.domain = "news.example"
        return facts
    }
}

private func row(_ kind: EventKind, _ change: (inout Event) -> Void = { _ in }) -> EventRow {
    var event = Event(kind, at: Instant(micros: 1_793_491_201_000_042), facts: .full())
    change(&event)
    return EventRow(event, sequence: 9)
}

/// Splits one CSV line as RFC 4180 reads it; nil where it is more than one line or no CSV.
private func split(_ line: String) -> [String]? {
    var fields: [[UInt8]] = [[]]
    var isQuoted = false
    var bytes = Array(line.utf8)[...]
    while let byte = bytes.popFirst() {
        switch (byte, isQuoted) {
        case (UInt8(ascii: "\""), true) where bytes.first == byte:
            fields[fields.count - 1].append(byte)
            bytes.removeFirst()
        case (UInt8(ascii: "\""), true): isQuoted = false
        case (UInt8(ascii: "\""), false):
            guard fields[fields.count - 1].isEmpty else { return nil }
            isQuoted = true
        case (UInt8(ascii: ","), false): fields.append([])
        case (0x0A, false), (0x0D, false): return nil
        default: fields[fields.count - 1].append(byte)
        }
    }
    return isQuoted ? nil : fields.map { String(decoding: $0, as: UTF8.self) }
}

@Suite("An event as a row")
struct EventRowTests {
    @Test("the columns are those of the public interface, in its order, then ours")
    func columns() {
        let contract = """
            event_id time kind bid_id auction_id imp_id exchange advertiser strategy creative seat deal visitor country \
            domain price_micros currency reason label consent test
            """
        let names = contract.split(separator: " ").map(String.init)
        #expect(Array(EventRow.columns.prefix(names.count)) == names)
        #expect(Set(EventRow.columns).count == EventRow.columns.count)
        #expect(row(.bid).values.count == EventRow.columns.count)
    }

    @Test("a bid's row says what was bid, for whom and where")
    func bid() {
        let row = row(.bid) {
            $0.label = "flat"
            $0.revision = 4
        }
        let id = BidFacts.full().bidID.description
        let expected: [(String, EventRow.Value)] = [
            ("event_id", .text("bid.\(id)")), ("time", .text("2026-11-01T00:00:01.000042Z")), ("kind", .text("bid")),
            ("bid_id", .text(id)), ("auction_id", .text("12345")), ("imp_id", .text("1")), ("exchange", .text("adx")),
            ("advertiser", .text("acme")), ("strategy", .text("shoes")), ("creative", .text("s-300")),
            ("seat", .text("seat")),
            ("deal", .text("deal-7")), ("visitor", .text("v00000000000000110000000000000022")),
            ("country", .text("USA")),
            ("domain", .text("news.example")), ("price_micros", .integer(2_500_000)), ("currency", .text("EUR")),
            ("reason", .null), ("label", .text("flat")), ("consent", .text("full")), ("test", .bool(false)),
            ("format", .text("video")), ("bid_price_micros", .integer(2_500_000)), ("settled_nanos", .null),
            ("settled_currency", .null), ("min_to_win_micros", .null), ("order", .null), ("value_micros", .null),
            ("value_currency", .null), ("revision", .integer(4)), ("sequence", .integer(9)),
        ]
        #expect(expected.map(\.0) == EventRow.columns)
        for (column, value) in expected { #expect(row[column] == value, "\(column)") }
    }

    @Test("a bill's row says what was paid and what it cost the strategy")
    func billing() {
        let row = row(.billing) {
            $0.price = CPM(micros: 2_000_000)
            $0.settled = Spend(nanos: 2_160_000)
            $0.minToWin = CPM(micros: 1_900_000)
        }
        #expect(row["price_micros"] == .integer(2_000_000))
        #expect(row["bid_price_micros"] == .integer(2_500_000))
        #expect(row["settled_nanos"] == .integer(2_160_000))
        #expect(row["settled_currency"] == .text("GBP"))
        #expect(row["min_to_win_micros"] == .integer(1_900_000))
    }

    @Test(
        "a loss says why in the standard's words, or gives the exchange's code",
        arguments: [(102, "lostToHigherBid"), (209, "category"), (512, "code 512")] as [(Int32, String)])
    func lossReason(code: Int32, text: String) {
        #expect(row(.loss) { $0.reason = code }["reason"] == .text(text))
        #expect(row(.loss)["price_micros"] == .null)
    }

    @Test("a conversion without a click knows its advertiser, order and value, and no bid")
    func conversion() {
        let row = row(.conversion) {
            $0.facts = BidFacts()
            $0.facts.advertiser = "acme"
            $0.label = "purchase"
            $0.order = "o-1"
            $0.value = Micros(59_900_000)
            $0.valueCurrency = .usd
        }
        #expect(row["event_id"] == .text("conversion.acme.purchase.o-1"))
        #expect(row["bid_id"] == .null)
        #expect(row["strategy"] == .null)
        #expect(row["visitor"] == .null)
        #expect(row["format"] == .null)
        #expect(row["bid_price_micros"] == .null)
        #expect(row["order"] == .text("o-1"))
        #expect(row["value_micros"] == .integer(59_900_000))
        #expect(row["value_currency"] == .text("USD"))
    }

    @Test("identifiers of ours are never digits only, whatever the bits", arguments: EventKind.allCases)
    func identifiers(kind: EventKind) {
        for bits in [0, 1, 0x1111_1111_1111_1111, UInt64.max] {
            let row = row(kind) {
                $0.facts.bidID = BidID(high: bits, low: bits)
                $0.facts.visitorHigh = bits
                $0.facts.visitorLow = bits | 1
            }
            for column in ["event_id", "bid_id", "visitor"] {
                guard case .text(let text) = row[column] else {
                    Issue.record("no \(column)")
                    continue
                }
                #expect(!text.allSatisfy { $0.isNumber })
            }
        }
    }

    @Test("a column that is not there is null")
    func unknownColumn() { #expect(row(.bid)["colour"] == .null) }

    private static let hostile = [
        "", "plain", "a,b", "say \"hi\"", "two\nlines", "carriage\rreturn", "both\r\nlines", "\r\n=1+1", "tab\t",
        "Größe 早く 😀",
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\"", ",", "'", "\u{1}\u{7F}", "</script>", "\"\u{301}",
        "a,\u{301}b",
        "x\"\u{301},y", "\\", "null", "{}",
    ]

    @Test("whatever the texts hold, a JSON line can be read, says the same, and has every column", arguments: hostile)
    func json(text: String) throws {
        let line = row(.conversion) {
            $0.label = text
            $0.order = text
            $0.facts.domain = text
        }.json
        #expect(!line.utf8.contains(0x0A))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(Set(object.keys) == Set(EventRow.columns))
        for column in ["label", "order", "domain"] {
            if text.isEmpty {
                #expect(object[column] is NSNull)
            } else {
                #expect(object[column] as? String == text)
            }
        }
        #expect(object["test"] as? Bool == false)
        #expect(object["sequence"] as? Int == 9)
        #expect(object["auction_id"] as? String == "12345")
    }

    @Test("members of a JSON line stand in the order of the columns")
    func jsonOrder() {
        let line = row(.bid).json
        let places = EventRow.columns.compactMap { line.firstRange(of: "\"\($0)\":")?.lowerBound }
        #expect(places.count == EventRow.columns.count)
        #expect(places == places.sorted())
    }

    @Test("whatever the texts hold, a CSV line is one record of as many fields as columns", arguments: hostile)
    func csv(text: String) throws {
        let line = row(.conversion) {
            $0.label = text
            $0.order = text
            $0.facts.domain = text
        }.csv
        let fields = try #require(split(line))
        #expect(fields.count == EventRow.columns.count)
        for (name, field) in zip(EventRow.columns, fields) where ["label", "order", "domain"].contains(name) {
            #expect(field == text || field == "'" + text)
        }
    }

    @Test(
        "a text that a spreadsheet would run as a formula gets an apostrophe in front",
        arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\r\n=1+1", "=HYPERLINK(\"http://a\",\"b\")"])
    func formulas(text: String) throws {
        let line = row(.conversion) { $0.label = text }.csv
        let place = try #require(EventRow.columns.firstIndex(of: "label"))
        #expect(split(line)?[place] == "'" + text)
    }

    @Test("numbers and truth values are bare in CSV, what is absent is empty")
    func csvKinds() throws {
        let fields = try #require(split(row(.billing) { $0.price = CPM(micros: 5) }.csv))
        let byName = Dictionary(uniqueKeysWithValues: zip(EventRow.columns, fields))
        #expect(byName["price_micros"] == "5")
        #expect(byName["test"] == "false")
        #expect(byName["reason"] == "")
        #expect(byName["revision"] == "")
        #expect(byName["sequence"] == "9")
    }
}
