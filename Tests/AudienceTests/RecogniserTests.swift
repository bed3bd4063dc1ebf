import Consent
import Events
import OpenRTB
import Sealing
import Testing
import Units

@testable import Audience

@Suite("Who a bid request's visitor is")
struct RecogniserTests {
    private static let key = (0..<32).map { UInt8($0) }
    private static let instant = Instant(seconds: 1_793_500_000)
    private static let full = ConsentDecision.unrestricted
    private static let limited = ConsentDecision(.limited, because: .tcfProfiles)

    private let hasher = IdentityHasher(key: key)
    private let tables = AudienceTables(visitors: 10, identities: 40)
    private let recogniser: Recogniser

    init() { recogniser = Recogniser(tables: tables, key: Self.key) }

    /// A visitor who is in the audience of its own number.
    private func makeVisitor(_ identifiers: Identifier..., isOptedOut: Bool = false) throws -> VisitorNumber {
        let visitor = try #require(tables.makeVisitor())
        for identifier in identifiers {
            tables.link(hasher.identity(identifier).key, kind: identifier.kind, to: visitor)
        }
        tables.setMembership(visitor, audience: AudienceNumber(100 + visitor.rawValue), untilMillis: .max)
        if isOptedOut { tables.setFlags(visitor, .optedOut) }
        return visitor
    }

    private func recognise(_ visitor: String, _ consent: ConsentDecision = full) throws -> Recogniser.Recognition {
        let reader = BidRequestReader()
        let request = #"{"id":"r","imp":[{"id":"1","banner":{"w":300,"h":250}}],\#(visitor)}"#
        try reader.read(copying: Array(request.utf8))
        return recogniser.recognise(reader.request, exchange: Array("adx".utf8), consent, at: Self.instant)
    }

    private func surrogate(of visitor: VisitorNumber) -> IdentityKey {
        SurrogateCipher(directoryKey: Self.key).surrogate(of: visitor)
    }

    /// Memberships that were copied out of the tables.
    private var copied: Int { recogniser.memberships.count }

    private static let everything = #"""
        "device":{"ifa":"ab-1"},"user":{"id":"u-1","buyeruid":"k-1",
        "eids":[{"source":"people.example","uids":[{"id":"p","atype":3}]}]}
        """#

    @Test("of several visitors whom a request names, the most trusted identifier's counts")
    func first() throws {
        let shopper = try makeVisitor(.ifa("ab-1"))
        _ = try makeVisitor(.exchangeUser(exchange: "adx", id: "u-1"))
        let found = try recognise(Self.everything)
        #expect(!found.isOptedOut)
        #expect(IdentityKey(high: found.surrogate.high, low: found.surrogate.low) == surrogate(of: shopper))
        #expect(recogniser.audiences == [100 + shopper.rawValue])
    }

    @Test(
        "one identifier of somebody who opted out is enough, be others known before it or not",
        arguments: [
            .cookie("k-1"), .ifa("ab-1"), .eid(source: "people.example", id: "p"),
            .exchangeUser(exchange: "adx", id: "u-1"),
        ] as [Identifier])
    func optedOut(identifier: Identifier) throws {
        for mode in [Self.full, Self.limited] {
            _ = try makeVisitor(identifier, isOptedOut: true)
            for other in [Identifier.cookie("k-1"), .ifa("ab-1")] where other != identifier {
                _ = try makeVisitor(other)
            }
            let found = try recognise(Self.everything, mode)
            #expect(found.isOptedOut)
            #expect(found.surrogate == (0, 0))
            #expect(recogniser.audiences == [])
            #expect(copied == 0)
        }
    }

    @Test("an opt-out under another exchange's name is somebody else's")
    func others() throws {
        _ = try makeVisitor(.exchangeUser(exchange: "other", id: "u-1"), isOptedOut: true)
        #expect(try !recognise(Self.everything).isOptedOut)
    }

    @Test("limited consent gives a surrogate, and not a membership is copied out")
    func limited() throws {
        let visitor = try makeVisitor(.cookie("k-1"))
        _ = try recognise(Self.everything)
        #expect(copied == 1)
        let found = try recognise(Self.everything, Self.limited)
        #expect(IdentityKey(high: found.surrogate.high, low: found.surrogate.low) == surrogate(of: visitor))
        #expect(copied == 0)
        #expect(recogniser.audiences == [])
    }

    @Test("below limited no identifier is asked, not even for an opt-out")
    func contextual() throws {
        _ = try makeVisitor(.cookie("k-1"), isOptedOut: true)
        let found = try recognise(Self.everything, ConsentDecision(.contextual, because: .coppa))
        #expect(!found.isOptedOut)
        #expect(found.surrogate == (0, 0))
    }

    @Test("who is unknown has the best identifier's hash, also where nothing is kept of anybody")
    func unknown() throws {
        let best = hasher.identity(.cookie("k-1")).key
        for recogniser in [recogniser, Recogniser(tables: nil, key: Self.key)] {
            let reader = BidRequestReader()
            try reader.read(copying: Array(#"{"id":"r","imp":[{"id":"1"}],\#(Self.everything)}"#.utf8))
            let found = recogniser.recognise(reader.request, exchange: Array("adx".utf8), Self.full, at: Self.instant)
            #expect(IdentityKey(high: found.surrogate.high, low: found.surrogate.low) == best)
        }
    }
}
