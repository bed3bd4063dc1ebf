internal import Documents

/// The sample advertisers of the demo: what they want, what they pay, what they show.
enum DemoWorld {
    static let exchange = "demo-exchange"
    /// Ours in the global vendor list: a number that the simulated visitors' consent strings reach.
    static let vendorID = 755

    /// Documents in the order in which they are registered.
    static func documents() throws -> [(collection: String, node: Node)] {
        var documents: [(String, Node)] = [
            ("exchanges", try Node.readOne(#"{"id":"demo-exchange","name":"The simulated exchange"}"#))
        ]
        for advertiser in advertisers { documents.append(("advertisers", try Node.readOne(advertiser))) }
        for audience in audiences { documents.append(("audiences", try Node.readOne(audience))) }
        for strategy in strategies { documents.append(("strategies", try Node.readOne(strategy.json))) }
        return documents
    }

    /// The advertiser of a strategy, for its conversion pixel.
    static func advertiser(of strategy: String) -> String? {
        strategies.first { $0.id == strategy }?.advertiser
    }

    /// Strategies that bid on visitors of an audience alone.
    static let aimedStrategies: Set = ["acme-recent-viewers", "grocer-cart-abandoners"]

    /// By what visitors do at the shops; see `ShopEvents` for what that is.
    private static let audiences = [
        #"{"id":"recent-viewers","advertiser":"acme-sports","name":"Looked at shoes twice","when":"#
            + #"{"event":"view","where":{"category":["shoes"]},"at_least":2,"within":"30m"}}"#,
        #"{"id":"cart-abandoners","advertiser":"green-grocer","name":"A cart, and nothing bought","when":"#
            + #"{"all":[{"event":"cart","where":{"category":["groceries"]},"within":"1d"},"#
            + #"{"not":{"event":"purchase","where":{"category":["groceries"]},"within":"1d"}}]}}"#,
    ]

    private static let advertisers = [
        #"{"id":"acme-sports","name":"Acme Sports","budget":{"total":"500.00"}}"#,
        #"{"id":"north-bank","name":"North Bank"}"#,
        #"{"id":"volt-cars","name":"Volt Cars"}"#,
        #"{"id":"kino","name":"Kino Streaming"}"#,
        #"{"id":"green-grocer","name":"Green Grocer"}"#,
        #"{"id":"tiny-shop","name":"A shop with two dollars"}"#,
    ]

    struct Sample {
        let id: String
        let advertiser: String
        let cpm: String
        let rest: String

        var json: String {
            """
            {"id":"\(id)","advertiser":"\(advertiser)","bidder":"flat-price","terms":{"cpm":"\(cpm)"},\(rest)}
            """
        }
    }

    static let strategies: [Sample] = [
        Sample(
            id: "acme-shoes-us",
            advertiser: "acme-sports",
            cpm: "2.50",
            rest: #""targeting":{"all":[{"country":["USA"]},{"not":{"domain":["blocked.example"]}}]},"#
                + creatives("acme.example", banners: ["300x250", "728x90", "320x50"])
        ),
        Sample(
            id: "acme-sale-mobile",
            advertiser: "acme-sports",
            cpm: "1.80",
            rest: #""targeting":{"device":["mobile"]},"budget":{"daily":"5.00","pacing":"asap"},"#
                + creatives("acme.example", banners: ["320x50", "300x250"])
        ),
        Sample(
            id: "north-savings",
            advertiser: "north-bank",
            cpm: "3.10",
            rest: #""targeting":{"all":[{"country":["GBR","DEU","FRA"]},{"environment":["site"]}]},"#
                + creatives("north-bank.example", banners: ["300x250", "970x250", "160x600"])
        ),
        Sample(
            id: "north-private",
            advertiser: "north-bank",
            cpm: "6.00",
            rest: #""deals":["deal-7","deal-3"],"#
                + creatives("north-bank.example", banners: ["300x250", "300x600", "728x90"])
        ),
        Sample(
            id: "volt-video",
            advertiser: "volt-cars",
            cpm: "9.50",
            rest: #""targeting":{"format":["video"]},"# + video("volt.example")
        ),
        Sample(
            id: "volt-billboard",
            advertiser: "volt-cars",
            cpm: "4.20",
            rest: #""targeting":{"any":[{"size":["970x250","300x600"]},{"device":["tv"]}]},"#
                + creatives("volt.example", banners: ["970x250", "300x600"])
        ),
        Sample(
            id: "kino-native",
            advertiser: "kino",
            cpm: "2.90",
            rest: #""targeting":{"format":["native"]},"# + native("kino.example")
        ),
        Sample(
            id: "kino-audio",
            advertiser: "kino",
            cpm: "5.00",
            rest: #""targeting":{"format":["audio"]},"# + audio("kino.example")
        ),
        Sample(
            id: "grocer-everywhere",
            advertiser: "green-grocer",
            cpm: "0.90",
            rest: anySize("grocer.example")
        ),
        Sample(
            id: "acme-recent-viewers",
            advertiser: "acme-sports",
            cpm: "4.80",
            rest: #""targeting":{"segment":["recent-viewers"]},"# + anySize("acme.example")
        ),
        Sample(
            id: "grocer-cart-abandoners",
            advertiser: "green-grocer",
            cpm: "5.40",
            rest: #""targeting":{"segment":["cart-abandoners"]},"# + anySize("grocer.example")
        ),
        Sample(
            id: "tiny-shop-all-in",
            advertiser: "tiny-shop",
            cpm: "7.00",
            rest: #""budget":{"total":"2.00","pacing":"asap"},"# + anySize("tiny.example")
        ),
    ]

    private static func head(_ id: String, _ domain: String) -> String {
        #""id":"\#(id)","adomain":["\#(domain)"],"cat":["IAB22"],"landing":"https://\#(domain)/offer""#
    }

    private static func html(_ domain: String) -> String {
        #"<a href=\"{click}\"><img src=\"https://cdn.\#(domain)/ad.png\" alt=\"\"></a>"#
    }

    private static func creatives(_ domain: String, banners sizes: [String]) -> String {
        let list = sizes.map { size in
            let parts = size.split(separator: "x")
            return
                #"{\#(head("b-\(size)", domain)),"banner":{"w":\#(parts[0]),"h":\#(parts[1]),"html":"\#(html(domain))"}}"#
        }
        return "\"creatives\":[\(list.joined(separator: ","))]"
    }

    private static func anySize(_ domain: String) -> String {
        #""creatives":[{\#(head("any-size", domain)),"banner":{"html":"\#(html(domain))"}}]"#
    }

    private static func video(_ domain: String) -> String {
        let spots = [15, 30].map { seconds in
            #"{\#(head("v-\(seconds)s", domain)),"video":{"mimes":["video/mp4"],"duration":\#(seconds),"w":1280,"h":720,"#
                + #""media":"https://cdn.\#(domain)/spot-\#(seconds).mp4"}}"#
        }
        return "\"creatives\":[\(spots.joined(separator: ","))]"
    }

    private static func audio(_ domain: String) -> String {
        let spots = [15, 30].map { seconds in
            #"{\#(head("a-\(seconds)s", domain)),"audio":{"mimes":["audio/mpeg","audio/mp4"],"duration":\#(seconds),"#
                + #""media":"https://cdn.\#(domain)/spot-\#(seconds).mp3"}}"#
        }
        return "\"creatives\":[\(spots.joined(separator: ","))]"
    }

    private static func native(_ domain: String) -> String {
        #""creatives":[{\#(head("n-1", domain)),"native":{"title":"Films tonight","image":{"url":"https://cdn.\#(domain)/n.jpg","#
            + #""w":1200,"h":627},"icon":{"url":"https://cdn.\#(domain)/i.png","w":256,"h":256},"#
            + #""data":{"sponsored":"Kino","desc":"Ten new films","ctatext":"Watch","rating":"5"}}}]"#
    }
}
