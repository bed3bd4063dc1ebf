package import Audience
package import Consent
package import EventLog
package import IPSignals
package import Sealing
package import Units

/// What all loops share, handed over at start.
package struct BidServices: Sendable {
    package let log: EventLog
    package let desk: NoticeDesk
    package let keys: KeyRing
    package let visitorKey: [UInt8]
    /// What may be done with visitors, by which legal basis.
    package let consent: ConsentPolicy
    package let time: any TimeSource
    package let seed: Seed
    package let meters: BidMeters
    /// What is known of visitors, for bids to read; nil where nothing is.
    package let tables: AudienceTables?
    /// Where events, syncs and opt-outs go; without it they are answered 503.
    package let audience: (any AudienceIntake)?
    /// What the signals of a browser's call allow, where a cookie is to be set or not at once.
    package let decideConsent: @Sendable (ConsentFields) -> ConsentMode
    /// Whose `X-Forwarded-For` is believed.
    package let trustedProxies: TrustedProxies
    /// Whether the service as a whole wants traffic.
    package let isReady: @Sendable () -> Bool
    /// JSON for `/status`.
    package let status: @Sendable () -> String

    package init(
        log: EventLog,
        desk: NoticeDesk,
        keys: KeyRing,
        visitorKey: [UInt8],
        consent: ConsentPolicy = ConsentPolicy(),
        time: any TimeSource,
        seed: Seed,
        meters: BidMeters,
        tables: AudienceTables? = nil,
        audience: (any AudienceIntake)? = nil,
        decideConsent: @escaping @Sendable (ConsentFields) -> ConsentMode = { _ in .contextual },
        trustedProxies: TrustedProxies = TrustedProxies([]),
        isReady: @escaping @Sendable () -> Bool,
        status: @escaping @Sendable () -> String
    ) {
        self.log = log
        self.desk = desk
        self.keys = keys
        self.visitorKey = visitorKey
        self.consent = consent
        self.time = time
        self.seed = seed
        self.meters = meters
        self.tables = tables
        self.audience = audience
        self.decideConsent = decideConsent
        self.trustedProxies = trustedProxies
        self.isReady = isReady
        self.status = status
    }

    /// Milliseconds of `tmax` that are kept for the way back where an exchange names none: a fifth, at least 2 and at
    /// most 30, never more than half.
    static func defaultReserveMillis(tmax: Int32) -> Int32 {
        min(min(max(tmax / 5, 2), 30), tmax / 2)
    }
}
