internal import NIOCore

/// Rings once at a moment; set again by whoever is woken.
///
/// A scheduled task would cost a promise and a closure each time, and a generator sets its alarm for every request.
final class Alarm: NIOScheduledCallbackHandler {
    private let wake: () -> Void
    private(set) var isSet = false

    init(wake: @escaping () -> Void) { self.wake = wake }

    /// Sets it; it must not be set already.
    func set(_ loop: any EventLoop, at nanos: UInt64) {
        precondition(!isSet)
        isSet = true
        do {
            try loop.assumeIsolated().scheduleCallback(at: .uptimeNanoseconds(nanos), handler: self)
        } catch {
            // The loop has been shut down under a run, which only this package's own mistake can cause.
            preconditionFailure("no alarm on this loop: \(error)")
        }
    }

    func handleScheduledCallback(eventLoop: some EventLoop) {
        isSet = false
        wake()
    }
}
