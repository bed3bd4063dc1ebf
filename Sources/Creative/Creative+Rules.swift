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
}

/// Whether a creative may run in a slot: OpenRTB's rules of format and of what a publisher blocks.
extension Creative {
    package enum Verdict: Sendable {
        case fits(Fit)
        case refused(PassReason)
    }

    /// - Source: OpenRTB 2.6, 3.2.6 to 3.2.9 (formats), 3.2.1 (`bcat`, `acat`, `badv`, `bapp`, `wlang`).
    package func fit(_ imp: Imp, in request: borrowing BidRequest) -> Verdict {
        guard let (fit, battr) = slot(imp, in: request) else { return .refused(.format) }
        if imp.secure, !isSecure { return .refused(.notSecure) }
        for attribute in attr where request.contains(battr, attribute) { return .refused(.attribute) }
        if let reason = blocked(in: request) { return .refused(reason) }
        return .fits(fit)
    }

    /// Whether the advertiser is one of a deal's `wadomain`.
    package func advertises(within domains: List<Text>, _ request: borrowing BidRequest) -> Bool {
        let text = request.text
        return adomain.contains { domain in request.contains(domains) { text.isWithin(domain, blocked: $0) } }
    }

    private func slot(_ imp: Imp, in request: borrowing BidRequest) -> (Fit, battr: List<Int32>)? {
        switch markup {
        case .banner(let markup):
            guard let slot = imp.banner, let fit = markup.fit(slot, in: request) else { return nil }
            return (fit, slot.battr)
        case .linear(let markup):
            guard let slot = markup.isVideo ? imp.video : imp.audio, let fit = markup.fit(slot, in: request) else {
                return nil
            }
            return (fit, slot.battr)
        case .native(let markup):
            guard let slot = imp.native, markup.answers(slot, in: request) else { return nil }
            return (Fit(mtype: .native), slot.battr)
        }
    }

    private func blocked(in request: borrowing BidRequest) -> PassReason? {
        let text = request.text
        for domain in adomain
        where request.contains(request.badv, where: { text.isWithin(domain, blocked: $0) }) { return .advertiser }
        for code in cat
        where request.contains(request.bcat, where: { text.isCategory(code, within: $0) }) { return .category }
        if !request.acat.isEmpty {
            let allowed = cat.contains { code in
                request.contains(request.acat) { text.isCategory(code, within: $0) }
            }
            if !allowed { return .category }
        }
        if !bundle.isEmpty, request.contains(request.bapp, bundle) { return .app }
        return speaks(request.wlang, request) && speaks(request.wlangb, request) ? nil : .language
    }

    /// Whether a list of languages, if there is one, has the creative's; one without words is welcome in all.
    private func speaks(_ languages: List<Text>, _ request: borrowing BidRequest) -> Bool {
        if languages.isEmpty || !hasWords { return true }
        let text = request.text
        return request.contains(languages) { text.isLanguage(language, accepted: $0) }
    }
}

extension TextBuffer {
    /// Whether a blocked domain is this one or one above it.
    fileprivate func isWithin(_ domain: [UInt8], blocked: Text) -> Bool {
        let extra = domain.count - blocked.count
        guard extra >= 0, blocked.count > 0 else { return false }
        if extra > 0, domain[extra - 1] != UInt8(ascii: ".") { return false }
        for index in 0..<blocked.count where self[blocked, index] != domain[extra + index] { return false }
        return true
    }

    /// Whether a code is the blocked one or below it: IAB7 blocks IAB7-3.
    fileprivate func isCategory(_ code: [UInt8], within parent: Text) -> Bool {
        guard parent.count > 0, code.count >= parent.count else { return false }
        for index in 0..<parent.count where self[parent, index] != code[index] { return false }
        return code.count == parent.count || code[parent.count] == UInt8(ascii: "-")
    }

    /// `en` and `en-us` speak the same language, whichever of the two the list names.
    fileprivate func isLanguage(_ language: [UInt8], accepted: Text) -> Bool {
        let shared = Swift.min(language.count, accepted.count)
        guard shared > 0 else { return false }
        for index in 0..<shared where self[accepted, index] != language[index] { return false }
        if language.count == accepted.count { return true }
        return language.count > shared
            ? language[shared] == UInt8(ascii: "-") : self[accepted, shared] == UInt8(ascii: "-")
    }
}

extension BannerMarkup {
    fileprivate func fit(_ slot: Banner, in request: borrowing BidRequest) -> Fit? {
        guard request.accepts(api: api, in: slot.api) else { return nil }
        if !slot.mimes.isEmpty, !mimes.isEmpty, !mimes.contains(where: { request.contains(slot.mimes, $0) }) {
            return nil
        }
        for type in types where request.contains(slot.btype, type) { return nil }
        for index in 0..<slot.format.count {
            let format = request.element(index, of: slot.format)
            if let fit = fit(format) { return fit }
        }
        return nil
    }

    private func fit(_ format: Format) -> Fit? {
        if format.w > 0, format.h > 0 {
            guard let size else { return Fit(mtype: .banner, w: format.w, h: format.h) }
            return size.w == format.w && size.h == format.h ? Fit(mtype: .banner, w: size.w, h: size.h) : nil
        }
        // A ratio with a least width.
        guard let size, format.wratio > 0, format.hratio > 0, size.w >= format.wmin,
            Int64(size.w) * Int64(format.hratio) == Int64(size.h) * Int64(format.wratio)
        else { return nil }
        return Fit(mtype: .banner, w: size.w, h: size.h)
    }
}

extension LinearMarkup {
    fileprivate func fit(_ slot: VideoOrAudio, in request: borrowing BidRequest) -> Fit? {
        guard request.accepts(api: api, in: slot.api), acceptsDuration(slot, in: request) else { return nil }
        guard let mime = mimes.firstIndex(where: { slot.mimes.isEmpty || request.contains(slot.mimes, $0) }) else {
            return nil
        }
        if isProgressive, !slot.delivery.isEmpty, !request.contains(slot.delivery, 2) { return nil }
        guard
            let version = protocols.first(where: {
                slot.protocols.isEmpty || request.contains(slot.protocols, $0.value)
            })
        else { return nil }
        if let bitrate {
            if let least = slot.minbitrate, least > 0, bitrate < least { return nil }
            if let most = slot.maxbitrate, most > 0, bitrate > most { return nil }
        }
        if slot.linearity == 2 { return nil }
        var fit = Fit(mtype: isVideo ? .video : .audio, dur: duration, vast: version.version, mime: mime)
        if isVideo {
            fit.w = size?.w ?? slot.w ?? 0
            fit.h = size?.h ?? slot.h ?? 0
        }
        return fit
    }

    private func acceptsDuration(_ slot: VideoOrAudio, in request: borrowing BidRequest) -> Bool {
        if !slot.rqddurs.isEmpty { return request.contains(slot.rqddurs, duration) }
        guard duration >= slot.minduration else { return false }
        if let pod = slot.poddur, pod > 0, duration > pod { return false }
        guard let most = slot.maxduration, most > 0, slot.maxextended != -1 else { return true }
        return Int64(duration) <= Int64(most) + Int64(max(0, slot.maxextended))
    }
}

extension BidRequest {
    /// Whether every framework that a creative needs is one that the slot supports.
    fileprivate borrowing func accepts(api needed: [Int32], in offered: List<Int32>) -> Bool {
        for framework in needed where !contains(offered, framework) { return false }
        return true
    }
}

extension Creative {
    /// Writes `,"adm":"…"`.
    package func writeMarkup(
        _ imp: Imp,
        _ fit: Fit,
        in request: borrowing BidRequest,
        _ urls: borrowing MarkupURLs,
        into out: inout ByteWriter
    ) {
        out.append(",\"adm\":\"")
        switch markup {
        case .banner(let banner): banner.template.write(urls, vast: "", into: &out)
        case .linear(let linear):
            linear.template.write(urls, vast: fit.vast, mediaType: linear.mimes[fit.mime], into: &out)
        case .native(let native):
            if let slot = imp.native { native.write(for: slot, in: request, urls, into: &out) }
        }
        out.append("\"")
    }
}
