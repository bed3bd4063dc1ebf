package import Units

/// An advertiser: who pays, and how much in all.
package struct AdvertiserDocument: Sendable {
    package var id = ""
    package var name = ""
    package var budget = Budget()
    package var frequency: [FrequencyCap] = []
    package var currency = Currency.usd
    package var timezone = "UTC"
    package var clock = LocalClock.utc

    package var notes: [String] = []

    /// - Throws: every fault at once.
    package init(_ node: Node) throws(DocumentError) {
        let faults = FaultList()
        let object = ObjectReader(
            node,
            at: "",
            known: ["id", "name", "budget", "frequency", "currency", "timezone"],
            faults
        )
        _ = object.require("id", example: "\"acme\"")
        id = object.id("id") ?? ""
        name = object.string("name") ?? id
        budget = Budget.read("budget", of: object)
        frequency = FrequencyCap.read("frequency", of: object)
        currency = object.currency("currency") ?? .usd
        if let zone = object.string("timezone") {
            if let clock = LocalClock(timezone: zone) {
                timezone = zone
                self.clock = clock
            } else {
                object.fault("unknown time zone “\(zone)”", "timezone", hint: "for example \"Europe/Berlin\"")
            }
        }
        if !faults.faults.isEmpty { throw DocumentError(faults.faults) }
    }
}
