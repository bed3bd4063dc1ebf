import OpenRTB
import Units

extension RequestDump {
    mutating func imp(_ imp: Imp, at path: String, _ request: borrowing BidRequest) {
        put("\(path).id", imp.id)
        put("\(path).privateAuction", imp.privateAuction)
        put("\(path).instl", imp.instl)
        put("\(path).tagid", imp.tagid)
        putFloor("\(path).bidfloor", imp.bidfloor)
        put("\(path).bidfloorcur", imp.bidfloorcur)
        put("\(path).secure", imp.secure)
        put("\(path).rwdd", imp.rwdd)
        put("\(path).exp", imp.exp)
        put("\(path).qty", imp.qty.thousandths)
        put("\(path).deals", imp.deals.count)
        for index in 0..<imp.deals.count {
            deal(request.element(index, of: imp.deals), at: "\(path).deals[\(index)]", request)
        }
        if let slot = imp.banner { banner(slot, at: "\(path).banner", request) }
        if let slot = imp.video { videoOrAudio(slot, at: "\(path).video", request) }
        if let slot = imp.audio { videoOrAudio(slot, at: "\(path).audio", request) }
        if let slot = imp.native { native(slot, at: "\(path).native", request) }
    }

    private mutating func deal(_ deal: Deal, at path: String, _ request: borrowing BidRequest) {
        put("\(path).id", deal.id)
        putFloor("\(path).bidfloor", deal.bidfloor)
        put("\(path).bidfloorcur", deal.bidfloorcur)
        put("\(path).at", deal.at)
        put("\(path).wseat", deal.wseat, request)
        put("\(path).wadomain", deal.wadomain, request)
        put("\(path).guar", deal.guar)
        put("\(path).mincpmpersec", deal.mincpmpersec?.micros)
        durFloors(deal.durfloors, at: path, request)
    }

    private mutating func durFloors(_ list: List<DurFloor>, at path: String, _ request: borrowing BidRequest) {
        for index in 0..<list.count {
            let entry = request.element(index, of: list)
            put("\(path).durfloors[\(index)].mindur", entry.mindur)
            put("\(path).durfloors[\(index)].maxdur", entry.maxdur)
            putFloor("\(path).durfloors[\(index)].bidfloor", entry.bidfloor)
        }
    }

    private mutating func banner(_ slot: Banner, at path: String, _ request: borrowing BidRequest) {
        put("\(path).formats", slot.format.count)
        for index in 0..<slot.format.count {
            let format = request.element(index, of: slot.format)
            let size =
                format.w > 0
                ? "\(format.w)x\(format.h)" : "\(format.wratio):\(format.hratio) from \(format.wmin)"
            put("\(path).format[\(index)]", size)
        }
        put("\(path).btype", slot.btype, request)
        put("\(path).battr", slot.battr, request)
        put("\(path).pos", slot.pos)
        put("\(path).mimes", slot.mimes, request)
        put("\(path).expdir", slot.expdir, request)
        put("\(path).api", slot.api, request)
    }

    private mutating func videoOrAudio(_ slot: VideoOrAudio, at path: String, _ request: borrowing BidRequest) {
        put("\(path).mimes", slot.mimes, request)
        put("\(path).minduration", slot.minduration)
        put("\(path).maxduration", slot.maxduration)
        put("\(path).rqddurs", slot.rqddurs, request)
        put("\(path).startdelay", slot.startdelay)
        put("\(path).maxseq", slot.maxseq)
        put("\(path).poddur", slot.poddur)
        put("\(path).podid", slot.podid)
        put("\(path).slotinpod", slot.slotinpod)
        put("\(path).mincpmpersec", slot.mincpmpersec?.micros)
        durFloors(slot.durfloors, at: path, request)
        put("\(path).protocols", slot.protocols, request)
        put("\(path).battr", slot.battr, request)
        put("\(path).api", slot.api, request)
        put("\(path).maxextended", slot.maxextended)
        put("\(path).minbitrate", slot.minbitrate)
        put("\(path).maxbitrate", slot.maxbitrate)
        put("\(path).delivery", slot.delivery, request)
        put("\(path).w", slot.w)
        put("\(path).h", slot.h)
        put("\(path).plcmt", slot.plcmt)
        put("\(path).linearity", slot.linearity)
        put("\(path).skip", slot.skip)
        put("\(path).pos", slot.pos)
        put("\(path).feed", slot.feed)
    }

    private mutating func native(_ slot: Native, at path: String, _ request: borrowing BidRequest) {
        put("\(path).wrapped", slot.wrapped)
        put("\(path).context", slot.context)
        put("\(path).plcmttype", slot.plcmttype)
        put("\(path).privacy", slot.privacy)
        put("\(path).battr", slot.battr, request)
        put("\(path).api", slot.api, request)
        for index in 0..<slot.assets.count {
            let asset = request.element(index, of: slot.assets)
            let place = "\(path).assets[\(index)]"
            put("\(place).id", asset.id)
            put("\(place).kind", "\(asset.kind)")
            put("\(place).required", asset.required)
            put("\(place).type", asset.type)
            put("\(place).len", asset.len)
            put("\(place).size", "\(asset.w)x\(asset.h) from \(asset.wmin)x\(asset.hmin)")
        }
        for index in 0..<slot.eventtrackers.count {
            let tracker = request.element(index, of: slot.eventtrackers)
            let methods = (tracker.image ? " image" : "") + (tracker.js ? " js" : "")
            put("\(path).eventtrackers[\(index)]", "\(tracker.event)\(methods)")
        }
    }
}
