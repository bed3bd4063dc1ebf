internal import Units

extension BidRequestReader {
    func readImps(_ array: TapeIndex, into request: inout BidRequest) throws(ReadError) {
        var elements = Elements(of: array, on: tape)
        var count = 0
        while let element = elements.next() {
            count += 1
            guard request.imps.count < Limits.impsMax, tape.kind(element) == .object,
                let imp = try readImp(element, into: &request), isNew(imp.id, in: request)
            else {
                request.impsSkipped += 1
                continue
            }
            request.imps.append(imp)
        }
        guard count > 0 else { throw .missing(.imp) }
    }

    private func isNew(_ id: Text, in request: borrowing BidRequest) -> Bool {
        for index in request.imps.indices where buffer.equals(request.imps[index].id, id) { return false }
        return true
    }

    /// - Returns: nil for an impression without an id, with one too long, or offering no format.
    private func readImp(_ object: TapeIndex, into request: inout BidRequest) throws(ReadError) -> Imp? {
        var imp = Imp()
        var hasID = false
        var hasFloor = false
        var hasCurrency = false
        var pmp: TapeIndex?
        var ext: TapeIndex?
        var qty: TapeIndex?
        var video: TapeIndex?
        var rwdd: Bool?
        var instl: Bool?
        var secure: Bool?
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            if tape.kind(value) == .null { continue }
            switch name {
            case "id":
                if !hasID {
                    imp.id = text(value)
                    hasID = tape.kind(value) == .string || !imp.id.isEmpty
                }
            case "banner": if imp.banner == nil { imp.banner = try readBanner(value, into: &request) }
            case "video":
                first(&video, value)
                if imp.video == nil { imp.video = try readVideoOrAudio(value, into: &request) }
            case "audio": if imp.audio == nil { imp.audio = try readVideoOrAudio(value, into: &request) }
            case "native": if imp.native == nil { imp.native = try readNative(value, into: &request) }
            case "pmp": first(&pmp, value)
            case "instl": first(&instl, flag(value))
            case "tagid": first(&imp.tagid, text(value))
            case "bidfloor":
                if !hasFloor { imp.bidfloor = floor(value) }
                hasFloor = true
            case "bidfloorcur":
                if !hasCurrency { imp.bidfloorcur = currency(value) }
                hasCurrency = true
            case "secure": first(&secure, flag(value))
            case "rwdd": first(&rwdd, flag(value))
            case "exp": first(&imp.exp, integer(value))
            case "qty": first(&qty, value)
            case "ext": first(&ext, value)
            default: break
            }
        }
        guard hasID, imp.id.count <= Limits.idBytesMax else { return nil }
        guard imp.banner != nil || imp.video != nil || imp.audio != nil || imp.native != nil else { return nil }
        if let pmp { try readPmp(pmp, into: &imp, of: &request) }
        imp.instl = instl ?? false
        imp.secure = secure ?? false
        imp.rwdd = rwdd ?? rewarded(ext: ext, video: video) ?? false
        if let qty { imp.qty = quantity(qty) }
        return imp
    }

    /// Where rewarded placements were marked before 2.6 gave them a field.
    private func rewarded(ext: TapeIndex?, video: TapeIndex?) -> Bool? {
        let prebid = ext.flatMap { member("prebid", of: $0) }.flatMap { member("is_rewarded_inventory", of: $0) }
        let own = ext.flatMap { member("rewarded", of: $0) }
        let inVideo = video.flatMap { member("ext", of: $0) }.flatMap { member("rewarded", of: $0) }
        return (prebid ?? own ?? inVideo).flatMap { flag($0) }
    }

    private func quantity(_ object: TapeIndex) -> Quantity {
        member("multiplier", of: object).flatMap { double($0) }.flatMap { Quantity(multiplier: $0) } ?? .one
    }

    func readBanner(_ object: TapeIndex, into request: inout BidRequest) throws(ReadError) -> Banner? {
        guard tape.kind(object) == .object else { return nil }
        var banner = Banner()
        var w: Int32?
        var h: Int32?
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            switch name {
            case "format": if banner.format.isEmpty { banner.format = readFormats(value, into: &request) }
            case "w": first(&w, integer(value))
            case "h": first(&h, integer(value))
            case "btype": if banner.btype.isEmpty { banner.btype = try integers(value, into: &request) }
            case "battr": if banner.battr.isEmpty { banner.battr = try integers(value, into: &request) }
            case "pos": first(&banner.pos, integer(value))
            case "mimes": if banner.mimes.isEmpty { banner.mimes = try texts(value, .lower, into: &request) }
            case "expdir": if banner.expdir.isEmpty { banner.expdir = try integers(value, into: &request) }
            case "api": if banner.api.isEmpty { banner.api = try integers(value, into: &request) }
            default: break
            }
        }
        if banner.format.isEmpty, let w, let h, w > 0, h > 0, request.formats.count < Limits.formatsMax {
            var format = Format()
            format.w = w
            format.h = h
            request.formats.append(format)
            banner.format = List(start: request.formats.count - 1, count: 1)
        }
        return banner
    }

    private func readFormats(_ array: TapeIndex, into request: inout BidRequest) -> List<Format> {
        let start = request.formats.count
        var elements = Elements(of: array, on: tape)
        while let element = elements.next(), request.formats.count < Limits.formatsMax {
            guard tape.kind(element) == .object else { continue }
            var format = Format()
            var members = Members(of: element, on: tape)
            while let (name, value) = members.next() {
                guard let number = integer(value), number > 0 else { continue }
                switch name {
                case "w": if format.w == 0 { format.w = number }
                case "h": if format.h == 0 { format.h = number }
                case "wratio": if format.wratio == 0 { format.wratio = number }
                case "hratio": if format.hratio == 0 { format.hratio = number }
                case "wmin": if format.wmin == 0 { format.wmin = number }
                default: break
                }
            }
            if format.w > 0 && format.h > 0 || format.wratio > 0 && format.hratio > 0 {
                request.formats.append(format)
            }
        }
        return List(start: start, count: request.formats.count - start)
    }

    func readVideoOrAudio(_ object: TapeIndex, into request: inout BidRequest) throws(ReadError) -> VideoOrAudio? {
        guard tape.kind(object) == .object else { return nil }
        var slot = VideoOrAudio()
        var minduration: Int32?
        var maxextended: Int32?
        var slotinpod: Int32?
        var sequence: Int32?
        var oldPlacement: Int32?
        var oldProtocol = List<Int32>.empty
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            if tape.kind(value) == .null { continue }
            switch name {
            case "mimes": if slot.mimes.isEmpty { slot.mimes = try texts(value, .lower, into: &request) }
            case "minduration": first(&minduration, integer(value))
            case "maxduration": first(&slot.maxduration, integer(value))
            case "rqddurs": if slot.rqddurs.isEmpty { slot.rqddurs = try integers(value, into: &request) }
            case "startdelay": first(&slot.startdelay, integer(value))
            case "maxseq": first(&slot.maxseq, integer(value))
            case "poddur": first(&slot.poddur, integer(value))
            case "podid": first(&slot.podid, text(value))
            case "slotinpod": first(&slotinpod, integer(value))
            case "sequence": first(&sequence, integer(value))
            case "mincpmpersec": if slot.mincpmpersec == nil { slot.mincpmpersec = perSecond(value) }
            case "durfloors": if slot.durfloors.isEmpty { slot.durfloors = readDurFloors(value, into: &request) }
            case "protocols": if slot.protocols.isEmpty { slot.protocols = try integers(value, into: &request) }
            case "protocol": if oldProtocol.isEmpty { oldProtocol = try integers(value, into: &request) }
            case "battr": if slot.battr.isEmpty { slot.battr = try integers(value, into: &request) }
            case "api": if slot.api.isEmpty { slot.api = try integers(value, into: &request) }
            case "maxextended": first(&maxextended, integer(value))
            case "minbitrate": first(&slot.minbitrate, integer(value))
            case "maxbitrate": first(&slot.maxbitrate, integer(value))
            case "delivery": if slot.delivery.isEmpty { slot.delivery = try integers(value, into: &request) }
            case "w": first(&slot.w, integer(value))
            case "h": first(&slot.h, integer(value))
            case "plcmt": first(&slot.plcmt, integer(value))
            case "placement": first(&oldPlacement, integer(value))
            case "linearity": first(&slot.linearity, integer(value))
            case "skip": first(&slot.skip, flag(value))
            case "pos": first(&slot.pos, integer(value))
            case "feed": first(&slot.feed, integer(value))
            default: break
            }
        }
        slot.minduration = minduration ?? 0
        slot.maxextended = maxextended ?? 0
        slot.slotinpod = slotinpod ?? sequence ?? 0
        if slot.protocols.isEmpty { slot.protocols = oldProtocol }
        if slot.plcmt == nil { slot.plcmt = Self.plcmt(ofPlacement: oldPlacement) }
        return slot
    }

    /// The placement list of 2.5 in the words of 2.6, where a value has a counterpart.
    private static func plcmt(ofPlacement placement: Int32?) -> Int32? {
        switch placement {
        case 1: 1
        case 2, 3, 4: 4
        case 5: 3
        default: nil
        }
    }

    private func perSecond(_ value: TapeIndex) -> CPM? {
        guard let units = double(value), units > 0 else { return nil }
        return CPM(units: units) ?? .max
    }

    private func readDurFloors(_ array: TapeIndex, into request: inout BidRequest) -> List<DurFloor> {
        let start = request.durFloors.count
        var elements = Elements(of: array, on: tape)
        while let element = elements.next(), request.durFloors.count < Limits.durFloorsMax {
            guard tape.kind(element) == .object else { continue }
            var entry = DurFloor()
            var hasFloor = false
            var members = Members(of: element, on: tape)
            while let (name, value) = members.next() {
                switch name {
                case "mindur": first(&entry.mindur, integer(value))
                case "maxdur": first(&entry.maxdur, integer(value))
                case "bidfloor":
                    if !hasFloor { entry.bidfloor = floor(value) }
                    hasFloor = true
                default: break
                }
            }
            request.durFloors.append(entry)
        }
        return List(start: start, count: request.durFloors.count - start)
    }

    private func readPmp(_ object: TapeIndex, into imp: inout Imp, of request: inout BidRequest) throws(ReadError) {
        guard tape.kind(object) == .object else { return }
        var privateAuction: Bool?
        var deals: TapeIndex?
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            switch name {
            case "private_auction": first(&privateAuction, flag(value))
            case "deals": if tape.kind(value) != .null { first(&deals, value) }
            default: break
            }
        }
        imp.privateAuction = privateAuction ?? false
        guard let deals else { return }
        let start = request.deals.count
        var elements = Elements(of: deals, on: tape)
        while let element = elements.next(), request.deals.count < Limits.dealsMax {
            guard tape.kind(element) == .object, let deal = try readDeal(element, into: &request) else { continue }
            request.deals.append(deal)
        }
        imp.deals = List(start: start, count: request.deals.count - start)
    }

    /// - Returns: nil for a deal without an id.
    private func readDeal(_ object: TapeIndex, into request: inout BidRequest) throws(ReadError) -> Deal? {
        var deal = Deal()
        var hasFloor = false
        var hasCurrency = false
        var guar: Bool?
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            if tape.kind(value) == .null { continue }
            switch name {
            case "id": first(&deal.id, text(value))
            case "bidfloor":
                if !hasFloor { deal.bidfloor = floor(value) }
                hasFloor = true
            case "bidfloorcur":
                if !hasCurrency { deal.bidfloorcur = currency(value) }
                hasCurrency = true
            case "at": first(&deal.at, integer(value))
            case "wseat": if deal.wseat.isEmpty { deal.wseat = try texts(value, into: &request) }
            case "wadomain": if deal.wadomain.isEmpty { deal.wadomain = try texts(value, .lower, into: &request) }
            case "guar": first(&guar, flag(value))
            case "mincpmpersec": if deal.mincpmpersec == nil { deal.mincpmpersec = perSecond(value) }
            case "durfloors": if deal.durfloors.isEmpty { deal.durfloors = readDurFloors(value, into: &request) }
            default: break
            }
        }
        deal.guar = guar ?? false
        return deal.id.isEmpty || deal.id.count > Limits.idBytesMax ? nil : deal
    }
}
