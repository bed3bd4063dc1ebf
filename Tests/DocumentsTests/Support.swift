import BidKit
import Documents
import FlatPrice

/// Reads a text that holds one document.
func node(_ text: String) throws -> Node { try Node.readOne(text) }

/// What stands in a document error; empty where reading went well.
func faults(_ read: () throws(DocumentError) -> Void) -> [Fault] {
    do throws(DocumentError) {
        try read()
        return []
    } catch {
        return error.faults
    }
}

/// Faults of a text that is no document at all.
func faults(reading text: String) -> [Fault] { faults { () throws(DocumentError) in _ = try Node.readOne(text) } }

/// Pointers of faults, in order.
func pointers(_ faults: [Fault]) -> [String] { faults.map(\.pointer) }

/// An object reader over `{"x":…}` and the faults that it will find.
struct OneMember {
    let faults = FaultList()
    let object: ObjectReader

    init(_ json: String) throws {
        object = ObjectReader(try node("{\"x\":\(json)}"), at: "", known: ["x"], faults)
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The strategy of the public interface.
let contractStrategy = #"""
    {
      "id": "acme-shoes", "advertiser": "acme", "name": "Running shoes, US", "state": "active",
      "bidder": "flat-price", "terms": { "cpm": "2.50" }, "currency": "USD", "seat": "acme",
      "flight": { "start": "2026-11-01T00:00:00Z", "end": null },
      "budget": { "total": "1000.00", "daily": "100.00", "pacing": "even" },
      "frequency": [ { "impressions": 3, "hours": 24 } ],
      "targeting": { "all": [
        { "country": ["USA"] },
        { "any": [ { "segment": ["runners"] }, { "keyword": ["running shoes"] } ] },
        { "not": { "domain": ["example.com"] } } ] },
      "deals": ["deal-7"],
      "creatives": [ { "id": "s-300", "adomain": ["acme.example"], "cat": ["IAB17"], "attr": [], "language": "en",
        "landing": "https://acme.example/shoes",
        "banner": { "w": 300, "h": 250, "html": "<a href=\"{click}\"><img src=\"https://cdn.acme.example/s.png\"></a>" } } ]
    }
    """#

/// The least that a strategy must say.
let leastStrategy = #"""
    {"id":"s","advertiser":"acme","bidder":"flat-price","terms":{"cpm":"1"},"creatives":[{"id":"c",
    "adomain":["acme.example"],"landing":"https://acme.example/","banner":{"html":"<b>{click}</b>"}}]}
    """#

/// The least strategy with changes merged over it (RFC 7396).
func strategy(_ patch: String = "{}") throws -> StrategyDocument {
    try StrategyDocument(try node(leastStrategy).merging(try node(patch)), kinds: [FlatPrice.kind])
}

/// What is wrong with the least strategy once changes have been merged over it.
func strategyFaults(_ patch: String) throws -> [Fault] {
    let changed = try node(leastStrategy).merging(try node(patch))
    return faults { () throws(DocumentError) in _ = try StrategyDocument(changed, kinds: [FlatPrice.kind]) }
}
