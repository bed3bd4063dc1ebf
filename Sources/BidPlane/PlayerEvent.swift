/// What happens to an ad that runs, as our markup tells it.
///
/// - Source: VAST 4.2, 3.14.1; Native 1.2, 7.6.
package enum PlayerEvent: String, CaseIterable, Sendable {
    case start, firstQuartile, midpoint, thirdQuartile, complete, error, viewableMRC50, viewableMRC100,
        viewableVideo50

    var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
