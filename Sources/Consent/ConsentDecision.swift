/// What may be done with one request, event, pixel or sync, and why not more.
package struct ConsentDecision: BitwiseCopyable, Hashable, Sendable {
    package private(set) var mode: ConsentMode
    /// Whether a place finer than a city may be used: never below ``ConsentMode/full``.
    package private(set) var preciseGeo: Bool
    /// Whether what became of an ad may be kept under the visitor's pseudonym: never below ``ConsentMode/limited``.
    package private(set) var mayMeasure: Bool
    /// Whether the device's advertising id may be read: never below ``ConsentMode/limited``.
    package private(set) var ifaAllowed: Bool
    /// Of several that come to the same mode, the first.
    package private(set) var because: ConsentReason

    /// With all that the mode allows.
    package init(_ mode: ConsentMode, because: ConsentReason) {
        self.mode = mode
        self.because = because
        preciseGeo = mode == .full
        mayMeasure = mode >= .limited
        ifaAllowed = mode >= .limited
    }

    /// Where nothing restricts.
    package static let unrestricted = ConsentDecision(.full, because: .unrestricted)

    /// Keeps what both allow.
    mutating func restrict(by other: ConsentDecision) {
        if other.mode < mode || because == .unrestricted { because = other.because }
        mode = min(mode, other.mode)
        preciseGeo = preciseGeo && other.preciseGeo
        mayMeasure = mayMeasure && other.mayMeasure
        ifaAllowed = ifaAllowed && other.ifaAllowed
    }

    mutating func restrict(to mode: ConsentMode, because reason: ConsentReason) {
        restrict(by: ConsentDecision(mode, because: reason))
    }

    mutating func dropPreciseGeo() { preciseGeo = false }
    mutating func dropMeasurement() { mayMeasure = false }
    mutating func dropIFA() { ifaAllowed = false }
}

/// The signal that decided.
package enum ConsentReason: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    /// No signal forbids anything.
    case unrestricted
    /// The GDPR applies, and the visitor agreed to all that a profile needs.
    case tcfConsent
    case coppa
    /// Our own opt-out.
    case optOut
    case lmt
    case dnt
    /// Global Privacy Control, as the browser sent it or as a GPP section repeats it.
    case gpc
    /// Opted out of sale by `us_privacy`.
    case usPrivacy
    /// A `us_privacy` that is not of its form.
    case usPrivacyInvalid
    /// Opted out of sale, sharing or targeted advertising by a GPP section.
    case gppOptOut
    /// A known child without consent, by a GPP section.
    case gppKnownChild
    /// A GPP string, or a section of it that applies, cannot be read.
    case gppInvalid
    /// `gpp_sid` names a section that the string lacks.
    case gppSectionMissing
    /// `gpp_sid` names a section of a law whose rules are not known here.
    case gppSectionUnknown
    /// The GDPR applies, and there is no TC string.
    case tcfMissing
    /// The TC string cannot be read.
    case tcfInvalid
    /// We have no id in the global vendor list, so that no string can name us.
    case tcfNoVendorID
    /// The string is not this service's alone (`isServiceSpecific`).
    case tcfGlobal
    /// Of a policy older than we accept.
    case tcfPolicyVersion
    case tcfStale
    /// The visitor was not shown us, or the string does not say whom.
    case tcfNotDisclosed
    /// Neither consent nor legitimate interest for us as a vendor.
    case tcfVendor
    /// No basis for storing and reading identifiers.
    case tcfPurpose1
    /// No basis for selecting ads.
    case tcfPurpose2
    /// A basis for ads, but none for making or using profiles: purposes 3 and 4.
    case tcfProfiles

    package var label: String { "\(self)" }
}
