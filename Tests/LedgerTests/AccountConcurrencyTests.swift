import Dispatch
import Foundation
import Synchronization
import Testing
import Units

@testable import Ledger

/// Runs work on four threads that start together, and waits for all of them.
private func onFourThreads(_ work: @escaping @Sendable (Int) -> Void) {
    let start = DispatchSemaphore(value: 0)
    let done = DispatchSemaphore(value: 0)
    for index in 0..<4 {
        Thread {
            start.wait()
            work(index)
            done.signal()
        }.start()
    }
    for _ in 0..<4 { start.signal() }
    for _ in 0..<4 { done.wait() }
}

@Suite("One account and four loops")
struct AccountConcurrencyTests {
    @Test("four threads together never reserve more than the limit, and what they leave can be had")
    func reserve() {
        let account = Account(expiredThrough: Account.minute(dawn) - Account.lifetimeMinutes - 1)
        account.setLimits(total: Micros(30_000), daily: Micros(30_000), clock: .utc)
        account.expect(bid: .nanos(30_000_000))
        let granted = Atomic<Int64>(0)
        let highest = Atomic<Int64>(0)
        onFourThreads { index in
            let amount = Int64(700 + index)
            for _ in 0..<20_000 where account.bid(.nanos(amount), at: dawn) {
                highest.max(granted.add(amount, ordering: .relaxed).newValue, ordering: .relaxed)
            }
        }
        let reserved = granted.load(ordering: .relaxed)
        #expect(highest.load(ordering: .relaxed) <= 30_000_000)
        #expect(account.snapshotBooks().reserved == .nanos(reserved))
        #expect(account.snapshotBooks().outstanding == .nanos(reserved))
        #expect(reserved > 29_000_000)
        #expect(account.reserve(.nanos(30_000_000 - reserved), at: dawn))
        #expect(!account.reserve(.nanos(1), at: dawn))
    }

    @Test("reserving and taking back on four threads leaves nothing behind")
    func cancel() {
        let account = Account(expiredThrough: Account.minute(dawn) - Account.lifetimeMinutes - 1)
        account.setLimits(total: Micros(3), daily: Micros(2), clock: .utc)
        account.expect(bid: .nanos(2000))
        onFourThreads { _ in
            for _ in 0..<20_000 where account.reserve(.nanos(1500), at: dawn) { account.cancel(.nanos(1500), at: dawn) }
        }
        #expect(account.snapshotBooks() == Account.Books())
        #expect(account.reserve(.nanos(2000), at: dawn))
        #expect(!account.reserve(.nanos(1), at: dawn))
    }

    @Test("loops that reserve and the fold that books and expires agree in the end")
    func foldBesideLoops() {
        let account = Account(expiredThrough: Account.minute(dawn) - Account.lifetimeMinutes - 1)
        account.setLimits(total: nil, daily: nil, clock: .utc)
        let granted = Atomic<Int64>(0)
        onFourThreads { index in
            if index == 0 {
                for second in 0..<100 {
                    let now = dawn.adding(seconds: Int64(second))
                    account.advance(to: now)
                    account.apply(ended: .nanos(10), spent: .nanos(7), bidInstant: now)
                }
            } else {
                // A loop's clock is never minutes behind the fold's.
                for step in 0..<10_000 where account.reserve(.nanos(10), at: dawn.adding(seconds: Int64(step) / 100)) {
                    granted.add(10, ordering: .relaxed)
                }
            }
        }
        account.advance(to: dawn.adding(seconds: 1200))
        account.advance(to: dawn.adding(seconds: 2400))
        let books = account.snapshotBooks()
        #expect(books.reserved.nanos == granted.load(ordering: .relaxed))
        #expect(books.settled == .nanos(700))
        #expect(books.released == .nanos(300))
        #expect(books.expired.nanos == granted.load(ordering: .relaxed) - 1000)
        #expect(books.outstanding == .zero)
        #expect(books.balance)
    }
}
