internal import Units

extension RequestDraft {
    /// The `site` or `app` object.
    mutating func writeInventory() {
        switch scene {
        case .site(let index): writeSite(index)
        case .app(let index): writeApp(index)
        }
    }

    private mutating func writeSite(_ index: Int) {
        let domain = inventory.sites[index].domain
        let about = Topic.all[topic]
        json.raw(#","site":{"id":"site-"#)
        json.number(index)
        json.raw(#"","name":""#)
        json.raw(about.word)
        json.raw(#"","domain":""#)
        json.raw(domain)
        json.raw(#"","cat":["#)
        json.raw(about.categories)
        json.raw(#"],"page":"https://www."#)
        json.raw(domain)
        json.raw("/")
        json.raw(about.word)
        json.raw("/more-on-")
        json.raw(Topic.all[chance.below(Topic.all.count)].word)
        json.raw("-")
        json.number(chance.below(20_000))
        json.raw(#".html""#)
        if chance.happens(0.5) {
            json.raw(#","ref":"https://search.example/?q="#)
            json.raw(about.word)
            json.raw(#"""#)
        }
        if model.kind != .computer { json.raw(#","mobile":1"#) }
        writeKeywords(of: about, probability: 0.4)
        writePublisher(domain: domain)
        if chance.happens(0.1 + 0.25 * Double(verbosity)) { writeContent(about) }
        json.raw("}")
    }

    private mutating func writeApp(_ index: Int) {
        let bundle = inventory.apps[index].bundle
        let about = Topic.all[topic]
        json.raw(#","app":{"id":"app-"#)
        json.number(index)
        json.raw(#"","name":""#)
        json.raw(about.word)
        json.raw(#"","bundle":""#)
        if model.hasAppleStore {
            json.number(120_000_000 + index * 7919)
            json.raw(#"","storeurl":"https://appstore.example/app/id"#)
            json.number(120_000_000 + index * 7919)
        } else {
            json.raw(bundle)
            json.raw(#"","storeurl":"https://play.example/store/apps/details?id="#)
            json.raw(bundle)
        }
        json.raw(#"","domain":""#)
        json.raw(about.word)
        json.raw(#".app.example","cat":["#)
        json.raw(about.categories)
        json.raw(#"],"ver":""#)
        json.number(chance.within(1...12))
        json.raw(".")
        json.number(chance.below(10))
        json.raw(#"","paid":0,"privacypolicy":1"#)
        writeKeywords(of: about, probability: 0.2)
        var domain = RequestBytes(capacity: 32)
        domain.raw(about.word)
        domain.raw(".app.example")
        writePublisher(domain: domain.bytes)
        if model.kind == .television { writeContent(about) }
        json.raw("}")
    }

    private mutating func writeKeywords(of topic: Topic, probability: Double) {
        guard chance.happens(probability) else { return }
        json.raw(#","keywords":""#)
        json.raw(topic.word)
        json.raw(",")
        json.raw(topic.keywords)
        json.raw(#"""#)
    }

    private mutating func writePublisher(domain: [UInt8]) {
        json.raw(#","publisher":{"id":"pub-"#)
        json.number(publisher)
        json.raw(#"","name":"Publisher "#)
        json.number(publisher)
        json.raw(#"","domain":""#)
        json.raw(domain)
        json.raw(#""}"#)
    }

    private mutating func writeContent(_ about: Topic) {
        json.raw(#","content":{"id":"c-"#)
        json.number(chance.below(20_000))
        json.raw(#"","title":"What everybody should know about "#)
        json.raw(about.word)
        json.raw(#"","context":"#)
        if model.kind == .television {
            json.raw(#"1,"genre":""#)
            json.raw(about.word)
            json.raw(#"","livestream":0,"contentrating":"PG","len":"#)
            json.number(chance.within(5...90) * 60)
            json.raw(#","network":{"name":"Example Network","domain":"network.example"}"#)
        } else {
            json.raw("5")
        }
        json.raw(#","language":""#)
        json.raw(place.language)
        json.raw(#"","cat":["#)
        json.raw(about.categories)
        json.raw("]")
        if verbosity > 0 {
            json.raw(#","data":[{"id":"context-1","name":"context.example","ext":{"segtax":7},"segment":["#)
            writeSegments(count: chance.within(2...(4 * verbosity)), first: topic * 10)
            json.raw("]}]")
        }
        json.raw("}")
    }

    /// Segments of some provider by number, without the brackets.
    mutating func writeSegments(count: Int, first: Int) {
        for index in 0..<count {
            if index > 0 { json.raw(",") }
            json.raw(#"{"id":""#)
            json.number(first + index * 17)
            json.raw(#""}"#)
        }
    }

    /// The `source` object: how the request came here.
    mutating func writeSource() {
        json.raw(#","source":{"fd":0,"tid":""#)
        json.uuid(chance.next(), chance.next())
        json.raw(#"""#)
        if chance.happens(verbosity > 0 ? 0.9 : 0.6) {
            let count = chance.happens(0.6) ? 1 : chance.within(2...3)
            json.raw(#","schain":{"complete":1,"ver":"1.0","nodes":["#)
            for node in 0..<count {
                if node > 0 { json.raw(",") }
                json.raw(node == count - 1 ? #"{"asi":"exchange.example","sid":"pub-"# : #"{"asi":"ssp-"#)
                if node < count - 1 {
                    json.number(publisher % 9 + node)
                    json.raw(#".example","sid":"seller-"#)
                }
                json.number(publisher)
                if verbosity > 0 {
                    json.raw(#"","rid":""#)
                    json.uuid(chance.next(), chance.next())
                }
                json.raw(#"","hp":1}"#)
            }
            json.raw("]}")
        }
        json.raw("}")
    }
}
