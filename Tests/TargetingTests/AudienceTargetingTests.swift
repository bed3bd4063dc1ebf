import OpenRTB
import Testing
import Units

@testable import Targeting

@Suite("A segment names audiences of the strategy's advertiser, everybody's, and the request's own")
struct AudienceTargetingTests {
    private static let names = AudienceNames([
        0: ("acme", "Runners"), 1: ("bolt", "runners"), 2: (nil, "runners"), 7: ("acme", "walkers"),
    ])

    private func matches(
        _ segment: String, of advertiser: String, in audiences: [UInt32], consent: Bool = true
    ) throws
        -> Bool
    {
        let predicate = Predicate.leaf(.segment([Array(segment.utf8)])).naming(audiencesOf: advertiser)
        var context = TargetingContext(exchange: [], instant: Instant(micros: 0), personalDataAllowed: consent)
        context.names = Self.names
        context.audiences = audiences
        let reader = BidRequestReader()
        // An exchange that tries to spell our audience in its own segments.
        try reader.read(
            copying: Array(
                #"{"id":"1","imp":[{"id":"1","banner":{}}],"user":{"data":[{"segment":[{"id":"acme\u00ffrunners"}]}]}}"#
                    .utf8))
        let found = Evaluator.matches(predicate, reader.request.imps[0], of: reader.request, context)
        let listed = shortlists(TargetingIndex([predicate]), reader.request, context, by: TargetingMatcher())
        #expect(listed == [found ? [0] : []])
        return found
    }

    @Test("the advertiser's own audience, whatever the case of its id")
    func own() throws {
        #expect(try matches("runners", of: "acme", in: [0]))
        #expect(try matches("walkers", of: "acme", in: [3, 7]))
    }

    @Test("another advertiser's audience of that name is no match")
    func others() throws { #expect(try !matches("runners", of: "acme", in: [1])) }

    @Test("an audience that is nobody's is everybody's")
    func everybody() throws {
        #expect(try matches("runners", of: "acme", in: [2]))
        #expect(try matches("runners", of: "bolt", in: [2]))
    }

    @Test("no segment of a request can spell an audience, and numbers without a name are none")
    func spoof() throws {
        #expect(try !matches("runners", of: "acme", in: []))
        #expect(try !matches("runners", of: "acme", in: [3, 99]))
    }

    @Test("without consent no audience is looked at")
    func consent() throws { #expect(try !matches("runners", of: "acme", in: [0], consent: false)) }
}
