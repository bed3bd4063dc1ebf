internal import Units

extension RequestDraft {
    /// One impression, or now and then two to four banners or videos of the same page.
    mutating func writeImps() {
        let count = chance.happens(0.9) ? 1 : chance.happens(0.6) ? 2 : chance.within(3...4)
        json.raw(#","imp":["#)
        for index in 0..<count {
            if index > 0 { json.raw(",") }
            writeImp(number: index + 1)
        }
        json.raw("]")
    }

    private mutating func writeImp(number: Int) {
        var imp = ImpFacts(id: String(number), format: drawFormat())
        json.raw(#"{"id":""#)
        json.number(number)
        json.raw(#"","tagid":"slot-"#)
        json.number(publisher)
        json.raw("-")
        json.number(number)
        json.raw(#"""#)
        if chance.happens(0.92) { json.raw(#","secure":1"#) }
        switch imp.format {
        case .banner: writeBanner()
        case .video: writeVideo()
        case .audio: writeAudio()
        case .native: writeNative()
        }
        writeFloor(of: &imp)
        if chance.happens(0.15) { writePmp(of: &imp) }
        if case .app = scene {
            json.raw(#","displaymanager":"adkit","displaymanagerver":"4."#)
            json.number(chance.below(9))
            json.raw(#".1""#)
        }
        if chance.happens(verbosity > 0 ? 0.4 : 0.15) {
            json.raw(#","metric":[{"type":"viewability","value":0."#)
            json.number(chance.within(10...98), digits: 2)
            json.raw(#","vendor":"EXCHANGE"}]"#)
        }
        if chance.happens(verbosity > 0 ? 0.7 : 0.15) {
            json.raw(#","ext":{"gpid":"/"#)
            json.number(publisher)
            json.raw("/")
            json.raw(Topic.all[topic].word)
            json.raw("/slot-")
            json.number(number)
            json.raw(#"#article-container","tid":""#)
            json.uuid(chance.next(), chance.next())
            json.raw(#""}"#)
        }
        json.raw("}")
        facts.imps.append(imp)
    }

    /// Banners most often; a television shows video alone, a computer hears little.
    private mutating func drawFormat() -> ImpFormat {
        let draw = chance.unit()
        switch model.kind {
        case .television: return .video
        case .computer: return draw < 0.84 ? .banner : draw < 0.93 ? .video : draw < 0.99 ? .native : .audio
        case .phone, .tablet: return draw < 0.77 ? .banner : draw < 0.87 ? .video : draw < 0.97 ? .native : .audio
        }
    }

    private mutating func writeFloor(of imp: inout ImpFacts) {
        guard chance.happens(0.7) else { return }
        // Squared: most floors are low.
        let draw = chance.unit()
        let cents = 5 + Int(draw * draw * 296)
        imp.floor = CPM(micros: Int64(cents) * 10_000)
        json.raw(#","bidfloor":"#)
        json.hundredths(cents)
        if facts.currencies == [.eur] {
            imp.floorCurrency = .eur
            json.raw(#","bidfloorcur":"EUR""#)
        } else if chance.happens(0.85) {
            json.raw(#","bidfloorcur":"USD""#)
        }
    }

    private mutating func writePmp(of imp: inout ImpFacts) {
        imp.isPrivate = chance.happens(0.2)
        json.raw(imp.isPrivate ? #","pmp":{"private_auction":1,"deals":["# : #","pmp":{"private_auction":0,"deals":["#)
        let count = chance.within(1...3)
        // The product of two draws: low numbers are common.
        let first = Int(chance.unit() * chance.unit() * 40)
        for index in 0..<count {
            if index > 0 { json.raw(",") }
            let cents = chance.within(20...500)
            var deal = DealFacts(id: "deal-\((first + index * 7) % 40 + 1)", floor: CPM(micros: Int64(cents) * 10_000))
            json.raw(#"{"id":""#)
            json.raw(Array(deal.id.utf8))
            json.raw(#"","bidfloor":"#)
            json.hundredths(cents)
            json.raw(#","bidfloorcur":"USD""#)
            let draw = chance.unit()
            if draw < 0.6 {
                let type = draw < 0.3 ? 1 : draw < 0.4 ? 2 : 3
                deal.auctionType = type
                json.raw(#","at":"#)
                json.number(type)
            }
            json.raw("}")
            imp.deals.append(deal)
        }
        json.raw("]}")
    }

    private static let wideSizes = [
        (300, 250), (728, 90), (160, 600), (300, 600), (970, 250), (300, 250), (728, 90), (300, 250),
    ]
    private static let narrowSizes = [(320, 50), (300, 250), (320, 50), (300, 250), (320, 50), (300, 600)]

    private mutating func writeBanner() {
        let sizes = model.kind == .computer ? Self.wideSizes : Self.narrowSizes
        let first = chance.below(sizes.count)
        let count = chance.happens(0.5) ? 1 : chance.within(2...4)
        json.raw(#","banner":{"format":["#)
        for index in 0..<count {
            let size = sizes[(first + index) % sizes.count]
            // A size that stands in the list again is more likely, not offered twice.
            if (0..<index).contains(where: { sizes[(first + $0) % sizes.count] == size }) { continue }
            if index > 0 { json.raw(",") }
            json.raw(#"{"w":"#)
            json.number(size.0)
            json.raw(#","h":"#)
            json.number(size.1)
            json.raw("}")
        }
        json.raw(#"],"pos":"#)
        json.number(chance.within(0...4))
        if chance.happens(0.4) { json.raw(#","btype":[4],"battr":[3,6,8,9,10,14]"#) }
        if case .app = scene {
            json.raw(#","api":[5,6,7]"#)
        } else {
            json.raw(#","topframe":"#)
            json.number(chance.below(2))
        }
        json.raw("}")
        if case .app = scene, chance.happens(0.1) { json.raw(#","instl":1"#) }
    }

    private mutating func writeVideo() {
        json.raw(#","video":{"mimes":["video/mp4","video/webm"],"minduration":5,"maxduration":"#)
        json.number(chance.happens(0.25) ? 15 : chance.happens(0.7) ? 30 : 60)
        json.raw(#","protocols":[2,3,5,6,7,8],"startdelay":0"#)
        switch model.kind {
        case .television:
            json.raw(#","w":1920,"h":1080,"plcmt":1,"linearity":1,"playbackmethod":[1],"skip":0"#)
        case .computer:
            json.raw(#","w":640,"h":360,"plcmt":"#)
            json.number(chance.within(1...2))
            json.raw(#","linearity":1,"playbackmethod":[2,6],"skip":1,"skipafter":5,"api":[7]"#)
        case .phone, .tablet:
            json.raw(#","w":360,"h":640,"plcmt":"#)
            json.number(chance.within(2...4))
            json.raw(#","linearity":1,"playbackmethod":[2],"skip":1,"skipmin":15,"skipafter":5,"api":[7]"#)
        }
        json.raw(#","maxbitrate":8000,"delivery":[2],"boxingallowed":1,"pos":1}"#)
        if case .app = scene, model.kind != .television, chance.happens(0.3) { json.raw(#","instl":1,"rwdd":1"#) }
    }

    private mutating func writeAudio() {
        json.raw(#","audio":{"mimes":["audio/mp4","audio/mpeg"],"minduration":10,"maxduration":"#)
        json.number(30 * chance.within(1...2))
        json.raw(#","protocols":[2,3,5,6,7,8],"startdelay":0,"feed":"#)
        json.number(chance.within(1...3))
        json.raw(#","stitched":0,"nvol":3}"#)
    }

    private mutating func writeNative() {
        json.raw(
            #","native":{"request":"{\"ver\":\"1.2\",\"context\":1,\"plcmttype\":1,\"plcmtcnt\":1,\"assets\":["#)
        json.raw(#"{\"id\":1,\"required\":1,\"title\":{\"len\":"#)
        json.number(chance.happens(0.6) ? 90 : 140)
        json.raw(#"}},{\"id\":2,\"required\":1,\"img\":{\"type\":3,\"wmin\":"#)
        json.raw(chance.happens(0.5) ? #"300,\"hmin\":250}}"# : #"600,\"hmin\":314}}"#)
        if chance.happens(0.6) {
            json.raw(#",{\"id\":3,\"required\":0,\"img\":{\"type\":1,\"wmin\":50,\"hmin\":50}}"#)
        }
        json.raw(#",{\"id\":4,\"required\":1,\"data\":{\"type\":1,\"len\":25}}"#)
        if chance.happens(0.7) { json.raw(#",{\"id\":5,\"required\":0,\"data\":{\"type\":2,\"len\":140}}"#) }
        if chance.happens(0.5) { json.raw(#",{\"id\":6,\"required\":0,\"data\":{\"type\":12,\"len\":15}}"#) }
        json.raw(#"],\"eventtrackers\":[{\"event\":1,\"methods\":[1,2]}]}","ver":"1.2","api":[7]}"#)
    }
}
