package import Units

#if canImport(Glibc)
internal import Glibc
#endif

/// What others bid for an impression: lognormal, as bidding landscapes are found to be.
package struct PriceLandscape: Sendable, Equatable {
    /// Half of the competing prices for a banner are below this.
    package var bannerMedian = CPM(micros: 900_000)
    /// The same for a video.
    package var videoMedian = CPM(micros: 4_000_000)
    /// The same for audio.
    package var audioMedian = CPM(micros: 2_500_000)
    /// The same for a native advertisement.
    package var nativeMedian = CPM(micros: 1_200_000)
    /// Standard deviation of the prices' natural logarithm; 0 makes every price the median.
    package var sigma = 0.7

    /// Medians of 0.90 for a banner to 4.00 for a video.
    package init() {}

    /// The highest competing price, in the currency in which we bid; at least a micro.
    func price(of format: ImpFormat, _ chance: inout SplitMix64) -> CPM {
        let median =
            switch format {
            case .banner: bannerMedian
            case .video: videoMedian
            case .audio: audioMedian
            case .native: nativeMedian
            }
        let price = Double(median.micros) * exp(sigma * chance.normal())
        return CPM(micros: Int64(min(max(price, 1), Double(CPM.max.micros))))
    }
}
