import OpenRTB
import Testing

/// A field that stood elsewhere before OpenRTB 2.6.
struct MovedField: Sendable, CustomTestStringConvertible {
    /// In the dump.
    let path: String
    /// Members of the request; `NEW` and `OLD` stand for the member in its two places.
    let place: String
    let new: (member: String, value: String)
    let old: (member: String, value: String)
    /// Whether `place` is members of the impression instead.
    var inImp = false

    var testDescription: String { "\(path) in \(place)" }

    func json(new withNew: Bool, old withOld: Bool) -> String {
        let members = place.replacing("NEW", with: withNew ? new.member : #""x":0"#)
            .replacing("OLD", with: withOld ? old.member : #""y":0"#)
        return inImp ? request(imp: #""id":"1",\#(members)"#) : request(members)
    }

    /// Each pair in both orders of the document.
    static let all: [MovedField] = [
        pair("regs.gdpr", "regs", ext: "regs", (#""gdpr":0"#, "false"), (#""gdpr":1"#, "true")),
        pair(
            "regs.us_privacy", "regs", ext: "regs", (#""us_privacy":"1NNN""#, "1NNN"), (#""us_privacy":"1YYN""#, "1YYN")
        ),
        pair("regs.gpp", "regs", ext: "regs", (#""gpp":"NEW1""#, "NEW1"), (#""gpp":"OLD1""#, "OLD1")),
        pair("regs.gpp_sid", "regs", ext: "regs", (#""gpp_sid":[7,8]"#, "7 | 8"), (#""gpp_sid":[2]"#, "2")),
        pair("user.consent", "user", ext: "user", (#""consent":"CN""#, "CN"), (#""consent":"CO""#, "CO")),
        pair("user.eids[0].source", "user", ext: "user", eids("new"), eids("old")),
        pair("source.nodes[0].asi", "source", ext: "source", schain("new"), schain("old")),
        pair(
            "site.inventorypartnerdomain", "site", ext: "site", (#""inventorypartnerdomain":"new""#, "new"),
            (#""inventorypartnerdomain":"old""#, "old")),
        pair("device.os", "device", ext: "device", sua("new"), sua("old")),
        pair(
            "site.content.network", #""site":{"content""#, ext: nil, (#""network":{"name":"new"}"#, "new"),
            (#""network":{"name":"old"}"#, "old")),
        pair(
            "site.content.channel", #""site":{"content""#, ext: nil, (#""channel":{"name":"new"}"#, "new"),
            (#""channel":{"name":"old"}"#, "old")),
        pairInImp("imp[0].video.plcmt", (#""plcmt":2"#, "2"), (#""placement":5"#, "3")),
        pairInImp("imp[0].video.slotinpod", (#""slotinpod":2"#, "2"), (#""sequence":5"#, "5")),
        pairInImp("imp[0].video.protocols", (#""protocols":[7]"#, "7"), (#""protocol":3"#, "3")),
        rewarded(#""banner":{},NEW,"ext":{"prebid":{OLD}}"#, #""is_rewarded_inventory":1"#),
        rewarded(#""banner":{},"ext":{"prebid":{OLD}},NEW"#, #""is_rewarded_inventory":1"#),
        rewarded(#""banner":{},NEW,"ext":{OLD}"#, #""rewarded":1"#),
        rewarded(#""video":{"ext":{OLD}},NEW"#, #""rewarded":1"#),
        [
            // The oldest places of two fields are in another object altogether.
            MovedField(
                path: "regs.us_privacy", place: #""regs":{NEW},"user":{"ext":{OLD}}"#,
                new: (#""us_privacy":"1NNN""#, "1NNN"), old: (#""us_privacy":"1YYN""#, "1YYN")),
            MovedField(
                path: "regs.us_privacy", place: #""user":{"ext":{OLD}},"regs":{"ext":{NEW}}"#,
                new: (#""us_privacy":"1NNN""#, "1NNN"), old: (#""us_privacy":"1YYN""#, "1YYN")),
            MovedField(
                path: "source.nodes[0].asi", place: #""ext":{OLD},"source":{"ext":{NEW}}"#, new: schain("new"),
                old: schain("old")),
            MovedField(
                path: "source.nodes[0].asi", place: #""source":{NEW},"ext":{OLD}"#, new: schain("new"),
                old: schain("old")),
        ],
    ].flatMap { $0 }

    private typealias Spelling = (member: String, value: String)

    private static func pair(
        _ path: String, _ object: String, ext: String?, _ new: Spelling, _ old: Spelling
    ) -> [MovedField] {
        let open = ext == nil ? "\(object):{" : #""\#(object)":{"#
        let close = ext == nil ? "}}" : "}"
        return [
            MovedField(path: path, place: #"\#(open)NEW,"ext":{OLD}\#(close)"#, new: new, old: old),
            MovedField(path: path, place: #"\#(open)"ext":{OLD},NEW\#(close)"#, new: new, old: old),
        ]
    }

    private static func pairInImp(_ path: String, _ new: Spelling, _ old: Spelling) -> [MovedField] {
        [
            MovedField(path: path, place: #""video":{NEW,OLD}"#, new: new, old: old, inImp: true),
            MovedField(path: path, place: #""video":{OLD,NEW}"#, new: new, old: old, inImp: true),
        ]
    }

    private static func rewarded(_ place: String, _ old: String) -> [MovedField] {
        [
            MovedField(
                path: "imp[0].rwdd", place: place, new: (#""rwdd":0"#, "false"), old: (old, "true"), inImp: true)
        ]
    }

    private static func eids(_ word: String) -> Spelling {
        (#""eids":[{"source":"\#(word)","uids":[{"id":"u"}]}]"#, word)
    }

    private static func schain(_ word: String) -> Spelling {
        (#""schain":{"complete":1,"nodes":[{"asi":"\#(word)","sid":"1"}]}"#, word)
    }

    private static func sua(_ word: String) -> Spelling { (#""sua":{"platform":{"brand":"\#(word)"}}"#, word) }
}

@Suite("Fields that moved with OpenRTB 2.6")
struct MovedFieldsTests {
    @Test("the place of 2.6 is read", arguments: MovedField.all)
    func new(_ field: MovedField) throws {
        #expect(try value(field.path, of: field.json(new: true, old: false)) == field.new.value)
    }

    @Test("the older place is read where that of 2.6 is absent", arguments: MovedField.all)
    func old(_ field: MovedField) throws {
        #expect(try value(field.path, of: field.json(new: false, old: true)) == field.old.value)
    }

    @Test("the older place never overrides that of 2.6", arguments: MovedField.all)
    func both(_ field: MovedField) throws {
        #expect(try value(field.path, of: field.json(new: true, old: true)) == field.new.value)
    }
}
