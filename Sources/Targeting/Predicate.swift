package import OpenRTB
package import Units

/// Whom a strategy wants to reach: a tree of `all`, `any` and `not` over leaves.
///
/// Absent targeting is `all([])`, which matches everything; `any([])` matches nothing.
package indirect enum Predicate: Equatable, Sendable {
    case all([Predicate])
    case any([Predicate])
    case not(Predicate)
    case leaf(Leaf)

    package static let everything = Predicate.all([])
}

/// One key with its accepted values. A leaf matches when the request's value is one of them; a request that does not
/// tell the value matches no leaf on its key.
///
/// Texts are stored in lower case, codes such as `USA` and `IAB7` too, and compared without regard to case; ids of
/// deals and sellers are compared as they are.
package enum Leaf: Equatable, Sendable {
    /// Our id of the exchange that sent the request.
    case exchange([[UInt8]])
    /// ISO 3166-1 alpha-3.
    case country([[UInt8]])
    /// ISO 3166-2 without the country, or with it in front of a dash.
    case region([Region])
    case city([[UInt8]])
    case zip([Wildcard])
    case metro([[UInt8]])
    case near([Circle])
    /// Device types of AdCOM.
    case device(Set<Int32>)
    case os([[UInt8]])
    /// Versions: `14` accepts 14 and 14.2, not 140.
    case osv([[UInt8]])
    case browser([Browser])
    /// Connection types of AdCOM.
    case connection(Set<Int32>)
    /// Name or `mccmnc`.
    case carrier([[UInt8]])
    /// `en` accepts `en-GB` too.
    case language([[UInt8]])
    case environment([SiteOrApp.Kind])
    /// With all domains below it.
    case domain([[UInt8]])
    case bundle([[UInt8]])
    case publisher([[UInt8]])
    /// `IAB7` accepts `IAB7-3` too.
    case category([[UInt8]])
    case keyword([[UInt8]])
    case format([MarkupType])
    case size([Size])
    /// Screen positions of AdCOM.
    case position(Set<Int32>)
    case interstitial(Bool)
    case rewarded(Bool)
    /// Memberships of the visitor, ours or the request's.
    case segment([[UInt8]])
    case ip([AddressRange])
    case hour(HoursOfWeek)
    case deal([[UInt8]])
    /// `asi` or `asi/sid` of a hop of the supply chain.
    case seller([Seller])
    /// What the impression must offer for any of a strategy's creatives to fill it. No document says it: it follows from
    /// the creatives, and spares asking strategies that have nothing to show.
    case slot([SlotKind])
}

/// A way in which an impression can be filled, as coarse as an index can tell.
package enum SlotKind: Hashable, Sendable {
    /// A banner of exactly this size.
    case banner(Size)
    /// A banner whose size the impression does not fix: a ratio, or a whole screen.
    case flexibleBanner
    /// A banner, whatever its size.
    case anyBanner
    case video
    case audio
    case native
}

/// A region, perhaps with its country.
package struct Region: Equatable, Sendable {
    /// Alpha-3; nil for any country.
    package let country: [UInt8]?
    package let code: [UInt8]

    package init(country: [UInt8]?, code: [UInt8]) {
        self.country = country
        self.code = code
    }
}

/// A text, or with a `*` at its end everything that starts with it.
package struct Wildcard: Equatable, Sendable {
    package let text: [UInt8]
    package let isPrefix: Bool

    package init(text: [UInt8], isPrefix: Bool) {
        self.text = text
        self.isPrefix = isPrefix
    }
}

/// A place and all around it.
package struct Circle: Equatable, Sendable {
    /// Degrees.
    package let lat: Double
    package let lon: Double
    package let km: Double

    package init(lat: Double, lon: Double, km: Double) {
        self.lat = lat
        self.lon = lon
        self.km = km
    }
}

/// Width and height in device-independent pixels.
package struct Size: Hashable, Sendable {
    package let w: Int32
    package let h: Int32

    package init(w: Int32, h: Int32) {
        self.w = w
        self.h = h
    }
}

/// A seller in a supply chain.
package struct Seller: Equatable, Sendable {
    package let asi: [UInt8]
    /// nil for any seller of that system.
    package let sid: [UInt8]?

    package init(asi: [UInt8], sid: [UInt8]?) {
        self.asi = asi
        self.sid = sid
    }
}

/// Hours of the week, Monday 00 first, by the clock of a zone.
package struct HoursOfWeek: Equatable, Sendable {
    /// 168 entries.
    package private(set) var hours: [Bool]
    package let clock: LocalClock

    package init(clock: LocalClock) {
        hours = Array(repeating: false, count: 168)
        self.clock = clock
    }

    /// - Parameters:
    ///   - days: 0 is Monday.
    ///   - hours: from the first to before the last, within 0…24.
    package mutating func insert(days: some Sequence<Int>, hours range: Range<Int>) {
        for day in days {
            for hour in range { hours[day * 24 + hour] = true }
        }
    }

    package func contains(_ instant: Instant) -> Bool { hours[clock.hourOfWeek(at: instant)] }
}
