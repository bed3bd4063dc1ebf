/// A kind of device with what a request says of it: a browser on a computer, a phone, a tablet, a television.
///
/// Texts are JSON already, built once: writing a request copies them.
struct DeviceModel: Sendable {
    /// Where the device stands among the kinds that traffic treats differently.
    enum Kind: Sendable { case computer, phone, tablet, television }

    /// The software that speaks for a device: its user agent before and after the major version.
    struct Agent: Sendable {
        let head: [UInt8]
        let tail: [UInt8]

        init(_ head: String, _ tail: String) {
            self.head = Array(head.utf8)
            self.tail = Array(tail.utf8)
        }
    }

    let kind: Kind
    /// The browser.
    let browser: Agent
    /// A web view in an app.
    let webView: Agent
    /// Major versions of the browser that are about.
    let versions: ClosedRange<Int>
    /// The members `devicetype` to `pxratio`, with a comma in front.
    let members: [UInt8]
    /// The platform of `sua` and what follows it; empty for a browser that sends no client hints.
    let hints: [UInt8]
    let hasAppleStore: Bool
    /// Its share of the visitors, in relation to the other models.
    let weight: Double

    private init(
        _ kind: Kind, _ members: DeviceMembers, browser: Agent, webView: Agent, versions: ClosedRange<Int>,
        hints: String, weight: Double
    ) {
        self.kind = kind
        self.browser = browser
        self.webView = webView
        self.versions = versions
        self.members = Array(members.json.utf8)
        self.hints = Array(hints.utf8)
        hasAppleStore = members.os == "iOS"
        self.weight = weight
    }

    static let all = computers + phones + tablets + televisions

    private static let computers = [
        chrome("Windows NT 10.0; Win64; x64", "Windows", "10", platform: "15", "x86", (1920, 1080, "1"), 22),
        chrome("Macintosh; Intel Mac OS X 10_15_7", "macOS", "10.15", platform: "15", "arm", (3024, 1964, "2"), 6),
        chrome("X11; Linux x86_64", "Linux", "6.1", platform: "6", "x86", (1920, 1200, "1"), 2),
        computer(
            Agent(
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/",
                ".3 Safari/605.1.15"),
            17...19, DeviceMembers(type: 2, os: "macOS", osv: "10.15", make: "Apple", screen: (2880, 1800, "2")), 7),
        computer(
            Agent("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/", ".0"),
            136...142, DeviceMembers(type: 2, os: "Windows", osv: "10", screen: (1536, 864, "1.25")), 4),
    ]

    private static let phones = [
        apple("iPhone; CPU iPhone OS 18_5", type: 4, osv: "18.5", "iPhone15,3", (1290, 2796, "3"), 13),
        apple("iPhone; CPU iPhone OS 17_6", type: 4, osv: "17.6", "iPhone12,1", (828, 1792, "2"), 6),
        android("14", type: 4, "Samsung", "SM-S918B", (1440, 3088, "3.5"), 9),
        android("13", type: 4, "Samsung", "SM-A536E", (1080, 2400, "2.63"), 8),
        android("15", type: 4, "Google", "Pixel 8", (1080, 2400, "2.63"), 5),
        android("12", type: 4, "Xiaomi", "M2101K6G", (1080, 2400, "2.75"), 4),
    ]

    private static let tablets = [
        apple("iPad; CPU OS 17_6", type: 5, osv: "17.6", "iPad13,4", (1668, 2388, "2"), 4),
        android("13", type: 5, "Samsung", "SM-X700", (1600, 2560, "2"), 2),
    ]

    private static let televisions = [
        television(
            Agent(
                "Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/",
                ".0 TV Safari/537.36"),
            DeviceMembers(type: 3, os: "Tizen", osv: "7.0", make: "Samsung", model: "QE55"), 3),
        television(
            Agent("Roku/DVP-", ".0 (12.0.0.4182-AE)"),
            DeviceMembers(type: 3, os: "Roku", osv: "12.0", make: "Roku", model: "4800X"), 3),
        television(
            Agent(
                "Mozilla/5.0 (Linux; Android 9; AFTKA) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/",
                ".0.0.0 Mobile Safari/537.36"),
            DeviceMembers(type: 3, os: "Fire OS", osv: "7.6", make: "Amazon", model: "AFTKA"), 2),
    ]

    private static func chrome(
        _ system: String, _ os: String, _ osv: String, platform: String, _ architecture: String,
        _ screen: (Int, Int, String), _ weight: Double
    ) -> DeviceModel {
        let agent = Agent(
            "Mozilla/5.0 (\(system)) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/", ".0.0.0 Safari/537.36")
        let hints =
            #"{"brand":"\#(os)","version":["\#(platform)","5","0"]},"mobile":0,"#
            + #""architecture":"\#(architecture)","bitness":"64""#
        return DeviceModel(
            .computer, DeviceMembers(type: 2, os: os, osv: osv, screen: screen), browser: agent, webView: agent,
            versions: 138...144, hints: hints, weight: weight)
    }

    private static func computer(
        _ agent: Agent, _ versions: ClosedRange<Int>, _ members: DeviceMembers, _ weight: Double
    ) -> DeviceModel {
        DeviceModel(
            .computer, members, browser: agent, webView: agent, versions: versions, hints: "", weight: weight)
    }

    private static func apple(
        _ system: String, type: Int, osv: String, _ model: String, _ screen: (Int, Int, String), _ weight: Double
    ) -> DeviceModel {
        let engine = "Mozilla/5.0 (\(system) like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        return DeviceModel(
            type == 5 ? .tablet : .phone,
            DeviceMembers(type: type, os: "iOS", osv: osv, make: "Apple", model: model, screen: screen),
            browser: Agent(engine + "Version/", ".5 Mobile/15E148 Safari/604.1"),
            webView: Agent(engine + "Mobile/", "E148"), versions: 16...18, hints: "", weight: weight)
    }

    private static func android(
        _ osv: String, type: Int, _ make: String, _ model: String, _ screen: (Int, Int, String), _ weight: Double
    ) -> DeviceModel {
        let hints =
            #"{"brand":"Android","version":["\#(osv)","0","0"]},"mobile":1,"#
            + #""architecture":"","bitness":"","model":"\#(model)""#
        return DeviceModel(
            type == 5 ? .tablet : .phone,
            DeviceMembers(type: type, os: "Android", osv: osv, make: make, model: model, screen: screen),
            browser: Agent(
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/",
                ".0.0.0 Mobile Safari/537.36"),
            webView: Agent(
                "Mozilla/5.0 (Linux; Android \(osv); \(model) Build/AP3A; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
                    + "Version/4.0 Chrome/", ".0.7204.63 Mobile Safari/537.36"),
            versions: 136...144, hints: hints, weight: weight)
    }

    private static func television(_ agent: Agent, _ members: DeviceMembers, _ weight: Double) -> DeviceModel {
        DeviceModel(
            .television, members, browser: agent, webView: agent, versions: 5...9, hints: "", weight: weight)
    }
}

/// The members of a `Device` that its model decides.
private struct DeviceMembers {
    let type: Int
    let os: String
    let osv: String
    var make = ""
    var model = ""
    /// Physical width and height, and the pixel ratio as a decimal.
    var screen = (1920, 1080, "1")

    var json: String {
        #","devicetype":\#(type),"os":"\#(os)","osv":"\#(osv)""#
            + (make.isEmpty ? "" : #","make":"\#(make)""#)
            + (model.isEmpty ? "" : #","model":"\#(model)""#)
            + #","w":\#(screen.0),"h":\#(screen.1),"pxratio":\#(screen.2)"#
    }
}
