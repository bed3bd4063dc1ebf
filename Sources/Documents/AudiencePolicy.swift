/// How long and how much is kept of visitors, each with its reason.
package struct AudiencePolicy: Equatable, Sendable {
    /// A visitor of whom nothing was heard for so long is forgotten: 400 days, the longest that browsers keep a cookie.
    package var visitorDays = 400
    /// Acts older than this count no more, and are not taken.
    package var actDays = 400
    /// A household is an address: whoever had it a fortnight ago may have another.
    package var householdDays = 14
    /// An address of more visitors than this is an office, a café or a carrier's gateway, and no household.
    package var householdVisitorsMax = 6
    /// Visitors that are made room for at start; the tables grow beyond.
    package var visitors = 10_000
    /// Of all that is kept of visitors in memory; then those longest idle make room.
    package var bytesMax = 4 << 30

    package init() {}

    package var visitorMillis: Int64 { Int64(visitorDays) * 86_400_000 }
    package var actMillis: Int64 { Int64(actDays) * 86_400_000 }
    package var householdMillis: Int64 { Int64(householdDays) * 86_400_000 }

    /// `audience: { visitors: 10000, memory_mb: 4096, household_visitors: 6 }` and
    /// `retention: { visitors_days: 400, acts_days: 400, households_days: 14 }`.
    static func read(audience: Node?, retention: ObjectReader?, _ faults: FaultList) -> AudiencePolicy {
        var policy = AudiencePolicy()
        if let audience {
            let reader = ObjectReader(
                audience, at: "/audience", known: ["visitors", "memory_mb", "household_visitors"], faults)
            policy.visitors = reader.integer("visitors", in: 1000...1_000_000_000) ?? policy.visitors
            policy.bytesMax = reader.integer("memory_mb", in: 64...1_048_576).map { $0 << 20 } ?? policy.bytesMax
            policy.householdVisitorsMax =
                reader.integer("household_visitors", in: 1...100) ?? policy.householdVisitorsMax
        }
        if let retention {
            policy.visitorDays = retention.integer("visitors_days", in: 1...3650) ?? policy.visitorDays
            policy.actDays = retention.integer("acts_days", in: 1...400) ?? policy.actDays
            policy.householdDays = retention.integer("households_days", in: 1...400) ?? policy.householdDays
        }
        return policy
    }
}
