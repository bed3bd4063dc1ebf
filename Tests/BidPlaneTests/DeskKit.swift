import EventLog
import Events
import Foundation
import Ledger
import OpenRTB
import Sealing
import Synchronization
import Units

@testable import BidPlane

/// A notice desk over a real log in a directory of its own.
final class DeskKit: Sendable {
    let time = ManualTime()
    let directory: ScratchDirectory
    let log: EventLog
    let ledger = BudgetLedger()
    let desk: NoticeDesk
    private let alarmed: Alarms
    /// What the desk alarmed of.
    var alarms: [NoticeDesk.Overpriced] { alarmed.all }

    /// Which run this is, as its bids say.
    let run: RunMark

    /// - Parameter marksRuns: whether the log tells that this run began; it never tells that it ended.
    init(in directory: ScratchDirectory? = nil, storage: (any LogStorage)? = nil, marksRuns: Bool = false) throws {
        self.directory = try directory ?? ScratchDirectory()
        var register = NoticeRegister()
        log = try EventLog(
            storage: try storage ?? DirectoryStorage(path: self.directory.path),
            durability: .processCrash,
            time: time,
            replayRun: { [ledger] in ledger.replay($0) },
            replay: { [ledger] in
                register.record($1, sequence: $0)
                ledger.replay($1)
            }
        )
        register.begin(after: ledger.restart(after: log.recovery.runs, at: time.instant()))
        let start = RunRecord(.start, at: time.instant(), number: log.recovery.runs.count + 1)
        run = start.mark
        let alarms = Alarms()
        self.alarmed = alarms
        desk = NoticeDesk(log: log, register: register) { alarms.append($0) }
        log.follow { [ledger] in ledger.apply($1) }
        log.start()
        if marksRuns { _ = log.append(start.bytes) }
    }

    deinit { log.stop() }

    /// Facts of a bid of 2.00 USD of this run, made when the kit's clock started.
    func facts(_ change: (inout BidFacts) -> Void = { _ in }) -> BidFacts {
        var facts = BidFacts()
        facts.bidID = BidID(high: 11, low: 12)
        facts.instant = ManualTime().instant()
        facts.price = CPM(micros: 2_000_000)
        facts.budgetPrice = facts.price
        facts.run = run
        facts.exchange = "adx"
        facts.advertiser = "acme"
        facts.strategy = "shoes"
        facts.creative = "s-300"
        facts.auction = "r-1"
        facts.imp = "1"
        change(&facts)
        return facts
    }

    func token(_ purpose: Token.Purpose = .exchange, _ facts: BidFacts? = nil) throws -> Token {
        let facts = facts ?? self.facts()
        var bytes = ByteWriter()
        BidFactsWriter.write(
            .init(
                bidID: facts.bidID,
                instant: facts.instant,
                price: facts.price,
                currency: facts.currency,
                budgetPrice: facts.budgetPrice,
                budgetCurrency: facts.budgetCurrency,
                quantity: facts.quantity,
                mtype: facts.mtype,
                consent: facts.consent,
                isTest: facts.isTest,
                billsAtImpression: facts.billsAtImpression,
                width: Int32(facts.width),
                height: Int32(facts.height),
                visitorHigh: facts.visitorHigh,
                visitorLow: facts.visitorLow,
                run: facts.run
            ),
            into: &bytes
        )
        let texts = [
            facts.exchange, facts.advertiser, facts.strategy, facts.creative, facts.seat, facts.deal, facts.auction,
            facts.imp, facts.country, facts.domain,
        ]
        for text in texts { BidFactsWriter.write(Array(text.utf8), into: &bytes) }
        var out = ByteWriter()
        Token.write(purpose, landing: [], facts: bytes, into: &out)
        guard let token = Token(opened: out.array()) else { throw Unexpected.noToken }
        return token
    }

    /// Hands in a notice at the clock's time, by default with a price of 1.50.
    func take(
        _ kind: EventKind,
        token facts: BidFacts? = nil,
        price: PriceDecoder.Outcome = .price(CPM(micros: 1_500_000)),
        currency: Currency? = nil,
        _ more: (inout NoticeDesk.Notice) -> Void = { _ in },
        change: (inout BidFacts) -> Void = { _ in }
    ) throws -> NoticeDesk.Verdict {
        var facts = facts ?? self.facts()
        change(&facts)
        var notice = NoticeDesk.Notice(kind, try token(.exchange, facts), price: price)
        notice.currency = currency
        more(&notice)
        return desk.take(notice, at: time.instant())
    }

    func take(conversion order: String, click: Token? = nil) throws -> NoticeDesk.Verdict {
        var facts = BidFacts()
        facts.advertiser = "acme"
        facts.instant = time.instant()
        var event = Event(.conversion, at: time.instant(), facts: click?.facts ?? facts)
        event.label = "purchase"
        event.order = order
        return desk.take(conversion: event, click: click)
    }

    func events() throws -> [Event] { try log.events(in: directory) }
}

/// Alarms in the order in which they were raised.
private final class Alarms: Sendable {
    private let alarms = Mutex<[NoticeDesk.Overpriced]>([])

    var all: [NoticeDesk.Overpriced] { alarms.withLock { $0 } }

    func append(_ alarm: NoticeDesk.Overpriced) { alarms.withLock { $0.append(alarm) } }
}

enum Unexpected: Error {
    case noToken
    case noAnswer
}
