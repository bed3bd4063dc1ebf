import BidKit
import ControlPlane
import Foundation
import Synchronization
import Units

/// A kind of strategy that bids its one term.
struct TestBid: BidStrategy {
    let maxCPM: CPM

    static let kind = BidderKind("test-bid") { (terms: inout Terms) -> TestBid? in
        terms.cpm("cpm").map { TestBid(maxCPM: $0) }
    }

    borrowing func answer(_ opportunity: borrowing Opportunity, in request: borrowing BidRequest) -> Answer {
        .offer(maxCPM)
    }
}

/// A clock that only a test moves.
final class StoppedTime: TimeSource {
    private let now = Mutex(Instant(seconds: 1_800_000_000))

    func instant() -> Instant { now.withLock { $0 } }

    func moment() -> Moment { Moment(nanos: instant().micros * 1000) }

    func advance(seconds: Int64) { now.withLock { $0 = $0.adding(seconds: seconds) } }
}

/// A directory that goes when the test does.
final class ScratchDirectory: Sendable {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "vendue-control-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }
}

/// What was published, in order, and whether two publications ever overlapped.
actor PublicationLog {
    private(set) var all: [RegistryChanges] = []
    /// What all of them come to.
    var contents: FoldedContents { FoldedContents(all) }
    private(set) var haveOverlapped = false
    private var isBusy = false

    func note(_ changes: RegistryChanges) async {
        if isBusy { haveOverlapped = true }
        isBusy = true
        // Gives another publication every chance to come in between.
        for _ in 0..<5 { await Task.yield() }
        all.append(changes)
        isBusy = false
    }
}

extension ControlHooks {
    static let test = test(nil)

    static func test(_ audience: AudienceHooks?) -> ControlHooks {
        ControlHooks(
            metrics: { "vendue_up 1\n" }, status: { "{\"state\":\"running\"}" }, isReady: { true },
            books: { "{\"balanced\":true}" },
            explain: { (query) throws(ExplainFault) in
                if query.exchange == "nowhere" { throw ExplainFault("there is no exchange", at: "/exchange") }
                let request = String(decoding: query.request, as: UTF8.self)
                return "{\"asked\":\(request),\"strategy\":\"\(query.strategy ?? "-")\"}"
            },
            passes: { $0 == "ghost" ? nil : "{\"of\":\"\($0 ?? "all")\"}" }, audience: audience)
    }
}
