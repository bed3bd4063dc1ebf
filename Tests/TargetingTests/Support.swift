import OpenRTB
import Targeting
import Testing
import Units

/// A predicate's verdict on one request.
struct Case: Sendable, CustomTestStringConvertible {
    let predicate: Predicate
    let json: String
    let matches: Bool

    /// - Parameter members: of the request, which has one banner impression besides, as `"name":value,…`.
    init(_ leaf: Leaf, _ members: String, _ matches: Bool) {
        self.init(.leaf(leaf), members, matches)
    }

    init(_ predicate: Predicate, _ members: String, _ matches: Bool) {
        self.predicate = predicate
        json = #"{"id":"r","imp":[{"id":"1","banner":{"w":300,"h":250}}]"# + (members.isEmpty ? "}" : ",\(members)}")
        self.matches = matches
    }

    /// - Parameter imp: the members of the only impression.
    init(_ leaf: Leaf, imp: String, _ matches: Bool) {
        predicate = .leaf(leaf)
        json = #"{"id":"r","imp":[{"id":"1",\#(imp)}]}"#
        self.matches = matches
    }

    var testDescription: String { "\(matches ? "matches" : "does not match"): \(json.dropFirst(9))" }

    func check(personalDataAllowed: Bool = true) throws {
        #expect(try verdict(predicate, json, personalDataAllowed: personalDataAllowed) == matches)
        // Whatever a predicate says, its negation says the other.
        #expect(try verdict(.not(predicate), json, personalDataAllowed: personalDataAllowed) == !matches)
    }
}

/// What the evaluator says of the first impression of a request.
func verdict(
    _ predicate: Predicate, _ json: String, personalDataAllowed: Bool = true, preciseGeoAllowed: Bool = true,
    exchange: String = "exchange-1", at instant: Instant = Instant(seconds: 1_717_171_717)
) throws -> Bool {
    let reader = BidRequestReader()
    try reader.read(copying: Array(json.utf8))
    let context = TargetingContext(
        exchange: Array(exchange.utf8), instant: instant, personalDataAllowed: personalDataAllowed,
        preciseGeoAllowed: preciseGeoAllowed)
    return Evaluator.matches(predicate, reader.request.imps[0], of: reader.request, context)
}

/// Texts as a predicate stores them.
func texts(_ strings: String...) -> [[UInt8]] { strings.map { Array($0.utf8) } }

/// A geography of the device, as a member of the request.
func geo(_ members: String) -> String { #""device":{"geo":{\#(members)}}"# }

/// Members of the device, as a member of the request.
func device(_ members: String) -> String { #""device":{\#(members)}"# }

/// Members of the site, as a member of the request.
func site(_ members: String) -> String { #""site":{\#(members)}"# }
