/// A kind of strategy: its name in documents, what its terms must be, and how to make an instance.
///
/// Handed to the service by the executable, so that terms are checked and strategies asked by code that knows no
/// kind by name.
public struct BidderKind: Sendable {
    /// As `bidder` names it: kebab case, the folder in `Bidders/`.
    public let name: String
    private let make: @Sendable (inout Terms) -> Seat?

    /// - Parameter build: reads the terms, leaving its complaints in them; nil when there are any.
    @inlinable
    public init<Strategy: BidStrategy & ~Copyable>(
        _ name: String,
        build: @escaping @Sendable (inout Terms) -> Strategy?
    ) {
        self.init(name) { (terms: inout Terms) -> Seat? in
            guard let strategy = build(&terms) else { return nil }
            return Seat(strategy)
        }
    }

    @usableFromInline
    init(_ name: String, make: @escaping @Sendable (inout Terms) -> Seat?) {
        self.name = name
        self.make = make
    }

    /// Everything that is wrong with some terms.
    package func faults(in values: [String: TermsValue]) -> [TermsFault] {
        var terms = Terms(values)
        _ = make(&terms)
        terms.refuseUnasked()
        return terms.faults
    }

    /// An instance; nil where ``faults(in:)`` is not empty.
    package func seat(_ values: [String: TermsValue]) -> Seat? {
        var terms = Terms(values)
        let seat = make(&terms)
        terms.refuseUnasked()
        return terms.faults.isEmpty ? seat : nil
    }
}

/// One strategy, moved into memory that never moves again and borrowed there whenever it is asked.
///
/// Held this way an auction of eight strategies costs a third of what it costs with `any BidStrategy`: no copy, no
/// retain, no release (see docs/decisions/0003).
@safe
public final class Seat: @unchecked Sendable {
    // Unchecked because of the pointer. Invariant: `cell` holds an initialised strategy of the type that `asker` and
    // `drop` were made for, from `init` to `deinit`; nobody writes it in between, and the strategy is Sendable.
    private let cell: UnsafeMutableRawPointer
    private let asker: Asker
    private let drop: (UnsafeMutableRawPointer) -> Void
    package let maxCPM: CPM
    package let pricesByValue: Bool

    @usableFromInline
    typealias Asker = (UnsafeRawPointer, borrowing Opportunity, borrowing BidRequest) -> Answer

    @inlinable
    public convenience init<Strategy: BidStrategy & ~Copyable>(_ strategy: consuming Strategy) {
        let maxCPM = strategy.maxCPM
        let pricesByValue = strategy.pricesByValue
        let cell = UnsafeMutablePointer<Strategy>.allocate(capacity: 1)
        unsafe cell.initialize(to: strategy)
        unsafe self.init(
            cell: UnsafeMutableRawPointer(cell),
            maxCPM: maxCPM,
            pricesByValue: pricesByValue,
            asker: { cell, opportunity, request in
                unsafe cell.assumingMemoryBound(to: Strategy.self).pointee.answer(opportunity, in: request)
            },
            drop: { cell in
                let typed = unsafe cell.assumingMemoryBound(to: Strategy.self)
                unsafe typed.deinitialize(count: 1)
                unsafe typed.deallocate()
            }
        )
    }

    @usableFromInline
    init(
        cell: UnsafeMutableRawPointer,
        maxCPM: CPM,
        pricesByValue: Bool,
        asker: @escaping Asker,
        drop: @escaping (UnsafeMutableRawPointer) -> Void
    ) {
        unsafe self.cell = unsafe cell
        self.maxCPM = maxCPM
        self.pricesByValue = pricesByValue
        unsafe self.asker = unsafe asker
        unsafe self.drop = unsafe drop
    }

    deinit { unsafe drop(cell) }

    /// Asks the strategy where it lies. An answer above its own maximum is cut to it.
    package func ask(_ opportunity: borrowing Opportunity, in request: borrowing BidRequest) -> Answer {
        let answer = unsafe asker(UnsafeRawPointer(cell), opportunity, request)
        if let price = answer.price, price > maxCPM { return .offer(maxCPM, label: answer.label) }
        return answer
    }
}
