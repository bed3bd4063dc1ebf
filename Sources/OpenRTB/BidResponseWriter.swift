package import Units

/// What a bid says of itself besides its markup and notice URLs; strings are already JSON-escaped bytes.
package struct BidHead: ~Copyable {
    package let id: BidID
    package let impid: Text
    package let price: CPM
    package let mtype: MarkupType
    /// Empty for an open bid.
    package let dealid: Text
    package let w: Int32
    package let h: Int32
    /// Seconds of video or audio, else 0.
    package let dur: Int32
    /// Seconds from auction to billing that we accept.
    package let exp: Int32

    package init(
        id: BidID,
        impid: Text,
        price: CPM,
        mtype: MarkupType,
        dealid: Text,
        w: Int32,
        h: Int32,
        dur: Int32,
        exp: Int32
    ) {
        self.id = id
        self.impid = impid
        self.price = price
        self.mtype = mtype
        self.dealid = dealid
        self.w = w
        self.h = h
        self.dur = dur
        self.exp = exp
    }
}

/// Writes a bid response into bytes, member by member, in the order in which it is called.
///
/// Open the response, then for each seat `openSeat`, its bids between `openBid` and `closeBid`, `closeSeat`; close.
/// - Source: OpenRTB 2.6, 4.2.
package enum BidResponseWriter {
    package static func open(
        requestID: Text,
        of buffer: TextBuffer,
        bidid: BidID,
        cur: Currency,
        into out: inout ByteWriter
    ) {
        out.append("{\"id\":")
        JSONText.append(requestID, of: buffer, to: &out)
        out.append(",\"bidid\":\"")
        out.append(bidid)
        out.append("\",\"cur\":\"")
        out.append(cur)
        out.append("\",\"seatbid\":[")
    }

    package static func openSeat(isFirst: Bool, into out: inout ByteWriter) {
        out.append(isFirst ? "{\"bid\":[" : ",{\"bid\":[")
    }

    /// - Parameter fixedMembers: what never changes from request to request (`adid`, `crid`, `cid`, `adomain`, …),
    ///   written ahead as `,"name":value…`.
    package static func openBid(
        _ bid: borrowing BidHead,
        fixedMembers: borrowing [UInt8],
        of buffer: TextBuffer,
        isFirst: Bool,
        into out: inout ByteWriter
    ) {
        out.append(isFirst ? "{\"id\":\"" : ",{\"id\":\"")
        out.append(bid.id)
        out.append("\",\"impid\":")
        JSONText.append(bid.impid, of: buffer, to: &out)
        out.append(",\"price\":")
        out.append(bid.price)
        out.append(",\"mtype\":")
        out.appendDecimal(Int64(bid.mtype.rawValue))
        out.append(fixedMembers)
        if !bid.dealid.isEmpty {
            out.append(",\"dealid\":")
            JSONText.append(bid.dealid, of: buffer, to: &out)
        }
        if bid.w > 0, bid.h > 0 {
            out.append(",\"w\":")
            out.appendDecimal(Int64(bid.w))
            out.append(",\"h\":")
            out.appendDecimal(Int64(bid.h))
        }
        if bid.dur > 0 {
            out.append(",\"dur\":")
            out.appendDecimal(Int64(bid.dur))
        }
        out.append(",\"exp\":")
        out.appendDecimal(Int64(bid.exp))
    }

    package static func closeBid(into out: inout ByteWriter) { out.append("}") }

    /// - Parameters:
    ///   - seat: JSON-escaped.
    ///   - isGrouped: whether the seat takes all of its bids or none.
    package static func closeSeat(_ seat: borrowing [UInt8], isGrouped: Bool = false, into out: inout ByteWriter) {
        out.append("],\"seat\":\"")
        out.append(seat)
        out.append(isGrouped ? "\",\"group\":1}" : "\"}")
    }

    package static func close(into out: inout ByteWriter) { out.append("]}") }
}
