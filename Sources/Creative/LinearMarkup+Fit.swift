internal import OpenRTB

extension LinearMarkup {
    /// How the creative fills a video or audio slot; nil where it does not.
    ///
    /// `skip` does not refuse: 0 says that the player offers no button, and a document's `skipoffset` is its to honour.
    /// - Source: OpenRTB 2.6, 3.2.7 and 3.2.8.
    func fit(_ slot: VideoOrAudio, in request: borrowing BidRequest) -> Fit? {
        guard request.accepts(api: api, in: slot.api), acceptsDuration(slot, in: request) else { return nil }
        guard let mime = mimes.firstIndex(where: { slot.mimes.isEmpty || request.contains(slot.mimes, $0) }) else {
            return nil
        }
        if isProgressive, !slot.delivery.isEmpty, !request.contains(slot.delivery, 2) { return nil }
        guard
            let rendition = renditions.firstIndex(where: {
                slot.protocols.isEmpty || request.contains(slot.protocols, $0.protocolValue)
            })
        else { return nil }
        if let bitrate {
            if let least = slot.minbitrate, least > 0, bitrate < least { return nil }
            if let most = slot.maxbitrate, most > 0, bitrate > most { return nil }
        }
        if slot.linearity == 2 { return nil }
        var fit = Fit(mtype: isVideo ? .video : .audio, dur: duration)
        fit.vast = renditions[rendition].version
        fit.mime = mime
        fit.rendition = rendition
        if isVideo {
            fit.w = size?.w ?? slot.w ?? 0
            fit.h = size?.h ?? slot.h ?? 0
        }
        return fit
    }

    /// How the creative answers a native ad's video asset; nil where it does not.
    ///
    /// - Source: Native 1.2, section 4.5.
    func fit(_ asset: NativeAsset) -> Fit? {
        guard duration >= asset.minduration, asset.maxduration == 0 || duration <= asset.maxduration,
            let mime = mediaTypes.firstIndex(where: {
                asset.mimes.isEmpty || $0 != .other && asset.mimes.contains($0)
            }),
            let rendition = renditions.firstIndex(where: {
                asset.protocols == 0 || asset.protocols >> UInt32($0.protocolValue) & 1 == 1
            })
        else { return nil }
        var fit = Fit(mtype: .native, dur: duration)
        fit.vast = renditions[rendition].version
        fit.mime = mime
        fit.rendition = rendition
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
