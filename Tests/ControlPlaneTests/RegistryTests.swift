import BidKit
import Documents
import Foundation
import GRDB
import Testing
import Units

@testable import ControlPlane

@Suite("Registry")
struct RegistryTests {
    @Test("what was registered is there after a restart, with its version, time and revision")
    func restart() async throws {
        let first = try ControlFixture()
        try await first.addAdvertiser()
        _ = try await first.send("POST", "/v1/strategies", ControlFixture.strategy("shoes"))
        _ = try await first.send("POST", "/v1/exchanges", "{\"id\":\"adx\",\"name\":\"Ad X\"}")
        _ = try await first.send("PUT", "/v1/exchanges/adx", "{\"id\":\"adx\",\"name\":\"Ad X\",\"tmax_ms\":80}")
        let before = try await first.send("GET", "/v1/exchanges/adx")

        first.time.advance(seconds: 3600)
        let second = try ControlFixture(in: first.directory, time: first.time, secret: first.operatorSecret)
        let contents = try await second.registry.contents()
        #expect(contents.revision == 4)
        #expect(contents.advertisers.map(\.id) == ["acme"])
        #expect(contents.strategies.map(\.id) == ["shoes"])
        #expect(contents.strategies.first?.terms["cpm"] == .string("2.50"))
        #expect(contents.exchanges.map(\.tmaxMillis) == [80])
        #expect(contents.faults.isEmpty)
        let after = try await second.send("GET", "/v1/exchanges/adx")
        #expect(after.body == before.body)
        #expect(after["ETag"] == "\"2\"")
    }

    @Test("a document is stored as it was registered: the order of its members, and digits as written")
    func asRegistered() async throws {
        let fixture = try ControlFixture()
        _ = try await fixture.send(
            "POST", "/v1/exchanges", "{ \"tmax_ms\": 80, \"name\": \"Ä “x”\",\n \"id\": \"adx\" }")
        let reply = try await fixture.send("GET", "/v1/exchanges/adx")
        #expect(reply.node.keys == ["tmax_ms", "name", "id", "version", "created", "updated"])
        #expect(reply.body.hasPrefix("{\"tmax_ms\":80,\"name\":\"Ä “x”\",\"id\":\"adx\",\"version\":1,"))
    }

    @Test("changes taken in steps come to what a replay hands over, and to what all changes at once are")
    func foldsAlike() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        for id in ["c", "a", "d", "b"] {
            _ = try await fixture.send("POST", "/v1/strategies", ControlFixture.strategy(id))
        }
        _ = try await fixture.send("DELETE", "/v1/strategies/c")
        _ = try await fixture.send("PUT", "/v1/strategies/a", ControlFixture.strategy("a", cpm: "9.75"))
        let fresh = try Registry(
            path: fixture.directory.path("registry.sqlite"), kinds: [TestBid.kind], time: fixture.time)
        let atOnce = FoldedContents([try fresh.changes()])
        for contents in [await fixture.published.contents, try await fixture.registry.contents(), atOnce] {
            #expect(contents.strategies.map(\.id) == ["a", "b", "d"])
            #expect(contents.strategies.first?.terms["cpm"] == .string("9.75"))
            #expect(contents.revision == 7)
        }
    }

    @Test("a stored document that this version cannot read is left out and reported, and still shown")
    func unreadable() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        _ = try await fixture.send("POST", "/v1/strategies", ControlFixture.strategy("good"))
        _ = try await fixture.send("POST", "/v1/strategies", ControlFixture.strategy("odd"))
        try fixture.tamper(
            "UPDATE documents SET json = replace(json, 'test-bid', 'of-tomorrow') WHERE id = 'odd'")
        try fixture.tamper("UPDATE documents SET json = '{broken' WHERE id = 'acme'")

        let later = try ControlFixture(in: fixture.directory, time: fixture.time, secret: fixture.operatorSecret)
        let contents = try await later.registry.contents()
        #expect(contents.strategies.map(\.id) == ["good"])
        #expect(contents.advertisers.isEmpty)
        #expect(contents.faults.map(\.id) == ["acme", "odd"])
        #expect(contents.faults.last?.kind == .strategies)
        #expect(contents.faults.last?.faults.map(\.pointer) == ["/bidder"])
        let shown = try await later.send("GET", "/v1/strategies/odd")
        #expect(shown.status == 200)
        #expect(shown.node["notes"]?.elements.first?.text?.hasPrefix("not in use") == true)

        _ = try await later.send("PUT", "/v1/strategies/odd", ControlFixture.strategy("odd"))
        #expect(try await later.registry.contents().faults.map(\.id) == ["acme"])
    }

    @Test("a row of a kind that only a later version knows does no harm")
    func laterKind() async throws {
        let fixture = try ControlFixture()
        try await fixture.addAdvertiser()
        try fixture.tamper("INSERT INTO documents SELECT 'moods', id, NULL, json, 1, 2, 0, 0, 0 FROM documents")
        let contents = try await fixture.registry.contents()
        #expect(contents.advertisers.count == 1)
        #expect(contents.faults.isEmpty)
    }

    @Test("the operator's token is made once, in the form that is promised")
    func operatorToken() throws {
        let directory = try ScratchDirectory()
        let registry = try Registry(path: directory.path("r"), kinds: [])
        let secret = try #require(try registry.operatorTokenIfNew())
        #expect(secret.wholeMatch(of: /vendue_[A-Za-z0-9_-]{43}/) != nil)
        #expect(try registry.operatorTokenIfNew() == nil)
        #expect(try Registry(path: directory.path("r"), kinds: []).operatorTokenIfNew() == nil)
    }

    @Test("an operator's token that could not be delivered is made again")
    func undelivered() throws {
        struct NoSpace: Error {}
        let directory = try ScratchDirectory()
        let registry = try Registry(path: directory.path("r"), kinds: [])
        #expect(throws: NoSpace.self) { try registry.operatorTokenIfNew { _ in throw NoSpace() } }
        var delivered: String?
        let secret = try registry.operatorTokenIfNew { delivered = $0 }
        #expect(secret != nil && secret == delivered)
        withExtendedLifetime(directory) {}
    }

    @Test("only its owner can read the file")
    func mode() throws {
        let directory = try ScratchDirectory()
        _ = try Registry(path: directory.path("r"), kinds: [])
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.path("r"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test("a commit is on the disk before it returns: synchronous is FULL, over a write-ahead log")
    func durability() async throws {
        let fixture = try ControlFixture()
        let modes = try await fixture.registry.database.writeWithoutTransaction { db in
            try ["synchronous", "journal_mode"].map { try String.fetchOne(db, sql: "PRAGMA \($0)") }
        }
        #expect(modes == ["2", "wal"])
    }
}

extension ControlFixture {
    /// Changes the file behind the registry's back.
    func tamper(_ sql: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        let file = try DatabaseQueue(path: directory.path("registry.sqlite"), configuration: configuration)
        try file.write { try $0.execute(sql: sql) }
    }

    /// The audit as it lies in the file, oldest first.
    func audit() throws -> [AuditLine] {
        let file = try DatabaseQueue(path: directory.path("registry.sqlite"))
        return try file.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM audit ORDER BY number").map { row in
                AuditLine(
                    by: row["token"], action: row["action"], kind: row["kind"], id: row["id"], version: row["version"],
                    json: row["json"])
            }
        }
    }
}

struct AuditLine: Equatable {
    let by: String
    let action: String
    let kind: String
    let id: String
    let version: Int
    let json: String?
}
