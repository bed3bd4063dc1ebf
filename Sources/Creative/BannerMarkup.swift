internal import OpenRTB

/// A banner's markup and what it needs. A class, so that looking at it copies nothing.
package final class BannerMarkup: Sendable {
    /// nil: fits any size.
    let size: (w: Int32, h: Int32)?
    let api: [Int32]
    let mimes: [[UInt8]]
    /// Directions in which it expands.
    let expand: [Int32]
    /// What kinds of banner ad it is, as `btype` numbers them.
    let types: [Int32]
    let template: MarkupTemplate

    /// - Parameter html: our pixel is added at its end where it has no `{impression}` of its own.
    package init(html: String, w: Int32?, h: Int32?, api: [Int32], mimes: [String], expand: [Int32] = []) {
        if let w, let h { size = (w, h) } else { size = nil }
        self.api = api
        self.mimes = mimes.map { Array($0.utf8) }
        self.expand = expand
        types = Self.types(of: html)
        var template = MarkupTemplate(html)
        if !template.hasImpression { template.append(Self.pixel[...], in: .markup) }
        self.template = template
    }

    private static let pixel =
        #"<img src="{impression}" width="1" height="1" alt="" style="position:absolute;visibility:hidden">"#

    /// 1 text, 2 markup with images, 3 script, 4 frames.
    ///
    /// - Source: OpenRTB 2.5, 5.2 (AdCOM 1.0, Creative Subtypes - Display).
    private static func types(of html: String) -> [Int32] {
        var (hasScript, hasFrame, hasImage) = (false, false, false)
        var rest = Array(html.utf8)[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "<")) {
            rest = rest[(open + 1)...]
            if starts(rest, with: "script") { hasScript = true }
            if starts(rest, with: "iframe") { hasFrame = true }
            if starts(rest, with: "img") { hasImage = true }
        }
        if hasScript || hasFrame { return (hasScript ? [3] : []) + (hasFrame ? [4] : []) }
        return [hasImage ? 2 : 1]
    }

    private static func starts(_ text: ArraySlice<UInt8>, with name: StaticString) -> Bool {
        let name = unsafe UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        guard text.count >= name.count else { return false }
        for index in 0..<name.count where unsafe text[text.startIndex + index] | 0x20 != name[index] { return false }
        return true
    }

    /// How the creative fills a slot; nil where it does not.
    ///
    /// - Source: OpenRTB 2.6, 3.2.6 and 3.2.10.
    func fit(_ slot: Banner, of imp: Imp, in request: borrowing BidRequest) -> Fit? {
        guard request.accepts(api: api, in: slot.api) else { return nil }
        if !slot.mimes.isEmpty, !mimes.isEmpty, !mimes.contains(where: { request.contains(slot.mimes, $0) }) {
            return nil
        }
        for type in types where request.contains(slot.btype, type) { return nil }
        for direction in expand where !request.contains(slot.expdir, direction) { return nil }
        for index in 0..<slot.format.count {
            if let fit = fit(request.element(index, of: slot.format)) { return fit }
        }
        return imp.instl ? fitInterstitial(slot, in: request) : nil
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

    /// On a whole screen a smaller creative stands well too, down to half of it either way.
    private func fitInterstitial(_ slot: Banner, in request: borrowing BidRequest) -> Fit? {
        guard let size else { return nil }
        let fit = Fit(mtype: .banner, w: size.w, h: size.h)
        if slot.format.isEmpty {
            guard let w = request.device.w, let h = request.device.h else { return nil }
            // The device tells its own pixels; creatives are measured in independent ones.
            let ratio = max(1, request.device.pxratio ?? 1)
            return fills(Double(w) / ratio, Double(h) / ratio) ? fit : nil
        }
        for index in 0..<slot.format.count {
            let format = request.element(index, of: slot.format)
            if format.w > 0, fills(Double(format.w), Double(format.h)) { return fit }
        }
        return nil
    }

    private func fills(_ w: Double, _ h: Double) -> Bool {
        guard let size else { return false }
        let own = (w: Double(size.w), h: Double(size.h))
        return own.w <= w && own.h <= h && own.w * 2 >= w && own.h * 2 >= h
    }
}
