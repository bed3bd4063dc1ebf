internal import Audience
internal import Foundation

/// What was measured before the snapshot.
struct AudienceFigures: Encodable {
    let visitors: Int
    let identityBytes: Int
    let directoryBytes: Int
    let membershipBytes: Int
    /// Of the process, once filled.
    let residentBytes: Int
    let counters: Int
    /// What the profiles grew by for each counter, spare room among it.
    let bytesPerCounter: Double
    let membershipsPerSecond: Double
    let loadSeconds: Double
    let lookMicros: LookMicros
    let looks: Int
    /// By the readers, in all looks together.
    let allocations: Int
    let changesPerSecond: Double
    let slowestWriteMicros: Double
    private let heading: String

    struct LookMicros: Encodable {
        let p50: Double
        let p99: Double
        let p999: Double
    }

    private enum CodingKeys: String, CodingKey {
        case visitors, identityBytes, directoryBytes, membershipBytes, residentBytes, counters, bytesPerCounter
        case membershipsPerSecond, loadSeconds, lookMicros, looks, allocations, changesPerSecond, slowestWriteMicros
    }

    init(
        visitors: Int, memberships: Int, identifiers: Int, readers: Int, loading: Double,
        filled: AudienceTables.Bytes, resident: Int, reading: Reading, counted: AudienceTables.Bytes, counters: Int
    ) {
        self.visitors = visitors
        identityBytes = filled.identities
        directoryBytes = filled.directory
        membershipBytes = filled.memberships
        residentBytes = resident
        self.counters = counters
        let grown = counted.memberships + counted.counters - filled.memberships - filled.counters
        bytesPerCounter = counters == 0 ? 0 : Double(grown) / Double(counters)
        membershipsPerSecond = Double(visitors * memberships) / loading
        loadSeconds = loading
        lookMicros = LookMicros(p50: reading.micros(0.5), p99: reading.micros(0.99), p999: reading.micros(0.999))
        looks = reading.nanos.count
        allocations = reading.allocations
        changesPerSecond = reading.changesPerSecond
        slowestWriteMicros = reading.slowestWriteMicros
        heading = """
            \(visitors) visitors, \(memberships) memberships and \(identifiers) identifiers each; \(readers) readers on \
            \(ProcessInfo.processInfo.activeProcessorCount) cores
            """
    }

    var totalBytes: Int { identityBytes + directoryBytes + membershipBytes }

    var text: String {
        let row = { (name: String, bytes: Int) in
            String(
                format: "%@ %9.1f MiB %8.1f B a visitor", Self.pad(name), Double(bytes) / 1_048_576,
                Double(bytes) / Double(self.visitors))
        }
        return """
            \(heading)
            \(row("identities", identityBytes))
            \(row("directory", directoryBytes))
            \(row("memberships", membershipBytes))
            \(row("together", totalBytes))
            \(row("resident", residentBytes))
            \(Self.pad("counters")) \(String(format: "%9d     %8.1f B each", counters, bytesPerCounter))
            \(Self.pad("loaded in bulk")) \(String(format: "%9.1f s   %.0f memberships a second, with identifiers", loadSeconds, membershipsPerSecond))
            \(Self.pad("recognise and read")) \(String(format: "%9.2f µs p50, %.2f p99, %.2f p99.9; %d looks", lookMicros.p50, lookMicros.p99, lookMicros.p999, looks))
            \(Self.pad("allocations")) \(String(format: "%9d   by the readers, in all", allocations))
            \(Self.pad("written meanwhile")) \(String(format: "%9.0f events a second, the slowest millisecond's %.0f µs", changesPerSecond, slowestWriteMicros))
            """
    }

    static func pad(_ text: String) -> String { text + String(repeating: " ", count: max(0, 20 - text.count)) }
}

/// All that was measured.
struct AudienceResult: Encodable {
    let tables: AudienceFigures
    let snapshotBytes: Int
    let snapshotSeconds: Double
    let snapshotSlowestBlockMicros: Double
    let startSeconds: Double

    let addresses: AddressLooks
    let consent: ConsentLooks

    init(figures: AudienceFigures, snapshot: Snapshotting, addresses: AddressLooks, consent: ConsentLooks) {
        tables = figures
        snapshotBytes = snapshot.bytes
        snapshotSeconds = snapshot.writeSeconds
        snapshotSlowestBlockMicros = snapshot.slowestBlockMicros
        startSeconds = snapshot.loadSeconds
        self.addresses = addresses
        self.consent = consent
    }

    /// What is beyond its limit. Memory and starts are meant for ten million visitors, and scaled from there.
    ///
    /// Addresses are held to their limit in cache, where they take a tenth of it, and consent takes some half of its
    /// own; of both the quiet batches count. So a machine that others keep busy fails neither. Addresses at random wait
    /// for memory, which is shared with others, and are printed only.
    var faults: [String] {
        let share = Double(tables.visitors) / 10_000_000
        return [
            (
                Double(tables.totalBytes) <= 2.5 * 1_073_741_824 * share,
                "memory of identities and memberships, 268 B a visitor"
            ),
            (tables.bytesPerCounter <= 16, "16 B a counter"),
            (tables.membershipsPerSecond >= 1_000_000, "1,000,000 memberships a second"),
            (tables.lookMicros.p50 <= 1 && tables.lookMicros.p99 <= 5, "1 µs median and 5 µs p99"),
            (tables.allocations == 0, "no allocation by readers"),
            (addresses.hot.quietNanos <= 200, "200 ns to look an address up, in cache"),
            (addresses.allocations == 0, "no allocation by looking addresses up"),
            (consent.quietNanos <= 1000, "1 µs to decide on consent"),
            (consent.allocations == 0, "no allocation by deciding on consent"),
            (startSeconds <= max(1, 30 * share), "30 s for a start with 10,000,000 visitors"),
        ].compactMap { $0.0 ? nil : $0.1 }
    }
}
