import Documents
import Events
import HTTP1
import OpenRTB
import Sealing
import Testing
import Units

@testable import FuzzSubjects

/// A property that cannot fail is none: each is shown what must break it, in a process of its own.
@Suite("Fuzzing: broken properties end the process")
struct BrokenPropertyTests {
    private func expect(_ claim: String, in result: ExitTest.Result?) {
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("property broken") && text.contains(claim), "\(text.prefix(500))")
    }

    @Test("a response that is cut short")
    func cutResponse() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Sound.check(Array(Sound.response().dropLast()))
        }
        expect("a response is well-formed JSON", in: result)
    }

    @Test("a response with another id")
    func otherID() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Sound.check(Sound.response(id: "r2"))
        }
        expect("a response bears the request's id", in: result)
    }

    @Test("a price a micro below the floor")
    func belowFloor() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Sound.check(Sound.response(price: "1.499999"))
        }
        expect("at its floor", in: result)
    }

    @Test("a bid of a format that is not on offer")
    func otherFormat() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Sound.check(Sound.response(mtype: 2))
        }
        expect("a format on offer", in: result)
    }

    @Test("a response as it should be ends nothing")
    func sound() async { await #expect(processExitsWith: .success) { Sound.check(Sound.response()) } }

    @Test("a token that opens to other bytes than were sealed")
    func openedOtherwise() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let token = TokenSubject.seal(FuzzWorld.factBytes, by: Sealer(ring: TokenSubject.ring))
            TokenSubject.check(FuzzWorld.factBytes, of: token)
            TokenSubject.check(FuzzWorld.factBytes + [0], of: token)
        }
        expect("never sealed", in: result)
    }

    @Test("a price that is not the one in the text")
    func otherPrice() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            PriceSubject.check(.price(CPM(micros: 1_500_000)), of: "1.5", .plain)
            PriceSubject.check(.price(CPM(micros: 1_500_001)), of: "1.5", .plain)
        }
        expect("was read as 1.500001", in: result)
    }

    @Test("a Google price that nobody sealed")
    func unsealedPrice() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let value = Base64URL.encode([UInt8](repeating: 7, count: 28))
            PriceSubject.check(.price(CPM(micros: 7)), of: value, PriceSubject.google)
        }
        expect("did not seal", in: result)
    }

    @Test("an event that comes back changed")
    func changedEvent() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let event = Event(.win, at: FuzzWorld.instant, facts: FuzzWorld.facts)
            LogRecordSubject.check(event, isRewritten: event)
            var other = event
            other.reason = 1
            LogRecordSubject.check(other, isRewritten: event)
        }
        expect("the same after it was written", in: result)
    }

    @Test("a fault without a place")
    func placelessFault() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let node = Node(.null, position: Fault.Position(line: 1, column: 1))
            TargetingSubject.check([Fault("is wrong", at: "/a", position: node.position)], of: node, at: "")
            TargetingSubject.check([Fault("is wrong", at: "/a")], of: node, at: "")
        }
        expect("has a line", in: result)
    }

    @Test("requests that depend on where their bytes were cut")
    func cutRequests() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var whole = HTTPSubject.Reading()
            whole.refusal = .bareLF
            HTTPSubject.check(whole, whole)
            HTTPSubject.check(whole, HTTPSubject.Reading())
        }
        expect("refused alike", in: result)
    }
}

/// A response to the first fixed request, sound unless a test says otherwise.
enum Sound {
    static func response(id: String = "r1", price: String = "1.5", mtype: Int = 1) -> [UInt8] {
        let bid = #"{"id":"b1","impid":"1","price":\#(price),"mtype":\#(mtype),"adm":"<b>"}"#
        return Array(#"{"id":"\#(id)","cur":"USD","seatbid":[{"bid":[\#(bid)],"seat":"acme"}]}"#.utf8)
    }

    static func check(_ response: [UInt8]) {
        let reader = BidRequestReader()
        do {
            try reader.read(copying: Array(FuzzWorld.requests[0].utf8))
        } catch {
            // An exit test must not pass for a reason of its own.
            print("the fixed request is refused: \(error)")
            return
        }
        AnswerProperties(response, of: reader.request).checkBids(of: reader.request, count: 1, currency: .usd)
    }
}
