internal import NIOCore

/// What the parts of one event loop's simulation share: the figures, and the start that they count from.
///
/// Confined to its event loop.
final class ScoreBoard {
    var tally: SimulationTally
    /// Set once, before the first request is due.
    var start = NIODeadline.uptimeNanoseconds(0)

    init(tally: SimulationTally) { self.tally = tally }

    /// Whole seconds since the start.
    func second(of moment: NIODeadline) -> Int { Int((moment - start).nanoseconds / 1_000_000_000) }
}
