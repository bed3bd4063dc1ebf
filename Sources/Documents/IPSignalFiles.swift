/// The files that tell what is known of addresses.
package struct IPSignalFiles: Equatable, Sendable {
    /// A database of places in MaxMind's format.
    package var city: String?
    /// A database of networks in MaxMind's format.
    package var network: String?
    /// Whether the database is believed more than the place that a request has.
    package var prefersDatabase = false
    /// Addresses and CIDR blocks, one a line.
    package var dataCentres: String?
    package var proxies: String?
    /// Whether nothing is bid on requests from these.
    package var refusesNetworks = true

    package init() {}

    /// Reads `geoip` and `networks`.
    static func read(_ object: ObjectReader) -> IPSignalFiles {
        var files = IPSignalFiles()
        if let node = object.value("geoip") {
            let reader = ObjectReader(
                node, at: object.path("geoip"), known: ["city", "network", "prefer"], object.faults)
            files.city = reader.path(of: "city")
            files.network = reader.path(of: "network")
            files.prefersDatabase = reader.bool("prefer") ?? false
            if files.prefersDatabase, reader.value("city") == nil {
                reader.fault("needs a database to prefer", "prefer", hint: "name its file in “city”")
            }
        }
        if let node = object.value("networks") {
            let reader = ObjectReader(
                node, at: object.path("networks"), known: ["data_centres", "proxies", "refuse"], object.faults)
            files.dataCentres = reader.path(of: "data_centres")
            files.proxies = reader.path(of: "proxies")
            files.refusesNetworks = reader.bool("refuse") ?? true
        }
        return files
    }
}
