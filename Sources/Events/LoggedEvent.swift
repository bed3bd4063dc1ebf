/// An event in the log's own bytes: what concerns money is read at once, the rest when somebody asks.
package struct LoggedEvent: Sendable {
    package let booking: Booking
    private let bytes: ArraySlice<UInt8>

    /// - Returns: nil for bytes that are not an event of a version that this service knows.
    package init?(_ bytes: ArraySlice<UInt8>) {
        guard let booking = Booking(bytes) else { return nil }
        self.booking = booking
        self.bytes = bytes
    }

    package var kind: EventKind { booking.kind }

    /// The whole of it, read anew each time; there is one, for what ``booking`` passes over is held to its bounds.
    package var event: Event? { EventCoder.read(bytes) }
}
