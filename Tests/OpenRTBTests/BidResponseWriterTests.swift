import Foundation
import OpenRTB
import Testing
import Units

@Suite("Bid response writer")
struct BidResponseWriterTests {
    private let id = BidID(high: 1, low: 2)

    private func head(
        _ request: borrowing BidRequest, mtype: MarkupType, deal: Text, w: Int32, h: Int32, dur: Int32
    ) -> BidHead {
        BidHead(
            id: id, impid: request.imps[0].id, price: CPM(micros: 2_500_000), mtype: mtype, dealid: deal, w: w, h: h,
            dur: dur, exp: 300)
    }

    @Test("an open banner bid is written without the members that it does not need")
    func banner() throws {
        let reader = try read(#"{"id":"r \"1\"","imp":[{"id":"i\\1","banner":{}}]}"#)
        var out = ByteWriter(capacity: 1)
        let text = reader.request.text
        BidResponseWriter.open(requestID: reader.request.id, of: text, bidid: id, cur: .usd, into: &out)
        BidResponseWriter.openSeat(isFirst: true, into: &out)
        BidResponseWriter.openBid(
            head(reader.request, mtype: .banner, deal: .absent, w: 300, h: 250, dur: 0),
            fixedMembers: Array(#","crid":"c""#.utf8), of: text, isFirst: true, into: &out)
        BidResponseWriter.closeBid(into: &out)
        BidResponseWriter.closeSeat(Array("seat-1".utf8), into: &out)
        BidResponseWriter.close(into: &out)
        #expect(
            String(decoding: out.array(), as: UTF8.self)
                == #"{"id":"r \"1\"","bidid":"\#(id)","cur":"USD","seatbid":[{"bid":[{"id":"\#(id)","impid":"i\\1","#
                + #""price":2.5,"mtype":1,"crid":"c","w":300,"h":250,"exp":300}],"seat":"seat-1"}]}"#)
    }

    @Test("a video bid on a deal tells the deal and its duration, and no size where there is none")
    func videoOnDeal() throws {
        let reader = try read(request(imp: #""id":"1","video":{},"pmp":{"deals":[{"id":"d\"1"}]}"#))
        let deal = reader.request.element(0, of: reader.request.imps[0].deals)
        var out = ByteWriter()
        BidResponseWriter.openBid(
            head(reader.request, mtype: .video, deal: deal.id, w: 0, h: 0, dur: 15), fixedMembers: [],
            of: reader.request.text, isFirst: false, into: &out)
        BidResponseWriter.closeBid(into: &out)
        #expect(
            String(decoding: out.array(), as: UTF8.self)
                == #",{"id":"\#(id)","impid":"1","price":2.5,"mtype":2,"dealid":"d\"1","dur":15,"exp":300}"#)
    }

    @Test("several seats with several bids make one JSON document")
    func several() throws {
        let reader = try read(request(imp: #""id":"1","banner":{}"#))
        var out = ByteWriter()
        BidResponseWriter.open(
            requestID: reader.request.id, of: reader.request.text, bidid: id, cur: .usd, into: &out)
        for seat in 0..<2 {
            BidResponseWriter.openSeat(isFirst: seat == 0, into: &out)
            for bid in 0..<2 {
                BidResponseWriter.openBid(
                    head(reader.request, mtype: .native, deal: .absent, w: 0, h: 0, dur: 0), fixedMembers: [],
                    of: reader.request.text, isFirst: bid == 0, into: &out)
                BidResponseWriter.closeBid(into: &out)
            }
            BidResponseWriter.closeSeat(Array("s\(seat)".utf8), into: &out)
        }
        BidResponseWriter.close(into: &out)
        let document = try JSONSerialization.jsonObject(with: Data(out.array())) as? [String: Any]
        let seats = document?["seatbid"] as? [[String: Any]] ?? []
        #expect(seats.compactMap { $0["seat"] as? String } == ["s0", "s1"])
        #expect(seats.compactMap { ($0["bid"] as? [Any])?.count } == [2, 2])
    }
}
