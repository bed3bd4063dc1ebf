import OpenRTB
import Targeting
import Testing

@Suite("Targeting by impression")
struct SlotTargetingTests {
    private static let native = #""native":{"request":{"assets":[{"id":1}]}}"#

    @Test(
        "a format matches where it is one of those offered",
        arguments: [
            Case(.format([.banner]), imp: #""banner":{}"#, true), Case(.format([.video]), imp: #""banner":{}"#, false),
            Case(.format([.video]), imp: #""video":{}"#, true), Case(.format([.audio]), imp: #""audio":{}"#, true),
            Case(.format([.native]), imp: native, true), Case(.format([.native, .audio]), imp: #""banner":{}"#, false),
            // One of the formats offered is enough.
            Case(.format([.video]), imp: #""banner":{},"video":{}"#, true),
        ])
    func format(_ item: Case) throws { try item.check() }

    @Test(
        "a size matches one of the banner, or that of the player",
        arguments: [
            Case(.size([Size(w: 300, h: 250)]), imp: #""banner":{"w":300,"h":250}"#, true),
            Case(.size([Size(w: 300, h: 250)]), imp: #""banner":{"w":250,"h":300}"#, false),
            Case(.size([Size(w: 320, h: 50)]), imp: #""banner":{"format":[{"w":300,"h":250},{"w":320,"h":50}]}"#, true),
            Case(.size([Size(w: 1, h: 1), Size(w: 300, h: 250)]), imp: #""banner":{"w":300,"h":250}"#, true),
            Case(.size([Size(w: 640, h: 360)]), imp: #""video":{"w":640,"h":360}"#, true),
            Case(.size([Size(w: 640, h: 360)]), imp: #""video":{"w":640}"#, false),
            Case(.size([Size(w: 640, h: 360)]), imp: #""banner":{"w":1,"h":1},"video":{"w":640,"h":360}"#, true),
            Case(.size([Size(w: 300, h: 250)]), imp: #""banner":{}"#, false),
            Case(.size([Size(w: 300, h: 250)]), imp: #""audio":{}"#, false),
        ])
    func size(_ item: Case) throws { try item.check() }

    @Test(
        "a position matches that of the banner or of the player",
        arguments: [
            Case(.position([1, 3]), imp: #""banner":{"pos":3}"#, true),
            Case(.position([1]), imp: #""banner":{"pos":3}"#, false),
            Case(.position([7]), imp: #""video":{"pos":7}"#, true),
            Case(.position([7]), imp: #""banner":{},"video":{"pos":7}"#, true),
            Case(.position([0]), imp: #""banner":{}"#, false), Case(.position([0]), imp: #""banner":{"pos":0}"#, true),
        ])
    func position(_ item: Case) throws { try item.check() }

    @Test(
        "interstitial and rewarded match by their flags, absent meaning not",
        arguments: [
            Case(.interstitial(true), imp: #""banner":{},"instl":1"#, true),
            Case(.interstitial(false), imp: #""banner":{},"instl":1"#, false),
            Case(.interstitial(false), imp: #""banner":{}"#, true),
            Case(.rewarded(true), imp: #""video":{},"rwdd":1"#, true),
            Case(.rewarded(false), imp: #""video":{},"rwdd":0"#, true),
            Case(.rewarded(true), imp: #""video":{},"ext":{"rewarded":1}"#, true),
        ])
    func flags(_ item: Case) throws { try item.check() }

    private static func deals(_ ids: String...) -> String {
        let list = ids.map { #"{"id":"\#($0)"}"# }.joined(separator: ",")
        return #""banner":{},"pmp":{"deals":[\#(list)]}"#
    }

    @Test(
        "a deal matches by its id as it is",
        arguments: [
            Case(.deal(texts("Deal-1")), imp: deals("Deal-1"), true),
            Case(.deal(texts("Deal-1")), imp: deals("deal-1"), false),
            Case(.deal(texts("b", "c")), imp: deals("a", "b"), true),
            Case(.deal(texts("c")), imp: deals("a", "b"), false),
            Case(.deal(texts("a")), imp: deals(), false),
        ])
    func deal(_ item: Case) throws { try item.check() }

    @Test("an impression's deals are its own, not its neighbour's")
    func neighbour() throws {
        let json = #"{"id":"r","imp":[{"id":"1","banner":{}},{"id":"2",\#(Self.deals("d"))}]}"#
        #expect(try verdict(.leaf(.deal(texts("d"))), json) == false)
    }
}
