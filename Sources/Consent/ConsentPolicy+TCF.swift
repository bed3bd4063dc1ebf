internal import Units

/// The check of one TC string for one vendor: us.
extension ConsentPolicy {
    /// What a string allows.
    ///
    /// - Parameter range: of the string within the text; nil where there is none.
    /// - Source: IAB Europe, TCF Policies, and Technical Specification, "How does the CMP … signal".
    func judge(_ text: Span<UInt8>, _ range: Range<Int>?, at instant: Instant) -> ConsentDecision {
        guard let range else { return refusal(.tcfMissing) }
        guard let vendorID else { return refusal(.tcfNoVendorID) }
        do throws(ConsentStringFault) {
            let string = try TCFString(text, range, vendor: vendorID)
            return fault(of: string, at: instant).map { refusal($0) } ?? basis(in: string)
        } catch {
            return refusal(error == .empty ? .tcfMissing : .tcfInvalid)
        }
    }

    private func refusal(_ reason: ConsentReason) -> ConsentDecision {
        ConsentDecision(withoutBasis.mode, because: reason)
    }

    /// Why a string that can be read is none to act upon; nil where it is one.
    private func fault(of string: TCFString, at instant: Instant) -> ConsentReason? {
        if !string.isServiceSpecific { return .tcfGlobal }
        if string.tcfPolicyVersion < policyVersionMin { return .tcfPolicyVersion }
        let ageMicros = instant.micros - Int64(string.created) * 100_000
        if ageMicros > Int64(staleAfterDays) * 86_400_000_000 { return .tcfStale }
        switch string.disclosure {
        case .disclosed: return nil
        case .notDisclosed: return .tcfNotDisclosed
        case .unknown: return requireDisclosedVendors ? .tcfNotDisclosed : nil
        }
    }

    private func basis(in string: TCFString) -> ConsentDecision {
        guard string.vendorConsent || string.vendorLegitimateInterest else { return refusal(.tcfVendor) }
        guard permits(1, string) || isExempt(string) else { return refusal(.tcfPurpose1) }
        guard permits(2, string) else { return refusal(.tcfPurpose2) }
        var decision =
            permits(3, string) && permits(4, string)
            ? ConsentDecision(.full, because: .tcfConsent) : ConsentDecision(.limited, because: .tcfProfiles)
        if !permits(7, string) { decision.dropMeasurement() }
        if !string.specialFeatureOptIns.contains(Self.preciseGeoFeature) { decision.dropPreciseGeo() }
        return decision
    }

    /// "Use precise geolocation data".
    private static let preciseGeoFeature = 1

    /// Where the law of the publisher's country does not ask for purpose 1, and the visitor was not asked.
    ///
    /// What the publisher forbids stays forbidden.
    private func isExempt(_ string: TCFString) -> Bool {
        string.purposeOneTreatment && purposeOneExceptions.contains(string.publisherCC)
            && !string.isRestricted(1, .notAllowed)
    }

    /// Whether a purpose has its basis: our own, or the one that the publisher requires and we are flexible about.
    private func permits(_ purpose: Int, _ string: TCFString) -> Bool {
        let isByInterest = legitimateInterestPurposes.contains(purpose)
        guard isByInterest || consentPurposes.contains(purpose), !string.isRestricted(purpose, .notAllowed) else {
            return false
        }
        let requiresConsent = string.isRestricted(purpose, .requireConsent)
        let requiresInterest = string.isRestricted(purpose, .requireLegitimateInterest)
        if requiresConsent, requiresInterest { return false }
        if isByInterest ? requiresConsent : requiresInterest {
            guard flexiblePurposes.contains(purpose) else { return false }
        }
        if requiresInterest || (isByInterest && !requiresConsent) {
            return Purposes.open.contains(purpose) && string.purposesLITransparency.contains(purpose)
                && string.vendorLegitimateInterest
        }
        return string.purposesConsent.contains(purpose) && string.vendorConsent
    }
}
