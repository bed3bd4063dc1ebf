extension LocalClock {
    /// When the day of an instant began: its midnight, or what came instead where clocks jumped over it.
    public func startOfDay(at instant: Instant) -> Instant { midnight(day(at: instant), near: instant) }

    /// When the day of an instant ends: 23, 24 or 25 hours after it began.
    public func endOfDay(at instant: Instant) -> Instant { midnight(day(at: instant) + 1, near: instant) }

    private func midnight(_ day: Int32, near instant: Instant) -> Instant {
        let local = Int64(day) * 86_400
        let first = Instant(seconds: local - offset(at: instant))
        if localSeconds(at: first) == local { return first }
        // Clocks changed in between: by the offset there.
        let second = Instant(seconds: local - offset(at: first))
        return localSeconds(at: second) == local ? second : max(first, second)
    }

    private func offset(at instant: Instant) -> Int64 {
        localSeconds(at: instant) - Self.utc.localSeconds(at: instant)
    }
}
