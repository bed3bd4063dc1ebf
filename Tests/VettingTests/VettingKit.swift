import OpenRTB
import Units
import Vetting

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// One hop as a request spells it.
func hop(_ asi: String, _ sid: String, hp: Int? = 1) -> String {
    #"{"asi":"\#(asi)","sid":"\#(sid)""# + (hp.map { #","hp":\#($0)}"# } ?? "}")
}

/// A request of one banner on `www.news.example`, with a supply chain.
func request(
    chain hops: [String]? = nil, complete: String = "1", publisher: String? = nil,
    inventory: String = #""site":{"domain":"www.news.example"PUBLISHER}"#, ua: String = "Mozilla/5.0"
) -> String {
    let publisher = publisher.map { #","publisher":{"id":"\#($0)"}"# } ?? ""
    let chain = hops.map {
        #","source":{"schain":{"ver":"1.0","complete":\#(complete),"nodes":[\#($0.joined(separator: ","))]}}"#
    }
    return #"{"id":"r","imp":[{"id":"1","banner":{"w":300,"h":250}}],"device":{"ua":"\#(ua)"},"#
        + inventory.replacing("PUBLISHER", with: publisher) + (chain ?? "") + "}"
}

/// Files as texts, by the domain that they belong to.
struct Files {
    var sellers: [String: String] = [:]
    var adsTxt: [String: String] = [:]
    var appAdsTxt: [String: String] = [:]
    var apps = ""
    var blocked = ""
    var require: Set<VettingSources.Requirement> = []

    func sources() throws -> VettingSources {
        var sources = VettingSources()
        for (domain, text) in sellers { sources.sellers[bytes(domain)] = try SellersJSON(bytes(text)) }
        for (domain, text) in adsTxt { sources.adsTxt[bytes(domain)] = AdsTxt(bytes(text)) }
        for (domain, text) in appAdsTxt { sources.appAdsTxt[bytes(domain)] = AdsTxt(bytes(text)) }
        sources.apps = AppDevelopers(bytes(apps))
        sources.blocked = BlockedSellers(bytes(blocked))
        sources.require = require
        return sources
    }

    func vetting(seed: UInt64 = 1) throws -> Vetting { Vetting(try sources(), seed: Seed(high: seed, low: ~seed)) }

    /// What vetting finds of a request.
    func facts(_ json: String, exchange: String = "adx.example") throws -> SupplyFacts {
        let reader = BidRequestReader()
        try reader.read(copying: bytes(json))
        return try vetting().facts(reader.request, exchangeSellerDomain: bytes(exchange))
    }
}

/// A `sellers.json` of these sellers, each the members of an object.
func sellers(_ list: String...) -> String {
    #"{"version":"1.0","sellers":["# + list.map { "{\($0)}" }.joined(separator: ",") + "]}"
}

func seller(_ id: String, _ type: String, _ domain: String? = nil) -> String {
    #""seller_id":"\#(id)","seller_type":"\#(type)""# + (domain.map { #","domain":"\#($0)""# } ?? "")
}
