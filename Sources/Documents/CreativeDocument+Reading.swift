internal import Creative
internal import OpenRTB
internal import Units

extension CreativeDocument {
    static let keys: Set<String> = [
        "id", "name", "adomain", "cat", "cattax", "attr", "language", "bundle", "landing", "sensitive", "iurl",
        "frequency", "banner", "video", "audio", "native",
    ]

    /// Names of native data assets and their types. - Source: Native 1.2, 7.4.
    static let dataTypes: [String: Int32] = [
        "sponsored": 1, "desc": 2, "rating": 3, "likes": 4, "downloads": 5, "price": 6, "saleprice": 7, "phone": 8,
        "address": 9, "desc2": 10, "displayurl": 11, "ctatext": 12,
    ]

    init(_ node: Node, at pointer: String, _ faults: FaultList) {
        self.init()
        let object = ObjectReader(node, at: pointer, known: Self.keys, faults)
        _ = object.require("id", example: "\"s-300\"")
        id = object.id("id") ?? ""
        name = object.string("name") ?? id
        if object.require("adomain", example: "[\"acme.example\"]") != nil {
            adomain = object.strings("adomain").map { $0.lowercased() }
            if adomain.isEmpty { object.fault("must name the advertiser's domain", "adomain") }
        }
        cat = object.strings("cat")
        cattax = object.integer("cattax", in: 1...1000).map(Int32.init) ?? 1
        attr = object.integers("attr", in: 1...1000)
        language = object.string("language")?.lowercased() ?? ""
        bundle = object.string("bundle") ?? ""
        if object.require("landing", example: "\"https://acme.example/shoes\"") != nil {
            landing = object.url("landing") ?? ""
            if landing.utf8.count > 1024 { object.fault("is longer than 1,024 characters", "landing") }
        }
        sensitive = object.bool("sensitive") ?? false
        iurl = object.url("iurl")
        frequency = FrequencyCap.read("frequency", of: object)
        readFormat(of: object)
    }

    private mutating func readFormat(of object: ObjectReader) {
        let offered = ["banner", "video", "audio", "native"].filter { object.value($0) != nil }
        guard offered.count == 1, let key = offered.first, let node = object.value(key) else {
            object.faults.add(
                offered.isEmpty
                    ? "has no format" : "has several formats (\(offered.joined(separator: ", "))), must have one",
                at: object.pointer,
                object.node,
                hint: "exactly one of banner, video, audio, native"
            )
            return
        }
        switch key {
        case "banner": format = .banner(Self.banner(node, at: object.path(key), object.faults))
        case "native": format = .native(Self.native(node, at: object.path(key), object.faults))
        case "video": format = .video(Self.linear(node, at: object.path(key), isVideo: true, object.faults))
        default: format = .audio(Self.linear(node, at: object.path(key), isVideo: false, object.faults))
        }
    }

    private static func banner(_ node: Node, at pointer: String, _ faults: FaultList) -> Banner {
        let object = ObjectReader(node, at: pointer, known: ["w", "h", "html", "api", "mimes", "expand"], faults)
        var banner = Banner()
        banner.w = object.integer("w", in: 1...10_000).map(Int32.init)
        banner.h = object.integer("h", in: 1...10_000).map(Int32.init)
        if (object.value("w") == nil) != (object.value("h") == nil) {
            faults.add("has one of w and h", at: pointer, node, hint: "both, or neither for markup that fits any size")
        }
        if object.require("html", example: "\"<a href=\\\"{click}\\\">…</a>\"") != nil {
            banner.html = object.string("html") ?? ""
            if banner.html.utf8.count > 65_536 { object.fault("is longer than 64 KiB", "html") }
        }
        banner.api = object.integers("api", in: 1...1000)
        banner.mimes = object.strings("mimes").map { $0.lowercased() }
        banner.expand = object.integers("expand", in: 1...6)
        return banner
    }

    private static func linear(_ node: Node, at pointer: String, isVideo: Bool, _ faults: FaultList) -> Linear {
        var known: Set = ["mimes", "duration", "protocols", "bitrate", "api", "media", "vast"]
        if isVideo { known.formUnion(["w", "h", "skip_after"]) }
        let object = ObjectReader(node, at: pointer, known: known, faults)
        var linear = Linear()
        linear.mimes = object.strings("mimes").map { $0.lowercased() }
        if linear.mimes.isEmpty {
            object.fault(
                "required, but missing",
                "mimes",
                hint: isVideo ? "for example [\"video/mp4\"]" : "[\"audio/mpeg\"]"
            )
        }
        if object.require("duration", example: "15") != nil {
            linear.duration = object.integer("duration", in: 1...7200).map(Int32.init) ?? 0
        }
        if isVideo {
            linear.w = object.integer("w", in: 1...10_000).map(Int32.init)
            linear.h = object.integer("h", in: 1...10_000).map(Int32.init)
            if (object.value("w") == nil) != (object.value("h") == nil) {
                faults.add("has one of w and h", at: pointer, node, hint: "both, or neither")
            }
            linear.skipAfter = skipAfter(object, duration: linear.duration)
        }
        linear.protocols = object.integers("protocols", in: 1...1000)
        linear.bitrate = object.integer("bitrate", in: 1...1_000_000).map(Int32.init)
        linear.api = object.integers("api", in: 1...1000)
        switch (object.value("media") != nil, object.value("vast") != nil) {
        case (true, false): linear.source = .media(object.url("media") ?? "")
        case (false, true): linear.source = .vast(vast(object))
        default:
            faults.add(
                "needs exactly one of media and vast",
                at: pointer,
                node,
                hint: "a media URL, or a VAST document"
            )
        }
        return linear
    }

    private static func skipAfter(_ object: ObjectReader, duration: Int32) -> Int32? {
        guard let seconds = object.integer("skip_after", in: 0...7200).map(Int32.init) else { return nil }
        if object.value("vast") != nil {
            object.fault("is for media files", "skip_after", hint: "a VAST document says skipoffset=\"…\" itself")
        } else if seconds >= duration, duration > 0 {
            object.fault("must be less than the duration, \(duration)", "skip_after")
        }
        return seconds
    }

    private static func vast(_ object: ObjectReader) -> String {
        guard let text = object.string("vast") else { return "" }
        if text.utf8.count > 65_536 { object.fault("is longer than 64 KiB", "vast") }
        do throws(VASTDocument.Fault) {
            _ = try VASTDocument(text)
        } catch {
            switch error {
            case .notXML(let fault):
                object.fault(
                    "is no well-formed XML at line \(fault.line), column \(fault.column): \(fault.message)",
                    "vast",
                    hint: "special characters of texts and URLs belong in <![CDATA[…]]> or are written as &amp;"
                )
            case .missing(let what): object.fault("is no VAST document: \(what) is missing", "vast")
            }
        }
        return text
    }

    private static let nativeKeys: Set<String> = [
        "title", "image", "icon", "data", "video", "privacy", "impression_trackers", "click_trackers",
    ]

    private static func native(_ node: Node, at pointer: String, _ faults: FaultList) -> Native {
        let object = ObjectReader(node, at: pointer, known: nativeKeys, faults)
        var native = Native()
        if object.require("title", example: "\"Run faster\"") != nil { native.title = object.string("title") ?? "" }
        native.image = image("image", of: object)
        native.icon = image("icon", of: object)
        if let data = object.value("data") {
            let entries = ObjectReader(data, at: object.path("data"), known: Set(dataTypes.keys), faults)
            for (name, type) in dataTypes { native.data[type] = entries.string(name) }
        }
        native.video = object.value("video").map { linear($0, at: object.path("video"), isVideo: true, faults) }
        native.privacy = object.url("privacy")
        native.impressionTrackers = trackers("impression_trackers", of: object)
        native.clickTrackers = trackers("click_trackers", of: object)
        return native
    }

    /// At most so many URLs of the advertiser's own in each list.
    private static let trackersMax = 8

    private static func trackers(_ key: String, of object: ObjectReader) -> [String] {
        let found = object.strings(key)
        if found.count > trackersMax {
            object.fault("has \(found.count) URLs, at most \(trackersMax) are allowed", key)
        }
        for (index, url) in found.enumerated() where !URLText.isWebURL(url) {
            object.faults.add(
                "must be an absolute http or https URL, is “\(url)”", at: object.path(key) + "/\(index)",
                object.value(key), hint: "for example \"https://acme.example/pixel\"")
        }
        return found
    }

    private static func image(_ key: String, of object: ObjectReader) -> Native.Image? {
        guard let node = object.value(key) else { return nil }
        let reader = ObjectReader(node, at: object.path(key), known: ["url", "w", "h"], object.faults)
        var image = Native.Image()
        for name in ["url", "w", "h"] { _ = reader.require(name, example: name == "url" ? "\"https://…\"" : "1200") }
        image.url = reader.url("url") ?? ""
        image.w = reader.integer("w", in: 1...20_000).map(Int32.init) ?? 0
        image.h = reader.integer("h", in: 1...20_000).map(Int32.init) ?? 0
        return image
    }
}
