extension FuzzWorld {
    static let advertisers = [
        #"{"id":"acme","name":"Acme"}"#,
        #"{"id":"bold","budget":{"total":"1000.00"},"currency":"EUR","timezone":"Europe/Berlin"}"#,
    ]

    static let exchanges = [
        #"{"id":"adx","name":"The usual one"}"#,
        #"""
        {"id":"brx","currency":"EUR","bill_at":"impression","price_encoding":"base64",
        "formats":["banner","native"]}
        """#,
        #"""
        {"id":"crx","state":"paused","credentials":{"bearer":"0123456789abcdef","addresses":["192.0.2.7"]},
        "price_encoding":{"google":{"encryption_key":"skU7Ax_NL5pPAFyKdkfZjZz2-VhIN8bjj1rVFOaJ_5o",
        "integrity_key":"arO23ykdNqUQ5LEoQ0FVmPkBd7xB5CO89PDZlSjpFxo"}},"seller_domain":"crx.example","tmax_ms":120,
        "reserve_ms":15,"qps":1000}
        """#,
    ]

    static let audiences = [
        #"{"id":"runners","advertiser":"acme","when":{"all":[{"event":"click","at_least":1,"within":"7d"}]}}"#,
        #"{"id":"office","advertiser":"acme","cidr":["192.0.2.0/24","2001:db8::/32"]}"#,
        #"{"id":"listed","advertiser":"acme","name":"By hand","members":["u-1","u-2"]}"#,
    ]

    static let creatives = [
        #"""
        {"id":"b-any","adomain":["acme.example"],"cat":["IAB22"],"landing":"https://acme.example/","banner":{
        "html":"<a href=\"{click}\">buy</a><img src=\"{impression}\">"}}
        """#,
        #"""
        {"id":"b-300","adomain":["Shoes.Acme.example"],"cat":["IAB17-1"],"attr":[3],"language":"en",
        "bundle":"123456789","landing":"https://acme.example/shoes?a=1#top","banner":{"w":300,"h":250,"api":[5],
        "mimes":["text/html"],
        "html":"<script src=\"http://cdn.acme.example/s.js\"></script>\u2028</script>"}}
        """#,
        #"""
        {"id":"v-media","adomain":["acme.example"],"landing":"https://acme.example/","video":{"mimes":["video/mp4",
        "video/webm"],"duration":15,"w":640,"h":360,"bitrate":800,"protocols":[2,3,5,6],"api":[1,2],
        "media":"https://cdn.acme.example/spot.mp4?a=1&b=2"}}
        """#,
        #"""
        {"id":"v-wrapper","adomain":["acme.example"],"landing":"https://acme.example/","video":{"mimes":["video/mp4"],
        "duration":30,"vast":"<VAST version=\"3.0\"><Ad id=\"1\"><Wrapper><VASTAdTagURI>
        <![CDATA[https://ads.example/v]]></VASTAdTagURI>
        <Impression><![CDATA[{impression}]]></Impression><Creatives/></Wrapper></Ad></VAST>"}}
        """#,
        #"""
        {"id":"a-spot","adomain":["acme.example"],"landing":"https://acme.example/","audio":{"mimes":["audio/mpeg"],
        "duration":30,"bitrate":128,"media":"https://cdn.acme.example/spot.mp3"}}
        """#,
        #"""
        {"id":"n-card","adomain":["acme.example"],"landing":"https://acme.example/","native":{"title":"Run \"faster\"",
        "image":{"url":"https://cdn.acme.example/i.png","w":1200,"h":627},"icon":{
        "url":"https://cdn.acme.example/c.png","w":80,"h":80},"data":{"sponsored":"Acme",
        "desc":"Shoes – made to run","ctatext":"Buy"}}}
        """#,
    ]

    /// Everything fixed about a strategy but its id, its price and what it shows.
    private static func strategy(_ id: String, _ cpm: String, _ creative: [Int], _ members: String = "") -> String {
        let creatives = creative.map { Self.creatives[$0] }.joined(separator: ",")
        let more = members.isEmpty ? "" : "," + members
        let owner = members.contains("\"advertiser\"") ? "" : #""advertiser":"acme","#
        return #"{"id":"\#(id)",\#(owner)"bidder":"flat-price","terms":{"cpm":"\#(cpm)"},"creatives":[\#(creatives)]"#
            + more + "}"
    }

    static let strategies = [
        strategy("any-banner", "2.00", [0, 1]),
        strategy("banner-300", "3.10", [1], #""targeting":{"all":[{"country":["USA"]},{"device":["mobile","pc"]}]}"#),
        strategy("video", "12.50", [2, 3], #""targeting":{"not":{"domain":["blocked.example"]}}"#),
        strategy("audio", "6.000001", [4]),
        strategy("native", "4.99", [5], #""flight":{"start":"2026-01-01T00:00:00Z","end":null}"#),
        strategy("deals", "20.00", [0, 2, 5], #""deals":["deal-7","d1","1"],"seat":"deal \"seat\" ü""#),
        strategy("euro", "5.55", [0, 2], #""advertiser":"bold","currency":"EUR","seat":"bold""#),
        strategy("poor", "9.00", [0, 4], #""budget":{"total":"0.010","pacing":"asap"}"#),
        strategy("paused", "99.00", [0], #""state":"paused""#),
        strategy("evening", "7.00", [0], #""timezone":"Asia/Tokyo","targeting":{"hour":["mon-sun 08-20"]}"#),
    ]

    /// Together they use every key.
    static let predicates = [
        #"{"exchange":["adx"]}"#, #"{"country":["USA","DE"]}"#, #"{"region":["US-CA","BE"]}"#, #"{"city":["berlin"]}"#,
        #"{"zip":["94*","10115"]}"#, #"{"metro":["807"]}"#, #"{"near":[{"lat":52.52,"lon":13.4,"km":50}]}"#,
        #"{"device":["mobile","tv"]}"#, #"{"os":["ios","android"]}"#, #"{"osv":["14","17.2"]}"#,
        #"{"browser":["chrome","safari"]}"#, #"{"connection":["wifi","cellular"]}"#, #"{"carrier":["310-410"]}"#,
        #"{"language":["en","de-ch"]}"#, #"{"environment":["site","app","dooh"]}"#, #"{"domain":["example.com"]}"#,
        #"{"bundle":["com.example.app"]}"#, #"{"publisher":["pub-1"]}"#, #"{"category":["IAB1","IAB7-3"]}"#,
        #"{"keyword":["running shoes","news"]}"#, #"{"format":["banner","video","audio","native"]}"#,
        #"{"size":["300x250","728x90"]}"#, #"{"position":["above-fold"]}"#, #"{"interstitial":true}"#,
        #"{"rewarded":false}"#, #"{"segment":["runners","123"]}"#, #"{"ip":["192.0.2.0/24","2001:db8::/32"]}"#,
        #"{"hour":["mon-fri 08-20","sun 00-24"]}"#, #"{"deal":["deal-7"]}"#, #"{"seller":["exchange.example/12"]}"#,
        #"{"all":[]}"#, #"{"any":[]}"#,
        #"{"all":[{"country":["USA"]},{"any":[{"device":["pc"]},{"not":{"os":["ios"]}}]}]}"#,
    ]

    /// Requests that use what generated ones seldom do, one of them with an impression of each format.
    static let requests = [
        #"""
        {"id":"r1","at":1,"tmax":100,"cur":["USD"],"site":{"domain":"news.example.com","cat":["IAB7-3"],"keywords":
        "news,running shoes","publisher":{"id":"pub-1"}},"regs":{"gdpr":0},"device":{"ua":
        "Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/120.0 Safari/537.36","devicetype":2,"os":"Linux","ip":"192.0.2.9",
        "ifa":"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee","language":"en","geo":{"country":"USA","region":"CA","lat":52.5,
        "lon":13.4,"zip":"94110","city":"Berlin","metro":"807"}},"user":{"id":"u-1","buyeruid":"b-1","data":[{"segment":
        [{"id":"runners"}]}]},"imp":[{"id":"1","banner":{"w":300,"h":250,"pos":1},"bidfloor":1.5},{"id":"2","video":{
        "mimes":["video/mp4"],"protocols":[2,3,5,6],"maxduration":30,"w":640,"h":360},"bidfloor":2,"bidfloorcur":"EUR"},
        {"id":"3","audio":{"mimes":["audio/mpeg"],"maxduration":60}},{"id":"4","native":{"request":
        {"ver":"1.2","assets":[{"id":1,"required":1,"title":{"len":90}},{"id":2,"img":{"type":3,"wmin":300,"hmin":150}},
        {"id":3,"data":{"type":1}}],"eventtrackers":[{"event":1,"methods":[1,2]}]}}}]}
        """#,
        #"""
        {"id":"r2","at":2,"cur":["EUR","USD"],"app":{"bundle":"com.example.app","cat":["IAB1"]},"device":{"lmt":1,
        "devicetype":4,"os":"iOS","osv":"17.2","ip":"192.0.2.9","connectiontype":2},"regs":{"coppa":0,
        "us_privacy":"1YNN"},
        "source":{"schain":{"complete":1,"ver":"1.0","nodes":[{"asi":"exchange.example","sid":"12","hp":1}]}},
        "wseat":[],
        "imp":[{"id":"a","secure":1,"instl":1,"banner":{"format":[{"w":320,"h":50},{"w":300,"h":250}],"api":[5]},"pmp":{
        "private_auction":1,"deals":[{"id":"deal-7","bidfloor":3.25,"at":3},{"id":"d1","bidfloor":1,"bidfloorcur":"EUR",
        "wseat":["deal \"seat\" ü"],"wadomain":["acme.example"]}]}}]}
        """#,
        #"""
        {"id":"r3","test":1,"dooh":{"domain":"screens.example"},"imp":[{"id":"v","qty":{"multiplier":3.5},"video":{
        "mimes":["video/mp4"],"protocols":[2,3],"poddur":60,"maxseq":3,"rqddurs":[15,30],"mincpmpersec":0.1,"durfloors":
        [{"mindur":1,"maxdur":15,"bidfloor":2},{"mindur":16,"bidfloor":4.5}],"startdelay":0,"linearity":1},"rwdd":1,
        "bidfloor":1}]}
        """#,
        #"""
        {"id":"r4","site":{"domain":"blocked.example"},"bcat":["IAB22"],"badv":["shoes.acme.example"],
        "bapp":["123456789"],
        "wlang":["en"],"bseat":["acme"],"user":{"consent":"CP","ext":{"eids":[{"source":"id.example",
        "uids":[{"id":"x"}]}]}},
        "device":{"geo":{"country":"DEU"}},"imp":[{"id":"1","banner":{"w":300,"h":250,"battr":[3],"btype":[1]},
        "bidfloor":0.000001,"bidfloorcur":"JPY"},{"id":"1","banner":{},"bidfloor":99}]}
        """#,
    ]
}
