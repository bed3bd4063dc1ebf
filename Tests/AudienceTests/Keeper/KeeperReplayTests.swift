import Documents
import Events
import Foundation
import Testing
import Units

@testable import Audience

/// Random visitors, told of at random.
private final class RandomVisitors {
    let world: KeeperWorld
    private var random: SplitMix64
    private var sent: [String] = []
    private let addresses: Bool

    static let rules = [
        KeeperWorld.rule("viewers", #"{"event":"view","at_least":2}"#),
        KeeperWorld.rule("recent", #"{"event":"view","within":"10m"}"#),
        KeeperWorld.rule("abandoned", #"{"all":[{"event":"cart"},{"not":{"event":"purchase","within":"1h"}}]}"#),
        KeeperWorld.rule("both", #"{"all":[{"audience":["viewers"]},{"not":{"audience":["abandoned"]}}]}"#),
        KeeperWorld.rule("gold", #"{"trait":{"tier":["gold"]}}"#),
    ]

    static let cookies = (0..<24).map { "c\($0)" }

    init(seed: UInt64, addresses: Bool) throws {
        world = try KeeperWorld(Self.rules)
        random = SplitMix64(seed: seed)
        self.addresses = addresses
    }

    func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    private func cookie() -> String { Self.cookies[below(Self.cookies.count)] }

    /// - Parameter waits: whether choices wait until what was told before them is known.
    func step(waits: Bool) {
        world.clock.advance(millis: Int64(1 + below(60_000)))
        let kind = below(100)
        if waits, kind < 24 { world.flush() }
        switch kind {
        case 0..<4: world.optOut(cookie())
        case 4..<10: world.optOut(cookie(), false)
        case 10..<14: world.keeper.post(.erase(.identifier(.cookie(cookie()))) { _ in })
        case 14..<20: merge()
        case 20..<24:
            // A repeat of what was told; then it is the same person's, and none.
            if !sent.isEmpty { world.events(sent[below(sent.count)]) }
        case 24..<40: world.becomeDurable()
        case 40..<50: world.keeper.logIsDurable(through: UInt64(below(Int(world.log.end) + 1)), hasFailed: false)
        default: event()
        }
        if below(3) == 0 { _ = world.keeper.turn() }
    }

    /// An act, or one that may find two to be one.
    func act(merging: Bool) {
        world.clock.advance(millis: 1)
        if merging, below(3) == 0 { merge() } else { event() }
    }

    private func merge() { send(#""visitor":{"cookie":"\#(cookie())","ifa":"d\#(below(12))"}"#) }

    private func event() {
        let place = addresses && below(2) == 0 ? #","ip":"192.0.2.\#(below(4))""# : ""
        send(#""visitor":{"cookie":"\#(cookie())"}\#(place)"#)
    }

    private func send(_ whom: String) {
        let type = ["view", "view", "cart", "purchase", "traits"][below(5)]
        let tier = type == "traits" ? #","properties":{"tier":"\#(below(2) == 0 ? "gold" : "tin")"}"# : ""
        let body = #"{"event_id":"e\#(sent.count)","type":"\#(type)",\#(whom)\#(tier)}"#
        sent.append(body)
        world.events(body)
    }
}

/// What is known of somebody.
private struct Profile: Equatable, CustomStringConvertible {
    let number: UInt32?
    let flags: UInt8
    let acts: [UInt8]
    let audiences: [String]

    init(_ world: KeeperWorld, _ visitor: VisitorNumber?) {
        number = visitor?.rawValue
        flags = visitor.map { world.tables.flags($0).rawValue } ?? 0
        let history = visitor.flatMap { world.book.states[$0]?.history } ?? VisitorHistory()
        acts = history.isEmpty ? [] : history.bytes
        audiences = world.audiences(of: visitor)
    }

    var description: String { "\(number ?? 0) flags \(flags) acts \(acts.count) bytes \(audiences)" }

    static func all(_ world: KeeperWorld) -> [String: Profile] {
        var all: [String: Profile] = [:]
        for cookie in RandomVisitors.cookies { all[cookie] = Profile(world, world.visitor(cookie)) }
        for last in 0..<4 { all["192.0.2.\(last)"] = Profile(world, world.household("192.0.2.\(last)")) }
        return all
    }
}

@Suite("Reading the log again")
struct KeeperReplayTests {
    private func compare(_ live: KeeperWorld, _ next: KeeperWorld, _ what: String) {
        let (mine, theirs) = (Profile.all(live), Profile.all(next))
        for (name, profile) in mine.sorted(by: { $0.key < $1.key }) where theirs[name] != profile {
            Issue.record("\(what): \(name) is \(profile) live and \(theirs[name].map { "\($0)" } ?? "nobody") again")
        }
    }

    /// The same folder's roster without its snapshots.
    private func rosterAlone(of world: KeeperWorld) throws -> KeeperDirectory {
        let directory = KeeperDirectory()
        let folder = try AudienceFolder(path: directory.path)
        try folder.append(toRoster: try AudienceFolder(path: world.directory.path).roster())
        return directory
    }

    @Test("the log read from its front comes to what was known", arguments: UInt64(1)...6)
    func whole(seed: UInt64) throws {
        let live = try RandomVisitors(seed: seed, addresses: false)
        for _ in 0..<200 { live.step(waits: true) }
        live.world.flush()
        #expect(live.world.log.end > 80)
        compare(live.world, try KeeperWorld(after: live.world, directory: rosterAlone(of: live.world)), "seed \(seed)")
    }

    @Test("the log read behind a snapshot made between submissions comes to what was known", arguments: UInt64(1)...6)
    func behindSnapshot(seed: UInt64) throws {
        let live = try RandomVisitors(seed: seed, addresses: true)
        for _ in 0..<100 + live.below(150) { live.step(waits: true) }
        live.world.flush()
        live.world.snapshot()
        #expect(live.world.book.counts.snapshots > 0)
        for _ in 0..<100 { live.step(waits: true) }
        live.world.flush()
        compare(live.world, try KeeperWorld(after: live.world), "seed \(seed)")
    }

    /// What is told while a snapshot is written, a few visitors of it at a time.
    private func besideSnapshot(_ seed: UInt64, _ happen: (RandomVisitors) -> Void) throws {
        let live = try RandomVisitors(seed: seed, addresses: true)
        for _ in 0..<150 { live.step(waits: true) }
        live.world.flush()
        let keeper = live.world.keeper
        let before = live.world.book.counts.snapshots
        keeper.snapshotPace = SnapshotPace(visitors: 3, words: 24)
        keeper.hastenSnapshot()
        live.world.clock.makeSlow()
        repeat {
            _ = keeper.turn()
            for _ in 0..<live.below(3) { happen(live) }
            if live.below(2) == 0 { _ = keeper.turn() }
            if live.below(3) > 0 { keeper.logIsDurable(through: live.world.log.end, hasFailed: false) }
        } while keeper.isWritingSnapshot
        live.world.clock.makeSlow(false)
        live.world.flush()
        #expect(live.world.book.counts.snapshots > before)
        compare(live.world, try KeeperWorld(after: live.world), "seed \(seed)")
    }

    @Test("the log read behind a snapshot made while visitors act comes to what was known", arguments: UInt64(1)...12)
    func besideActs(seed: UInt64) throws { try besideSnapshot(seed) { $0.act(merging: false) } }

    @Test(
        "the log read behind a snapshot made while visitors are found to be one comes to what was known",
        arguments: UInt64(1)...12)
    func besideMerges(seed: UInt64) throws { try besideSnapshot(seed) { $0.act(merging: true) } }

    @Test(
        "the log read behind a snapshot made while visitors choose, go and become one comes to what was known",
        arguments: UInt64(1)...12)
    func besideChoices(seed: UInt64) throws { try besideSnapshot(seed) { $0.step(waits: false) } }

    @Test("an act that waits while its visitor is merged and the survivor's state is written is not lost, nor doubled")
    func actsBeforeMerges() throws {
        let world = try KeeperWorld(RandomVisitors.rules)
        for cookie in ["ann", "bob"] { world.event("view", cookie, id: cookie) }
        world.flush()
        world.keeper.snapshotPace = SnapshotPace(visitors: 1, words: 2)
        world.keeper.hastenSnapshot()
        world.clock.makeSlow()
        // Until both are written as they are.
        while world.keeper.isWritingSnapshot == false || world.tables.dumping.map({ $0.written < 3 }) != false {
            _ = world.keeper.turn()
        }
        world.event("cart", "bob", id: "e3")
        world.event("view", "bob", id: "e4")
        world.join("ann", "phone")
        world.join("bob", "phone")
        // Only the first of the two acts is known when the survivor is written.
        _ = world.keeper.turn()
        world.keeper.logIsDurable(through: 5, hasFailed: false)
        while world.keeper.isWritingSnapshot { _ = world.keeper.turn() }
        world.clock.makeSlow(false)
        world.flush()
        #expect(world.acts("ann") == 4)
        #expect(world.visitor("bob") == world.visitor("ann"))
        let next = try KeeperWorld(after: world)
        #expect(next.acts("ann") == 4)
        #expect(next.audiences("ann") == world.audiences("ann"))
    }

    @Test("choices that overtake acts in the log come to what was known", arguments: UInt64(1)...12)
    func hasty(seed: UInt64) throws {
        let live = try RandomVisitors(seed: seed, addresses: false)
        for _ in 0..<200 { live.step(waits: false) }
        live.world.flush()
        compare(live.world, try KeeperWorld(after: live.world, directory: rosterAlone(of: live.world)), "seed \(seed)")
    }

    @Test("an act that waits while its visitor opts out and in again is let go with the rest")
    func outAndIn() throws {
        let world = try KeeperWorld(RandomVisitors.rules)
        world.event("view", "ann", id: "e1")
        world.optOut("ann")
        world.optOut("ann", false)
        world.flush()
        let next = try KeeperWorld(after: world)
        #expect(next.acts("ann") == 0)
        #expect(world.acts("ann") == 0)
    }

    @Test(
        "households come to what was known, though acts of who was erased can be read by nobody",
        arguments: UInt64(1)...24)
    func households(seed: UInt64) throws {
        let live = try RandomVisitors(seed: seed, addresses: true)
        for _ in 0..<200 { live.step(waits: seed % 2 == 0) }
        live.world.flush()
        compare(live.world, try KeeperWorld(after: live.world, directory: rosterAlone(of: live.world)), "seed \(seed)")
    }
}
