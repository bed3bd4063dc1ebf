internal import Foundation
package import Units

extension LocalClock {
    /// The clock of an IANA time zone, its changes known from 2025 to about 2040; nil for an unknown name.
    package init?(timezone name: String) {
        guard let zone = TimeZone(identifier: name) else { return nil }
        var date = Date(timeIntervalSince1970: 1_735_689_600)
        var transitions = [
            Transition(from: Instant(micros: .min), offsetSeconds: Int32(zone.secondsFromGMT(for: date)))
        ]
        while transitions.count < 32, let next = zone.nextDaylightSavingTimeTransition(after: date), next > date {
            transitions.append(
                Transition(
                    from: Instant(seconds: Int64(next.timeIntervalSince1970)),
                    offsetSeconds: Int32(zone.secondsFromGMT(for: next))
                )
            )
            date = next
        }
        self.init(transitions: transitions)
    }
}
