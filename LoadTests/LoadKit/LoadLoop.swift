internal import NIOCore
internal import NIOPosix
internal import Traffic

/// The one thread that generates load.
package final class LoadLoop: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let loop: any EventLoop

    /// Notices called beside the requests of a run.
    package struct Billing: Sendable {
        /// Notices a second, as far as there are bids.
        package var requestsPerSecond: Double
        /// Of their own.
        package var connections: Int

        package init(requestsPerSecond: Double, connections: Int) {
            self.requestsPerSecond = requestsPerSecond
            self.connections = connections
        }
    }

    /// What a run found out.
    package struct Outcome: Sendable {
        package let load: LoadResult
        /// The notices, where some were called; a notice is accepted when its answer is 200 or 204.
        package let notices: LoadResult?
    }

    /// Starts the thread.
    package init() {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        loop = group.next()
    }

    /// Runs a plan to its end.
    ///
    /// - Parameter billing: bills some of the bids meanwhile; answers must then not be compressed.
    package func run(_ plan: LoadPlan, deck: RequestDeck, billing: Billing? = nil) async throws -> Outcome {
        guard let billing else {
            let load = try await loop.flatSubmit { [loop] in
                Self.start(on: loop) { try Generator(plan, source: DeckSource(deck), on: loop).run() }
            }.get()
            return Outcome(load: load, notices: nil)
        }
        var notices = try LoadPlan(
            target: plan.target, pace: .open(.constant, requestsPerSecond: billing.requestsPerSecond),
            seconds: plan.seconds, connections: billing.connections)
        notices.giveUpMillis = 10_000
        let (load, billed) = try await loop.flatSubmit { [loop, notices] in
            let queue = NoticeQueue(host: plan.target.description)
            return Self.start(on: loop) {
                let bids = try Generator(plan, source: DeckSource(deck), on: loop) { queue.harvest($0, $1) }
                let bills = try Generator(notices, source: queue, on: loop)
                return bids.run().and(bills.run())
            }
        }.get()
        return Outcome(load: load, notices: billed)
    }

    /// Gathers notices of bids, then calls nothing but them, each connection its next when its last is acknowledged.
    ///
    /// - Parameters:
    ///   - bids: a plan whose answers are not compressed.
    ///   - notices: a closed loop.
    /// - Returns: what became of the notices, and how many were left; with none left the rate is that of the bids.
    package func runNotices(
        of bids: LoadPlan, deck: RequestDeck, _ notices: LoadPlan
    ) async throws -> (notices: LoadResult, left: Int) {
        try await loop.flatSubmit { [loop] in
            let queue = NoticeQueue(
                host: bids.target.description,
                kinds: [#""nurl":""#, #""burl":""#, #""lurl":""#], countMax: 1_000_000)
            return Self.start(on: loop) {
                let gathering = try Generator(bids, source: DeckSource(deck), on: loop) { queue.harvest($0, $1) }
                return gathering.run().assumeIsolated().flatMap { _ in
                    Self.start(on: loop) { try Generator(notices, source: queue, on: loop).run() }
                }.map { ($0, queue.count) }.nonisolated()
            }
        }.get()
    }

    /// A future also where it cannot begin.
    private static func start<Result: Sendable>(
        on loop: any EventLoop, _ body: () throws -> EventLoopFuture<Result>
    ) -> EventLoopFuture<Result> {
        do { return try body() } catch { return loop.makeFailedFuture(error) }
    }

    /// Ends the thread; nothing may be run afterwards.
    package func shutDown() async throws { try await group.shutdownGracefully() }
}
