internal import Synchronization
package import Units

/// Holds the spending of one account to its plan: asked by every auction, moved once a second.
///
/// Without a goal it holds nothing, so that who has it need not ask whether there is one.
///
/// Event loops ask and tell through atomics alone; ``PaceControl`` is the ledger's, under its lock.
package final class Pacer: @unchecked Sendable {
    // Unchecked because of `control`, which ``Pacers`` alone touches, always under the ledger's lock.
    private let isFree = Atomic<Bool>(true)
    private let multiplierBits = Atomic<UInt64>(.max)
    /// Nanos that bids may reserve; below zero where the last bid took more than there was.
    private let credit = Atomic<Int64>(1)
    /// Nanos reserved since the last step.
    private let taken = Atomic<Int64>(0)
    /// Nanos that the last bid reserved.
    private let bid = Atomic<Int64>(0)
    private let wasAsked = Atomic<Bool>(false)
    private let wasHeld = Atomic<Bool>(false)
    private let account: Account
    private var control: PaceControl?

    init(_ account: Account) { self.account = account }

    // MARK: Any thread

    /// How an account is to bid now.
    package enum Answer: Equatable, Sendable {
        /// It may; who prices by value makes its price smaller by the factor.
        case bid(Multiplier)
        /// The draw was not among those that take part.
        case throttled(Multiplier)
        /// What the plan has for now is reserved.
        case held(Multiplier)

        package var multiplier: Multiplier {
            switch self {
            case .bid(let multiplier), .throttled(let multiplier), .held(let multiplier): multiplier
            }
        }
    }

    /// Asks before a bid.
    ///
    /// - Parameter draw: 64 random bits, the same in every replay; nil for who prices by value, and bids less instead
    ///   of less often.
    /// - Complexity: some atomic loads. Allocates nothing.
    package func ask(draw: UInt64?) -> Answer {
        if isFree.load(ordering: .relaxed) { return .bid(.one) }
        let multiplier = Multiplier(bits: multiplierBits.load(ordering: .relaxed))
        Self.raise(wasAsked)
        if let draw, !multiplier.admits(draw) { return .throttled(multiplier) }
        guard credit.load(ordering: .relaxed) > 0 else {
            Self.raise(wasHeld)
            return .held(multiplier)
        }
        return .bid(multiplier)
    }

    /// A flag that is up already is not written: loops would take it from each other.
    private static func raise(_ flag: borrowing Atomic<Bool>) {
        if !flag.load(ordering: .relaxed) { flag.store(true, ordering: .relaxed) }
    }

    /// Counts what a bid reserves.
    package func take(_ amount: Spend) {
        guard amount.nanos > 0, !isFree.load(ordering: .relaxed) else { return }
        credit.subtract(amount.nanos, ordering: .relaxed)
        taken.add(amount.nanos, ordering: .relaxed)
        if bid.load(ordering: .relaxed) != amount.nanos { bid.store(amount.nanos, ordering: .relaxed) }
    }

    /// Takes back what ``take(_:)`` counted for a bid that was never sent.
    package func giveBack(_ amount: Spend) {
        guard amount.nanos > 0, !isFree.load(ordering: .relaxed) else { return }
        credit.add(amount.nanos, ordering: .relaxed)
        taken.subtract(amount.nanos, ordering: .relaxed)
    }

    /// In use now; 1 where nothing holds the account back.
    package var multiplier: Multiplier {
        isFree.load(ordering: .relaxed) ? .one : Multiplier(bits: multiplierBits.load(ordering: .relaxed))
    }

    // MARK: The ledger's, under its lock

    /// Takes a goal, another one, or none.
    func use(_ goal: PacingGoal?, at now: Instant, _ profile: TrafficProfile) {
        guard let goal else {
            control = nil
            isFree.store(true, ordering: .relaxed)
            return
        }
        if control != nil {
            control?.use(goal)
        } else {
            control = PaceControl(goal)
            credit.store(1, ordering: .relaxed)
            multiplierBits.store(Multiplier.one.bits, ordering: .relaxed)
            advance(to: now, profile)
            isFree.store(false, ordering: .relaxed)
        }
    }

    /// A step of the controller.
    func advance(to now: Instant, _ profile: TrafficProfile) {
        guard var control else { return }
        defer { self.control = control }
        let books = account.snapshotBooks()
        let step = control.advance(
            to: now,
            .init(
                settledToday: account.spentToday.nanos,
                settled: books.settled.nanos,
                reserved: books.reserved.nanos,
                outstanding: books.outstanding.nanos,
                settledLate: books.settledLate.nanos,
                taken: taken.exchange(0, ordering: .relaxed),
                bid: bid.load(ordering: .relaxed),
                credit: credit.load(ordering: .relaxed),
                wasAsked: wasAsked.exchange(false, ordering: .relaxed),
                wasHeld: wasHeld.exchange(false, ordering: .relaxed)
            ),
            profile)
        credit.add(step.credit, ordering: .relaxed)
        multiplierBits.store(step.multiplier.bits, ordering: .relaxed)
    }

    /// What the undisturbed plan has spent by now, and what is likely to have been.
    func progress(at now: Instant, _ profile: TrafficProfile) -> (planned: Spend, spent: Spend)? {
        control?.progress(at: now, profile).map { planned, spent in
            (Spend(nanos: Int64(min(planned, 9e18))), Spend(nanos: Int64(min(spent, 9e18))))
        }
    }
}
