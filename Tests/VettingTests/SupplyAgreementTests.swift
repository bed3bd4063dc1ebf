import OpenRTB
import Testing
import Units
import Vetting

@Suite("Vetting agrees with the plain rules")
struct SupplyAgreementTests {
    /// Few names, so that files and chains meet.
    private static let systems = ["adx.example", "ssp.example", "net.example", "sub.ssp.example"]
    private static let accounts = ["1", "2", "A", "a"]
    private static let owners = [
        "news.example", "www.news.example", "a.b.news.example", "blog.example", "studio.example",
    ]

    private struct Draw {
        var random: SplitMix64

        mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
        mutating func one(_ list: [String]) -> String { list.randomElement(using: &random) ?? "" }

        mutating func files() throws -> Files {
            var files = Files()
            for system in systems where chance(80) {
                let list = accounts.filter { _ in chance(80) }.map { account in
                    let type = one(["PUBLISHER", "INTERMEDIARY", "BOTH", "both"])
                    let domain = chance(50) ? nil : one(owners + systems)
                    return "{" + seller(account, type, domain) + (chance(50) ? #","is_passthrough":1}"# : "}")
                }
                files.sellers[system] = #"{"sellers":["# + list.joined(separator: ",") + "]}"
            }
            for owner in owners where chance(60) { files.adsTxt[owner] = adsTxt() }
            for owner in owners where chance(40) { files.appAdsTxt[owner] = adsTxt() }
            files.apps = "com.a\tnews.example\ncom.b\twww.news.example\ncom.c\tblog.example"
            for _ in 0..<2 where chance(40) {
                files.blocked += one(systems) + (chance(80) ? "/" + one(accounts) : "") + "\n"
            }
            return files
        }

        private mutating func adsTxt() -> String {
            var lines = (0..<Int.random(in: 0...14, using: &random)).map { _ in
                "\(one(systems)),\(one(accounts)),\(one(["DIRECT", "RESELLER"]))"
            }
            if chance(40) { lines.append("SUBDOMAIN=\(one(owners))") }
            if chance(40) { lines.append("INVENTORYPARTNERDOMAIN=\(one(owners))") }
            if chance(40) { lines.append("OWNERDOMAIN=\(one(owners))") }
            if chance(20) { lines.append("MANAGERDOMAIN=\(one(systems))") }
            return lines.shuffled(using: &random).joined(separator: "\n")
        }

        mutating func ask() -> SupplyOracle.Ask {
            var ask = SupplyOracle.Ask()
            ask.exchange = chance(85) ? "adx.example" : ""
            if chance(80) { ask.publisher = one(accounts) }
            if chance(90) {
                ask.complete = chance(80) ? 1 : chance(50) ? 0 : 2
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    let asi = chance(97) ? one(systems + ["unknown.example"]) : ""
                    let hp: Int? = chance(80) ? 1 : chance(60) ? 0 : nil
                    ask.hops.append(.init(asi: asi, sid: chance(97) ? one(accounts) : "", hp: hp))
                }
            }
            if chance(70) {
                ask.site = chance(92) ? one(owners + ["x.www.news.example", "other.example"]) : nil
            } else {
                ask.bundle = one(["com.a", "com.b", "com.c", "com.unknown"])
            }
            if chance(40) { ask.partner = one(owners) }
            return ask
        }
    }

    private func json(_ ask: SupplyOracle.Ask) -> String {
        var members: [String] = []
        if let site = ask.site { members.append(#""domain":"\#(site)""#) }
        if let bundle = ask.bundle { members.append(#""bundle":"\#(bundle)""#) }
        if let partner = ask.partner { members.append(#""inventorypartnerdomain":"\#(partner)""#) }
        if let publisher = ask.publisher { members.append(#""publisher":{"id":"\#(publisher)"}"#) }
        let inventory = #""\#(ask.bundle == nil ? "site" : "app")":{\#(members.joined(separator: ","))}"#
        return request(
            chain: ask.complete == nil ? nil : ask.hops.map { hop($0.asi, $0.sid, hp: $0.hp) },
            complete: "\(ask.complete ?? 0)", inventory: inventory)
    }

    @Test("on thousands of random chains and files", arguments: UInt64(1)...4)
    func random(seed: UInt64) throws {
        var draw = Draw(random: SplitMix64(seed: seed))
        let reader = BidRequestReader()
        var seen: [String: Int] = [:]
        for round in 0..<40 {
            let files = try draw.files()
            let oracle = SupplyOracle(files: try files.sources())
            let vetting = try files.vetting(seed: UInt64(round))
            for _ in 0..<60 {
                let ask = draw.ask()
                try reader.read(copying: bytes(json(ask)))
                let found = vetting.facts(reader.request, exchangeSellerDomain: bytes(ask.exchange))
                let expected = oracle.facts(ask)
                if found != expected { Issue.record("\(found) is not \(expected): \(json(ask)) \(files)") }
                for check in [found.chainFault, found.sellersFault, found.adsTxtFault].compactMap({ $0?.check }) {
                    seen[check.label, default: 0] += 1
                }
                seen["\(found.chain) \(found.sellers) \(found.adsTxt)", default: 0] += 1
            }
        }
        // A comparison that never reaches a check would prove nothing of it.
        for check in SupplyFault.Check.allCases where check != .hopUnreadable {
            #expect(seen[check.label, default: 0] > 0, "\(check)")
        }
        for word in SupplyFacts.AdsTxt.allCases { #expect(seen["complete listed \(word)", default: 0] > 0, "\(word)") }
    }
}
