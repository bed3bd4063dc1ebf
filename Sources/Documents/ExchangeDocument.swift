internal import Foundation
package import OpenRTB
package import Sealing
internal import Targeting
package import Units

/// An exchange that calls the bid endpoint.
package struct ExchangeDocument: Sendable {
    package enum State: String, CaseIterable, Sendable {
        case active, paused
    }

    package enum BillAt: String, CaseIterable, Sendable {
        case burl, impression
    }

    package var id = ""
    package var name = ""
    package var state = State.active
    /// Milliseconds of `tmax` kept for the way back; nil for the service's default.
    package var reserveMillis: Int32?
    /// Milliseconds allowed where a request has no `tmax`.
    package var tmaxMillis: Int32 = 100
    /// Of bids to this exchange where its requests accept any.
    package var currency = Currency.usd
    package var priceEncoding = PriceEncoding.plain
    package var billAt = BillAt.burl
    package var credentials = Credentials()
    package var sync = Sync()
    /// `asi` under which it stands in supply chains.
    package var sellerDomain = ""
    /// Requests a second that are answered with bids at most; nil for all.
    package var qps: Int?
    /// Bids on one impression at most; a break of several ads takes as many as it holds.
    package var bidsPerImp = 1
    /// Formats that may be bid on; empty for all.
    package var formats: [MarkupType] = []

    package var notes: [String] = []

    /// Who may call `/bid/{exchange}`; all that are set must hold.
    package struct Credentials: Equatable, Sendable {
        package var bearer: String?
        package var addresses: [String] = []

        package var isEmpty: Bool { bearer == nil && addresses.isEmpty }
    }

    static let keys: Set<String> = [
        "id", "name", "state", "reserve_ms", "tmax_ms", "currency", "price_encoding", "bill_at", "credentials", "sync",
        "seller_domain", "qps", "bids_per_imp", "formats",
    ]

    /// - Throws: every fault at once.
    package init(_ node: Node) throws(DocumentError) {
        let faults = FaultList()
        let object = ObjectReader(node, at: "", known: Self.keys, faults)
        _ = object.require("id", example: "\"adx\"")
        id = object.id("id") ?? ""
        name = object.string("name") ?? id
        state = object.word("state") ?? .active
        reserveMillis = object.integer("reserve_ms", in: 0...10_000).map(Int32.init)
        tmaxMillis = object.integer("tmax_ms", in: 1...10_000).map(Int32.init) ?? 100
        currency = object.currency("currency") ?? .usd
        priceEncoding = Self.priceEncoding(object)
        billAt = object.word("bill_at") ?? .burl
        credentials = Self.credentials(object)
        sellerDomain = object.string("seller_domain")?.lowercased() ?? ""
        qps = object.integer("qps", in: 1...10_000_000)
        bidsPerImp = object.integer("bids_per_imp", in: 1...10) ?? 1
        for name in object.strings("formats") {
            if let type = MarkupType.allCases.first(where: { "\($0)" == name }) {
                formats.append(type)
            } else {
                object.fault("unknown format “\(name)”", "formats", hint: "banner, video, audio, native")
            }
        }
        sync = Self.sync(object, notes: &notes)
        if qps != nil { notes.append("qps is kept, but not enforced yet") }
        if !faults.faults.isEmpty { throw DocumentError(faults.faults) }
    }

    private static func credentials(_ object: ObjectReader) -> Credentials {
        var credentials = Credentials()
        guard let node = object.value("credentials") else { return credentials }
        let reader = ObjectReader(node, at: "/credentials", known: ["bearer", "addresses"], object.faults)
        credentials.bearer = reader.string("bearer")
        if let bearer = credentials.bearer, bearer.utf8.count < 16 {
            reader.fault("must have at least 16 characters", "bearer")
        }
        for (entry, pointer) in reader.list("addresses") {
            guard case .string(let text) = entry.content, IPAddress(Array(text.utf8)) != nil else {
                object.faults.add("is no IP address", at: pointer, entry, hint: "for example \"192.0.2.7\"")
                continue
            }
            credentials.addresses.append(text)
        }
        return credentials
    }

    /// `"plain"`, `"base64"`, or `{"google":{"encryption_key":…,"integrity_key":…}}` with keys in web-safe Base64.
    private static func priceEncoding(_ object: ObjectReader) -> PriceEncoding {
        guard let node = object.value("price_encoding") else { return .plain }
        switch node.content {
        case .string("plain"): return .plain
        case .string("base64"): return .base64
        case .map:
            let reader = ObjectReader(node, at: "/price_encoding", known: ["google"], object.faults)
            guard let google = reader.require("google", example: "{ \"encryption_key\": … }") else { return .plain }
            let keys = ObjectReader(
                google,
                at: "/price_encoding/google",
                known: ["encryption_key", "integrity_key"],
                object.faults
            )
            let (encryption, integrity) = (key("encryption_key", of: keys), key("integrity_key", of: keys))
            guard let encryption, let integrity else { return .plain }
            return .google(encryptionKey: encryption, integrityKey: integrity)
        default:
            object.fault(
                "unknown price encoding",
                "price_encoding",
                hint: "\"plain\", \"base64\" or { \"google\": { … } }"
            )
            return .plain
        }
    }

    private static func key(_ name: String, of object: ObjectReader) -> [UInt8]? {
        guard object.require(name, example: "\"skU7Ax…\"") != nil, let text = object.string(name) else { return nil }
        let bare = text.replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
        if let bytes = Base64URL.decode(Array(bare.utf8)), bytes.count == 32 { return bytes }
        object.fault("must be 32 bytes in web-safe Base64", name)
        return nil
    }
}
