import Auction
import Audience
import BidKit
import Documents
import EventLog
import Events
import FlatPrice
import Foundation
import Ledger
import Sealing
import Synchronization

/// A clock that only a test moves.
final class ManualTime: TimeSource {
    private let micros = Mutex<Int64>(1_793_500_000_000_000)

    func instant() -> Instant { Instant(micros: micros.withLock { $0 }) }

    func moment() -> Moment { Moment(nanos: instant().micros * 1000) }

    func advance(seconds: Int64) { micros.withLock { $0 += seconds * 1_000_000 } }
}

/// A directory that goes when the test does.
final class ScratchDirectory: Sendable {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "vendue-plane-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var path: String { url.path }
}

/// Segments that take nothing: every write fails.
struct FullStorage: LogStorage {
    private final class File: LogFile {
        func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(LogError) {
            throw .io(call: "write", path: "full", errno: 28)
        }

        func sync() throws(LogError) {}
        func close() {}
    }

    func names() throws(LogError) -> [String] { [] }
    func read(_ name: String) throws(LogError) -> [UInt8] { [] }
    func create(_ name: String) throws(LogError) -> any LogFile { File() }
    func reopen(_ name: String, keeping bytes: Int) throws(LogError) -> any LogFile { File() }
}

/// What is registered in these tests.
enum World {
    static let ring = KeyRing(
        keys: [SealingKey(id: 9, created: Instant(seconds: 0), bytes: (0..<64).map { UInt8($0) })]
    )

    private static let strategy = #"""
        {"id":"shoes","advertiser":"acme","bidder":"flat-price","terms":{"cpm":"2.00"},"targeting":{"country":"US"},
        "creatives":[{"id":"s-300","adomain":["acme.example"],"landing":"https://acme.example/shoes?a=1#top",
        "banner":{"w":300,"h":250,"html":"<a href=\"{click}\"><img src=\"https://cdn.acme.example/s.png\"></a>"}}]}
        """#

    private static let exchanges = [
        #"{"id":"adx"}"#, #"{"id":"pixels","bill_at":"impression"}"#, #"{"id":"b64","price_encoding":"base64"}"#,
        #"{"id":"locked","credentials":{"bearer":"0123456789abcdef"}}"#,
        #"{"id":"near","credentials":{"addresses":["192.0.2.1"]}}"#,
        #"{"id":"idle","state":"paused"}"#,
        #"""
        {"id":"match","sync":{"url":"https://match.example/in?id={vendue_id}&hop={hop}",
        "redirect_hosts":["sync.match.example"]}}
        """#,
    ]

    /// `vendue-acme` is an advertiser's token, `vendue-operator` the operator's.
    static let sources = EventSources([
        (hash: Digest.sha256(Array("vendue-acme".utf8)), advertiser: "acme"),
        (hash: Digest.sha256(Array("vendue-operator".utf8)), advertiser: nil),
    ])

    static func snapshot(_ ledger: BudgetLedger) throws -> Snapshot {
        SnapshotBuilder.compile(
            kinds: [FlatPrice.kind], ledger: ledger, rates: CurrencyRates(),
            revision: 3,
            advertisers: try ["acme", "other"].map { try AdvertiserDocument(Node.readOne("{\"id\":\"\($0)\"}")) },
            strategies: [try StrategyDocument(Node.readOne(strategy), kinds: [FlatPrice.kind])],
            exchanges: try exchanges.map { try ExchangeDocument(Node.readOne($0)) }
        )
    }

    /// A bid request for one banner.
    static func request(_ id: String = "r-1", country: String = "USA", size: String = #""w":300,"h":250"#) -> String {
        """
        {"id":"\(id)","imp":[{"id":"1","banner":{\(size)}}],"regs":{"gdpr":0},"device":{"geo":{"country":"\(country)"}}}
        """
    }
}

extension EventLog {
    /// Every event in the files, once all that was appended before is in them.
    func events(in directory: ScratchDirectory) throws -> [Event] {
        flush()
        var events: [Event] = []
        _ = try LogReader(try DirectoryStorage(path: directory.path)).walk { _, event in events.append(event) }
        return events
    }
}
