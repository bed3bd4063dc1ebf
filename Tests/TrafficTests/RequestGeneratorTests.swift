import Foundation
import Testing
import Units

@testable import Traffic

@Suite("Generated requests")
struct RequestGeneratorTests {
    private static let requests: [GeneratedRequest] = {
        var generator = RequestGenerator(seed: 7)
        return (0..<4_000).map { _ in generator.next() }
    }()

    private static let documents = requests.map { (try? JSONReader.read($0.body)) ?? .null }

    /// The share of the requests of which something is true.
    private static func share(_ isTrue: (JSONValue) -> Bool) -> Double {
        Double(documents.count(where: isTrue)) / Double(documents.count)
    }

    @Test("the same seed gives the same bytes, and another seed others")
    func repeatability() {
        var first = RequestGenerator(seed: 11)
        var second = RequestGenerator(seed: 11)
        var other = RequestGenerator(seed: 12)
        for _ in 0..<200 {
            let request = first.next()
            #expect(request.body == second.next().body)
            #expect(request.body != other.next().body)
        }
    }

    @Test("the stream can be entered anywhere")
    func randomAccess() {
        var generator = RequestGenerator(seed: 3)
        let bodies = (0..<50).map { _ in generator.next().body }
        for ordinal in [49, 0, 17] { #expect(generator.request(at: UInt64(ordinal)).body == bodies[ordinal]) }
    }

    @Test("every request is JSON, for our reader and for Foundation's")
    func wellFormed() throws {
        for request in Self.requests {
            _ = try JSONReader.read(request.body)
            let object = try JSONSerialization.jsonObject(with: Data(request.body))
            #expect(object is [String: Any])
        }
    }

    @Test("what the exchange remembers is what the request says")
    func factsAgree() {
        for request in Self.requests {
            #expect(GeneratedRequest(replaying: request.body).facts == request.facts)
        }
    }

    @Test("sizes follow the profile of real exchanges")
    func sizes() {
        let sizes = Self.requests.map(\.body.count).sorted()
        #expect((1_200...2_100).contains(sizes[sizes.count / 2]))
        #expect((3_300...4_500).contains(sizes[sizes.count * 9 / 10]))
        #expect((8_000...10_000).contains(sizes[sizes.count * 99 / 100]))
    }

    /// A property of requests and how many of them should have it.
    struct Share: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let range: ClosedRange<Double>
        let isTrue: @Sendable (JSONValue) -> Bool

        init(_ name: String, _ range: ClosedRange<Double>, _ isTrue: @escaping @Sendable (JSONValue) -> Bool) {
            testDescription = name
            self.range = range
            self.isTrue = isTrue
        }

        static let all = [
            Share("one impression", 0.88...0.92) { $0["imp"]?.elements.count == 1 },
            Share("site", 0.64...0.74) { $0["site"] != nil },
            Share("app", 0.26...0.36) { $0["app"] != nil },
            Share("video", 0.12...0.20) { $0["imp"]?.elements.first?["video"] != nil },
            Share("native", 0.05...0.10) { $0["imp"]?.elements.first?["native"] != nil },
            Share("audio", 0.01...0.03) { $0["imp"]?.elements.first?["audio"] != nil },
            Share("bidfloor", 0.66...0.74) { $0["imp"]?.elements.first?["bidfloor"] != nil },
            Share("deals", 0.12...0.18) { $0["imp"]?.elements.first?["pmp"] != nil },
            Share("buyeruid", 0.44...0.56) { $0["user"]?["buyeruid"] != nil },
            Share("the United States", 0.60...0.75) { $0["device"]?["geo"]?["country"] == .string("USA") },
            Share("GDPR", 0.14...0.25) { $0["regs"]?["gdpr"]?.integer == 1 },
            Share("dollars only", 0.90...0.96) { $0["cur"] == .array([.string("USD")]) },
            Share("test", 0.002...0.009) { $0["test"]?.integer == 1 },
        ]
    }

    @Test("members appear as often as in the profile", arguments: Share.all)
    func shares(share: Share) {
        #expect(share.range.contains(Self.share(share.isTrue)))
    }

    @Test("addresses and domains are reserved ones")
    func reservedNames() {
        for document in Self.documents {
            let device = document["device"]
            let address = device?["ip"]?.string ?? device?["ipv6"]?.string ?? ""
            #expect(
                ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"].contains { address.hasPrefix($0) }, "\(address)")
            let domains =
                [document["site"]?["domain"], document["app"]?["domain"]]
                + (document["user"]?["eids"]?.elements ?? []).map { $0["source"] }
                + (document["badv"]?.elements ?? []).map { $0 }
            for domain in domains.compactMap({ $0?.string }) {
                #expect(
                    [".example", "example.com", "example.org", "example.net"].contains { domain.hasSuffix($0) },
                    "\(domain)")
            }
        }
    }

    @Test("a visitor who comes back is the same person on the same device")
    func visitorsReturn() throws {
        var homes: [String: [JSONValue?]] = [:]
        var returns = 0
        for document in Self.documents {
            let id = try #require(document["user"]?["id"]?.string)
            let home = [
                document["user"]?["buyeruid"], document["device"]?["geo"]?["city"], document["device"]?["osv"],
                document["device"]?["ip"],
            ]
            if let known = homes.updateValue(home, forKey: id) {
                #expect(known == home)
                returns += 1
            }
        }
        #expect(returns > 400)
    }

    @Test("a visitor asked for by number is the one in the requests")
    func populationAgrees() throws {
        let population = RequestGenerator(seed: 7).population
        var visitors: [String: Visitor] = [:]
        for index in 0..<5_000 { visitors[population.visitor(index).userID] = population.visitor(index) }
        var met = 0
        for document in Self.documents {
            guard let visitor = visitors[document["user"]?["id"]?.string ?? ""] else { continue }
            met += 1
            #expect(document["user"]?["buyeruid"]?.string == visitor.buyeruid)
            #expect(document["device"]?["geo"]?["country"]?.string == visitor.country)
            if document["app"] != nil, let ifa = visitor.ifa { #expect(document["device"]?["ifa"]?.string == ifa) }
            for (written, known) in zip(document["user"]?["eids"]?.elements ?? [], visitor.eids) {
                #expect(written["source"]?.string == known.source)
                #expect(written["uids"]?.elements.first?["id"]?.string == known.id)
            }
        }
        #expect(met > 400)
    }

    @Test("some sites, cities and visitors are met far more often than most")
    func popularity() {
        let domains = Dictionary(grouping: Self.documents.compactMap { $0["site"]?["domain"]?.string }) { $0 }
        let counts = domains.values.map(\.count).sorted(by: >)
        #expect(counts[0] > 20 * counts[counts.count / 2])
        #expect(counts.count > 200)
    }
}
