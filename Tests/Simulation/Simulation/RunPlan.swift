internal import Units

/// What can happen in one step.
enum Action: Int, CaseIterable {
    /// An exchange asks for bids.
    case request
    /// A notice arrives, genuine or forged.
    case notice
    /// The log's writer takes a turn.
    case writerTurn
    /// A loop hears how far the log is durable.
    case loopHears
    /// Time passes.
    case pass
    /// The wall clock jumps.
    case jump
    /// A fault is armed, or the disk fills.
    case diskFault
    /// The process is killed, or the power goes.
    case crash
    /// The service is stopped and started.
    case restart
    /// A budget changes.
    case budgetChange
    /// A loop takes the newest snapshot.
    case publish
    /// The log is read again and compared.
    case verify
}

/// What a run is like, drawn from its seed before its first step: runs differ in kind, not only in order.
struct RunPlan {
    let steps: Int
    let loops: Int
    let advertisers: Int
    let strategies: Int
    let segmentBytesMax: Int
    let ringBytes: Int
    /// When the wall clock starts, some hours before or after a midnight.
    let start: Instant
    /// How likely each action is, in the order of ``Action``.
    let weights: [Int]
    /// How far from the true time jumps may lead, in seconds.
    let jumpSecondsMax: Int

    init(_ chance: inout Chance) {
        steps = chance.happens(perMille: 30) ? 2_000 : chance.within(200...600)
        loops = chance.within(1...3)
        advertisers = chance.within(1...2)
        strategies = chance.within(1...6)
        segmentBytesMax = 1 << chance.within(11...15)
        // A full ring loses bids.
        ringBytes = 1 << chance.pick([11, 13, 16, 16, 16])
        start = Instant(seconds: 1_793_491_200 + Int64(chance.within(-80_000...80_000)))
        jumpSecondsMax = chance.pick([0, 0, 90, 1200, 40 * 3600])
        // Some runs know no crashes, others hardly anything else.
        let rare = (0..<5).map { _ in chance.pick([0, 1, 1, 4]) }
        weights = [
            30, 34, 16, 16, 12, jumpSecondsMax == 0 ? 0 : 1 + rare[0], rare[1], rare[2], rare[3], rare[4], 3, 1,
        ]
    }

    /// How long a passage of time takes, in microseconds: mostly moments, sometimes hours.
    static func passage(_ chance: inout Chance) -> Int64 {
        switch chance.below(100) {
        case ..<55: Int64(chance.within(100...200_000))
        case ..<85: Int64(chance.within(100_000...15_000_000))
        case ..<97: Int64(chance.within(10...180)) * 1_000_000
        case ..<99: Int64(chance.within(180...5_400)) * 1_000_000
        default: Int64(chance.within(3_600...90_000)) * 1_000_000
        }
    }
}
