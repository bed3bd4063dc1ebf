/// One run of the generator, as it is written to the results.
package struct LoadResult: Codable, Sendable {
    /// Requests a second that were due; nil for a closed loop.
    package let offeredRps: Double?
    /// How long requests were due, or sent.
    package let seconds: Double
    package let connections: Int
    package let counts: LoadCounts
    /// Answers a second before the run's end.
    package let answeredRps: Double
    /// From the moment a request was due: what the exchange sees.
    package let fromDue: Percentiles
    /// From the moment it was written: what the server, and the network, took.
    package let fromSent: Percentiles
    /// What the generator's thread spent, divided by these answers; notices called meanwhile are paid for here too.
    package let clientMicros: Double
    /// The share of the run that the generator's thread was busy; above 0.9 the client may be the limit.
    package let clientBusy: Double
    /// Mean body of a 200.
    package let bidBytesMean: Int
}
