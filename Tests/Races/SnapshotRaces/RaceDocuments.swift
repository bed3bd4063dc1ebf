internal import Documents
internal import FlatPrice
internal import Units

/// Documents and requests that meet often.
enum RaceDocuments {
    private static let countries = ["USA", "DEU"]
    private static let domains = ["news.example", "sport.example"]

    static func id(_ number: Int) -> String { "s-\(number)\(number.isMultiple(of: 5) ? "-limited" : "")" }
    static func isLimited(_ id: String) -> Bool { id.hasSuffix("-limited") }

    static func advertiser() throws -> AdvertiserDocument { try AdvertiserDocument(Node.readOne(#"{"id":"acme"}"#)) }

    static func exchange() throws -> ExchangeDocument {
        try ExchangeDocument(Node.readOne(#"{"id":"\#(RaceWorld.exchange)"}"#))
    }

    /// One for each targeting and price, in dollars and in pounds.
    static func drafts() throws -> [StrategyDocument] {
        var targetings = ["{}"]
        for country in countries {
            targetings.append(#"{"country":["\#(country)"]}"#)
            for domain in domains {
                targetings.append(#"{"all":[{"country":["\#(country)"]},{"domain":["\#(domain)"]}]}"#)
                targetings.append(#"{"any":[{"not":{"country":["\#(country)"]}},{"domain":["\#(domain)"]}]}"#)
            }
        }
        return try targetings.flatMap { targeting in
            try ["USD", "GBP"].map { currency in
                try StrategyDocument(
                    Node.readOne(
                        #"""
                        {"id":"draft","advertiser":"acme","bidder":"flat-price","terms":{"cpm":"1"},"currency":"\#(currency)",
                        "targeting":\#(targeting),"creatives":[{"id":"c","adomain":["acme.example"],
                        "landing":"https://acme.example/","banner":{"w":300,"h":250,"html":"<a href=\"{click}\">c</a>"}}]}
                        """#), kinds: [FlatPrice.kind])
            }
        }
    }

    static func requests() -> [[UInt8]] {
        var requests: [[UInt8]] = []
        for country in countries + ["GBR"] {
            for domain in domains + ["other.example"] {
                for floor in ["0", "1.5", "4", "8", "9.9"] {
                    let text = #"""
                        {"id":"r","at":1,"tmax":1000,"cur":["USD"],"site":{"domain":"\#(domain)"},"regs":{"gdpr":0},
                        "device":{"geo":{"country":"\#(country)"}},
                        "imp":[{"id":"1","banner":{"w":300,"h":250},"bidfloor":\#(floor)}]}
                        """#
                    requests.append(Array(text.utf8))
                }
            }
        }
        return requests
    }
}
