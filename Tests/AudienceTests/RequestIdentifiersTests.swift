import Audience
import Events
import OpenRTB
import Testing

@Suite("Identifiers of a bid request")
struct RequestIdentifiersTests {
    private let hasher = IdentityHasher(key: [UInt8](repeating: 7, count: 32))

    private static let request = #"""
        {"id":"r","imp":[{"id":"1","banner":{"w":300,"h":250}}],
        "device":{"ifa":"AB-1","didsha1":"aa","dpidmd5":"bb","macsha1":"cc"},
        "user":{"id":"u-1","buyeruid":"k-1","eids":[{"source":"Web.example","uids":[{"id":"w","atype":1}]},
        {"source":"people.example","uids":[{"id":"p","atype":3},{"id":"q"}]},{"uids":[{"id":"nobody's"}]}]}}
        """#

    /// The identities that are asked for, in their order, until one of these is found.
    private func asked(
        _ request: String = request, ifaAllowed: Bool = true, finding wanted: Identifier? = nil
    ) throws -> (asked: [Identity], found: Identity?) {
        let reader = BidRequestReader()
        try reader.read(copying: Array(request.utf8))
        var asked: [Identity] = []
        let wanted = wanted.map { hasher.identity($0) }
        let found = RequestIdentifiers.find(
            in: reader.request, exchange: Array("adx".utf8), ifaAllowed: ifaAllowed, hasher: hasher
        ) { identity in
            asked.append(identity)
            return identity == wanted
        }
        return (asked, found)
    }

    private static let all: [Identifier] = [
        .cookie("k-1"), .ifa("AB-1"), .eid(source: "people.example", id: "p"), .eid(source: "web.example", id: "w"),
        .eid(source: "people.example", id: "q"), .exchangeUser(exchange: "adx", id: "u-1"),
    ]

    @Test("come in order of trust, hash as those of events do, and hashed hardware ids are none")
    func order() throws {
        let (asked, found) = try asked()
        #expect(asked == Self.all.map(hasher.identity))
        #expect(found == nil)
    }

    @Test("are gone over until one is found", arguments: all.indices)
    func stops(index: Int) throws {
        let (asked, found) = try asked(finding: Self.all[index])
        #expect(asked.count == index + 1)
        #expect(found == hasher.identity(Self.all[index]))
    }

    @Test("a device id that may not be used, or is all zeros, is passed over")
    func ifa() throws {
        let allowed = Self.all.filter { $0.kind != .ifa }.map(hasher.identity)
        #expect(try asked(ifaAllowed: false).asked == allowed)
        let zeros = Self.request.replacing("AB-1", with: "00000000-0000-0000-0000-000000000000")
        #expect(try asked(zeros).asked == allowed)
    }

    @Test(
        "a text that stands for nobody is no identifier, whichever it stands in for",
        arguments: [
            "0", "00000000-0000", "null", "NULL", "Undefined", "opt_out", "-1", "${UID}", "[UID]", "%%UID%%", "{uid}",
        ])
    func placeholders(text: String) throws {
        for id in ["k-1", "AB-1", #""id":"p""#, #""id":"w""#, #""id":"q""#, "u-1"] {
            let replaced = id.hasPrefix("\"") ? #""id":"\#(text)""# : text
            let asked = try asked(Self.request.replacing(id, with: replaced)).asked
            #expect(asked.count == Self.all.count - 1, "\(text) for \(id)")
            #expect(asked.allSatisfy(Self.all.map(hasher.identity).contains))
        }
    }

    @Test("a request without any is nobody's")
    func none() throws {
        let request = #"{"id":"r","imp":[{"id":"1","banner":{"w":300,"h":250}}]}"#
        #expect(try asked(request).asked == [])
    }
}
