/// What the service under test is asked to bid for: documents that fit generated traffic.
///
/// Four kinds of strategy, so that each request meets several that match and most that do not: one country and one
/// banner size (75 of 100), any banner in one country, one format everywhere, and one device.
package enum LoadWorld {
    /// The exchange that the load comes from.
    package static let exchange = "load"

    static let exchangeDocument = #"{"id":"load","name":"The load test's exchange"}"#

    static let advertiserDocuments = (0..<advertisers).map { #"{"id":"a-\#($0)","name":"Advertiser \#($0)"}"# }

    private static let advertisers = 10
    private static let countries = ["USA", "GBR", "DEU", "FRA", "CAN"]
    private static let sizes = ["300x250", "728x90", "320x50", "160x600", "300x600"]

    /// Strategies without budgets: none stops to bid while it is measured.
    ///
    /// - Parameter count: how many.
    package static func strategies(_ count: Int) -> [String] { (0..<count).map(strategy) }

    private static func strategy(_ index: Int) -> String {
        let country = countries[index % countries.count]
        let advertiser = index % advertisers
        let domain = "a\(advertiser).example"
        // Prices differ, so that the auction has something to compare; tenths keep ties rare.
        let cpm = "\(2 + index % 7).\(index % 10)0"
        let (targeting, creative): (String, String) =
            switch index % 20 {
            case 15: (#"{"country":["\#(country)"]}"#, banner(domain, nil))
            case 16: (#"{"format":["banner"]}"#, banner(domain, nil))
            case 17: (#"{"format":["video"]}"#, video(domain))
            case 18: (#"{"format":["native"]}"#, native(domain))
            case 19: (#"{"device":["mobile"]}"#, banner(domain, "320x50"))
            default:
                (
                    #"{"all":[{"country":["\#(country)"]},{"device":["mobile","pc"]},"#
                        + #"{"not":{"domain":["blocked.example"]}}]}"#,
                    banner(domain, sizes[index / countries.count % sizes.count])
                )
            }
        return #"{"id":"s-\#(index)","advertiser":"a-\#(advertiser)","bidder":"flat-price","terms":{"cpm":"\#(cpm)"},"#
            + #""targeting":\#(targeting),"creatives":[\#(creative)]}"#
    }

    private static func head(_ id: String, _ domain: String) -> String {
        #""id":"\#(id)","adomain":["\#(domain)"],"cat":["IAB22"],"landing":"https://\#(domain)/offer""#
    }

    /// - Parameter size: nil for any.
    private static func banner(_ domain: String, _ size: String?) -> String {
        let parts = size?.split(separator: "x") ?? []
        let fixed = parts.count == 2 ? #""w":\#(parts[0]),"h":\#(parts[1]),"# : ""
        let html = #"<a href=\"{click}\"><img src=\"https://cdn.\#(domain)/ad.png\" alt=\"\"></a>"#
        return #"{\#(head("b", domain)),"banner":{\#(fixed)"html":"\#(html)"}}"#
    }

    private static func video(_ domain: String) -> String {
        #"{\#(head("v", domain)),"video":{"mimes":["video/mp4"],"duration":15,"w":1280,"h":720,"#
            + #""media":"https://cdn.\#(domain)/spot.mp4"}}"#
    }

    private static func native(_ domain: String) -> String {
        #"{\#(head("n", domain)),"native":{"title":"An offer","image":{"url":"https://cdn.\#(domain)/n.jpg","#
            + #""w":1200,"h":627},"icon":{"url":"https://cdn.\#(domain)/i.png","w":256,"h":256},"#
            + #""data":{"sponsored":"Example","desc":"An offer","ctatext":"See","rating":"5"}}}"#
    }
}
