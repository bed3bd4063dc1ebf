internal import Units

extension RequestDraft {
    /// The `device` object.
    mutating func writeDevice() {
        json.raw(#","device":{"ua":""#)
        writeAgent()
        json.raw(#"""#)
        if case .site = scene, !model.hints.isEmpty, chance.happens(verbosity > 0 ? 0.7 : 0.2) { writeHints() }
        json.writeAddress(of: visitor)
        writeGeo()
        json.raw(model.members)
        json.raw(#","js":1,"language":""#)
        json.raw(place.language)
        json.raw(#"""#)
        writeConnection()
        if model.kind == .computer {
            json.raw(#","dnt":"#)
            json.number(visitor.limitsTracking ? 1 : 0)
        } else {
            json.raw(visitor.limitsTracking ? #","lmt":1"# : #","lmt":0"#)
        }
        if case .app = scene {
            json.raw(#","ifa":""#)
            if visitor.limitsTracking {
                json.raw("00000000-0000-0000-0000-000000000000")
            } else {
                json.writeIFA(of: visitor)
            }
            json.raw(#"""#)
        }
        json.raw("}")
    }

    private mutating func writeAgent() {
        let agent = if case .app = scene { model.webView } else { model.browser }
        json.raw(agent.head)
        json.number(visitor.version)
        json.raw(agent.tail)
    }

    private mutating func writeHints() {
        json.raw(#","sua":{"browsers":[{"brand":"Chromium","version":[""#)
        json.number(visitor.version)
        json.raw(#"","0","0","0"]},{"brand":"Google Chrome","version":[""#)
        json.number(visitor.version)
        json.raw(#"","0","0","0"]},{"brand":"Not)A;Brand","version":["8","0","0","0"]}],"platform":"#)
        json.raw(model.hints)
        json.raw(#","source":2}"#)
    }

    private static let powers = [1, 10, 100, 1000]

    private mutating func writeGeo() {
        json.raw(#","geo":{"country":""#)
        json.raw(place.country)
        json.raw(#"","region":""#)
        json.raw(place.region)
        json.raw(#"","city":""#)
        json.raw(place.city)
        json.raw(#"","zip":""#)
        json.raw(place.zip.head)
        let home = Int(truncatingIfNeeded: visitor.householdKey >> 40)
        json.number(home % 1000 % Self.powers[place.zip.digits], digits: place.zip.digits)
        json.raw(#"""#)
        if place.isAmerican {
            json.raw(#","metro":""#)
            json.number(place.metro)
            json.raw(#"""#)
        }
        if chance.happens(verbosity > 0 ? 0.8 : 0.4) {
            json.raw(#","lat":"#)
            json.hundredths(place.latitude + home % 9 - 4)
            json.raw(#","lon":"#)
            json.hundredths(place.longitude + home / 9 % 9 - 4)
        }
        json.raw(#","type":2,"utcoffset":"#)
        json.number(place.utcOffset)
        json.raw("}")
    }

    private static let carriers: [StaticString] = [
        "Example Mobile", "Reserved Telecom", "Loopback Wireless", "Test Net",
    ]
    private static let fibres: [StaticString] = ["Example Broadband", "Documentation Cable", "Reserved Fibre"]

    private mutating func writeConnection() {
        let carriers = Self.carriers
        let fibres = Self.fibres
        let isCellular = (model.kind == .phone || model.kind == .tablet) && chance.happens(0.45)
        json.raw(#","connectiontype":"#)
        json.number(isCellular ? chance.happens(0.7) ? 6 : 7 : model.kind == .computer ? chance.within(1...2) : 2)
        json.raw(#","carrier":""#)
        let home = Int(truncatingIfNeeded: visitor.householdKey >> 56)
        json.raw(isCellular ? carriers[home % carriers.count] : fibres[home % fibres.count])
        json.raw(#"""#)
    }

    /// The `user` object.
    mutating func writeUser(_ consents: ConsentTexts) {
        json.raw(#","user":{"id":""#)
        json.writeUserID(of: visitor)
        json.raw(#"""#)
        if visitor.isKnownToUs {
            json.raw(#","buyeruid":""#)
            json.writeBuyerUID(of: visitor)
            json.raw(#"""#)
        }
        if place.isUnderGDPR, let text = consents.tcf(visitor.consent, variant: visitor.index) {
            json.raw(#","consent":""#)
            json.raw(text)
            json.raw(#"""#)
        }
        if chance.happens(0.3) {
            json.raw(#","keywords":""#)
            for (index, topic) in visitor.topics.enumerated() {
                if index > 0 { json.raw(",") }
                json.raw(Topic.all[topic].word)
            }
            json.raw(#"""#)
        }
        if visitor.eidCount > 0, verbosity > 0 || chance.happens(0.3) {
            json.writeEIDs(of: visitor, isVerbose: verbosity == 3)
        }
        if verbosity > 0 || chance.happens(0.3) { writeUserData() }
        json.raw("}")
    }

    /// How many segments a data provider adds, by verbosity.
    private static let segmentCounts = [0...0, 4...20, 20...100, 200...420]

    private mutating func writeUserData() {
        json.raw(#","data":[{"id":"1","name":"data.example","segment":["#)
        for (index, topic) in visitor.topics.enumerated() {
            if index > 0 { json.raw(",") }
            json.raw(#"{"id":"int-"#)
            json.number(topic)
            json.raw(#"","name":""#)
            json.raw(Topic.all[topic].word)
            json.raw(#""}"#)
        }
        json.raw("]}")
        // What others know: a little of most visitors, a great deal of a few.
        let count = chance.within(Self.segmentCounts[verbosity])
        if count > 0 {
            json.raw(#",{"id":"2","name":"audience.example.net","ext":{"segtax":4},"segment":["#)
            writeSegments(count: count, first: Int(truncatingIfNeeded: visitor.key % 900))
            json.raw("]}")
        }
        json.raw("]")
    }

    /// The `regs` object, where any law has something to say.
    mutating func writeRegs(_ consents: ConsentTexts) {
        let isChild = chance.happens(0.005)
        if place.isUnderGDPR {
            json.raw(#","regs":{"gdpr":1,"coppa":"#)
            json.number(isChild ? 1 : 0)
        } else {
            json.raw(#","regs":{"coppa":"#)
            json.number(isChild ? 1 : 0)
            if chance.happens(0.5) { json.raw(#","gdpr":0"#) }
            if place.isAmerican { writeAmericanRegs(consents) }
        }
        json.raw("}")
    }

    private mutating func writeAmericanRegs(_ consents: ConsentTexts) {
        let hasOptedOut = visitor.hasOptedOutOfSale
        let draw = chance.unit()
        if draw < 0.3 {
            json.raw(#","gpp":""#)
            json.raw(hasOptedOut ? consents.nationalOptedOut : consents.nationalAllowed)
            json.raw(#"","gpp_sid":[7]"#)
        } else if draw < 0.6 {
            json.raw(hasOptedOut ? #","us_privacy":"1YYN""# : #","us_privacy":"1YNN""#)
        }
    }
}
