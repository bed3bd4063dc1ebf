/// Strategies as a large registry holds them: alike in shape, different in whom they want and what they show.
struct StrategyTexts {
    let strategies: Int
    let advertisers: Int

    init(strategies: Int) {
        self.strategies = strategies
        advertisers = max(1, strategies / 1000)
    }

    func advertiser(_ index: Int) -> String {
        "{\"id\":\"\(Self.advertiserID(index))\",\"name\":\"Advertiser \(index)\",\"budget\":{\"daily\":\"50000.00\"}}"
    }

    /// Some 800 bytes: seven leaves, a budget, a flight, a banner.
    func strategy(_ index: Int) -> String {
        let advertiser = Self.advertiserID(index % advertisers)
        let country = Self.countries[index / 3 % Self.countries.count]
        let (w, h) = Self.sizes[index / 7 % Self.sizes.count]
        return """
            {"id":"\(advertiser)-\(index)","advertiser":"\(advertiser)","name":"Shoes, \(country), \(index)",\
            "state":"\(index % 20 == 0 ? "paused" : "active")","bidder":"flat-price",\
            "terms":{"cpm":"\(1 + index % 9).\(10 + index % 90)"},"currency":"USD",\
            "flight":{"start":"2026-11-01T00:00:00Z","end":"2027-0\(1 + index % 9)-01T00:00:00Z"},\
            "budget":{"total":"\(1000 + index % 5000).00","daily":"\(50 + index % 200).00","pacing":"asap"},\
            "targeting":{"all":[{"country":["\(country)"]},{"device":["mobile","pc"]},\
            {"any":[{"segment":["segment-\(index % 4001)"]},{"keyword":["running shoes","topic \(index % 997)"]}]},\
            {"size":["\(w)x\(h)"]},{"hour":["mon-fri 07-22"]},\
            {"not":{"domain":["blocked-\(index % 313).example","example.com"]}}]},\
            "creatives":[{"id":"c-\(w)","adomain":["\(advertiser).example"],"cat":["IAB17"],"language":"en",\
            "landing":"https://\(advertiser).example/shoes?strategy=\(index)",\
            "banner":{"w":\(w),"h":\(h),"html":"<a href=\\"{click}\\"><img src=\\"https://cdn.\(advertiser).example/\
            \(index).png\\"></a>"}}]}
            """
    }

    private static func advertiserID(_ index: Int) -> String { "adv\(index)" }

    private static let countries = ["USA", "GBR", "DEU", "FRA", "CAN", "ESP", "ITA", "JPN", "BRA", "IND", "AUS", "NLD"]
    private static let sizes = [(300, 250), (728, 90), (320, 50), (160, 600), (300, 600), (970, 250)]
}
