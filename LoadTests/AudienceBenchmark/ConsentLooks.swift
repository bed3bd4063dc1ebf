internal import Consent
internal import Foundation
internal import OpenRTB
internal import Traffic
internal import Units

/// Times what a bid does about consent once its request is read: signals gathered, strings decoded, held to the policy.
struct ConsentLooks: Encodable {
    /// By length, for visitors who agreed to everything.
    let strings: [Decoding]

    struct Decoding: Encodable {
        /// Of the TC string.
        let characters: Int
        let times: BatchTimes
        /// Decisions that were not that the visitor agreed.
        let wrong: Int
    }

    /// Of the vendor that the generated strings are decoded for.
    private static let vendorID = 755
    /// November 2026, when consent of the generated requests is five months old.
    private static let instant = Instant(seconds: 1_793_500_000)
    /// Among so many requests every kind of string comes up.
    private static let requests = 2000

    /// The strings are the same each time, so that figures of two runs can be compared.
    init() throws {
        var policy = ConsentPolicy()
        policy.vendorID = Self.vendorID
        let reader = BidRequestReader()
        var generator = RequestGenerator(seed: 1)
        var strings: [Int: Decoding] = [:]
        for _ in 0..<Self.requests {
            try reader.read(copying: generator.next().body)
            let characters = reader.request.user.consent.count
            guard characters > 0, strings[characters] == nil,
                policy.decide(ConsentSignals(of: reader.request), at: Self.instant).because == .tcfConsent
            else { continue }
            strings[characters] = Self.time(reader, policy, characters)
        }
        self.strings = strings.values.sorted { $0.characters < $1.characters }
    }

    /// Of the string that takes longest, while others leave the machine alone.
    var quietNanos: Double { strings.map(\.times.quietNanos).max() ?? .infinity }

    var allocations: Int { strings.reduce(0) { $0 + $1.times.allocations } }

    /// Whether strings were found at all, and all were understood.
    var isSound: Bool { !strings.isEmpty && strings.allSatisfy { $0.wrong == 0 } }

    var text: String {
        let times = strings.map { String(format: "%.0f ns for %d characters", $0.times.nanos, $0.characters) }
        return """
            \(AudienceFigures.pad("decide on consent")) \(times.joined(separator: ", ")); \(allocations) allocations
            """
    }

    /// The request that was read last, over and over.
    private static func time(_ reader: BidRequestReader, _ policy: ConsentPolicy, _ characters: Int) -> Decoding {
        var wrong = 0
        let times = BatchTimes(batches: 500) { _ in
            for _ in 0..<BatchTimes.size {
                let decision = policy.decide(ConsentSignals(of: reader.request), at: instant)
                if decision.because != .tcfConsent { wrong += 1 }
            }
        }
        return Decoding(characters: characters, times: times, wrong: wrong)
    }
}
