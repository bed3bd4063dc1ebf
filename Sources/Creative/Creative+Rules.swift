package import OpenRTB

/// How a creative fills a slot.
package struct Fit: BitwiseCopyable, Sendable {
    package var mtype: MarkupType
    /// Pixels; 0 where the format has none.
    package var w: Int32 = 0
    package var h: Int32 = 0
    /// Seconds of video or audio.
    package var dur: Int32 = 0
    /// Of the VAST document.
    package var vast: StaticString = ""
    /// Index of the media file's type among the creative's.
    package var mime = 0
    /// Index of the VAST document's version among the creative's.
    var rendition = 0
}

/// Whether a creative may run in a slot: OpenRTB's rules of format and of what a publisher blocks.
extension Creative {
    package enum Verdict: Sendable {
        case fits(Fit)
        case refused(PassReason)
    }

    /// - Source: OpenRTB 2.6, 3.2.6 to 3.2.9 (formats), 3.2.1 (`bcat`, `acat`, `badv`, `bapp`, `wlang`).
    package func fit(_ imp: Imp, in request: borrowing BidRequest) -> Verdict {
        switch slot(imp, in: request) {
        case .refused(let reason): .refused(reason)
        case .fits(let fit): blocked(in: request).map { .refused($0) } ?? .fits(fit)
        }
    }

    /// The same with the request's lists indexed, for loops that ask of many creatives.
    ///
    /// - Parameter blocks: started with this request.
    package func fit(_ imp: Imp, in request: borrowing BidRequest, _ blocks: inout BlockIndex) -> Verdict {
        switch slot(imp, in: request) {
        case .refused(let reason): .refused(reason)
        case .fits(let fit):
            (blocks.isReady(request) ? blocked(in: request, blocks) : blocked(in: request)).map { .refused($0) }
                ?? .fits(fit)
        }
    }

    /// Whether the advertiser is one of a deal's `wadomain`.
    package func advertises(within domains: List<Text>, _ request: borrowing BidRequest) -> Bool {
        let text = request.text
        return adomain.contains { domain in request.contains(domains) { text.isWithin(domain, blocked: $0) } }
    }

    /// The rules of the slot itself.
    private func slot(_ imp: Imp, in request: borrowing BidRequest) -> Verdict {
        let found: (fit: Fit?, battr: List<Int32>)
        switch markup {
        case .banner(let markup):
            guard let slot = imp.banner else { return .refused(.format) }
            found = (markup.fit(slot, of: imp, in: request), slot.battr)
        case .linear(let markup):
            guard let slot = markup.isVideo ? imp.video : imp.audio else { return .refused(.format) }
            found = (markup.fit(slot, in: request), slot.battr)
        case .native(let markup):
            guard let slot = imp.native else { return .refused(.format) }
            found = (markup.answers(slot, in: request) ? Fit(mtype: .native) : nil, slot.battr)
        }
        guard let fit = found.fit else { return .refused(.format) }
        if imp.secure, !isSecure { return .refused(.notSecure) }
        // Who is paid for seeing an ad through must not get past it.
        if imp.rwdd, attr.contains(16) { return .refused(.rewarded) }
        for attribute in attr where request.contains(found.battr, attribute) { return .refused(.attribute) }
        return .fits(fit)
    }
}

extension BidRequest {
    /// Whether every framework that a creative needs is one that the slot supports.
    borrowing func accepts(api needed: [Int32], in offered: List<Int32>) -> Bool {
        for framework in needed where !contains(offered, framework) { return false }
        return true
    }
}

extension Creative {
    /// Writes `,"adm":"…"`.
    ///
    /// - Parameter fit: what the rules found for this impression.
    package func writeMarkup(
        _ imp: Imp,
        _ fit: Fit,
        in request: borrowing BidRequest,
        _ urls: borrowing MarkupURLs,
        into out: inout ByteWriter
    ) {
        let facts = MarkupFacts(imp: imp.id, creative: id)
        out.append(",\"adm\":\"")
        switch markup {
        case .banner(let banner): banner.template.write(urls, facts, in: request, into: &out)
        case .linear(let linear): linear.write(fit, facts, in: request, urls, into: &out)
        case .native(let native):
            if let slot = imp.native { native.write(for: slot, facts, in: request, urls, into: &out) }
        }
        out.append("\"")
    }
}
