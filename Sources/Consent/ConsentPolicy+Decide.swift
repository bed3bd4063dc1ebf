package import Units

extension ConsentPolicy {
    /// What signals allow: of all that apply the most restrictive.
    ///
    /// - Complexity: O(characters of the strings), which have limits. Allocates nothing.
    package func decide(_ signals: borrowing ConsentSignals, at instant: Instant) -> ConsentDecision {
        var decision = ConsentDecision.unrestricted
        if signals.coppa { decision.restrict(to: .contextual, because: .coppa) }
        if signals.optedOut { decision.restrict(to: .contextual, because: .optOut) }
        if signals.lmt { decision.restrict(to: .contextual, because: .lmt) }
        if signals.dnt { decision.restrict(to: .contextual, because: .dnt) }
        if signals.gpc { decision.restrict(to: .contextual, because: .gpc) }
        if signals.ifaDenied { decision.dropIFA() }
        // What is not in the texts, in one value: a closure does not capture what is borrowed.
        let laws = Laws(gdpr: signals.gdpr, gppSID: signals.gppSID, isEuropean: signals.isEuropean)
        signals.withTexts { tcf, gpp, usPrivacy in
            if !usPrivacy.isEmpty { restrict(&decision, byUSPrivacy: USPrivacy(usPrivacy)) }
            let hasOwn = OwnStrings(tcf: !tcf.isEmpty, usPrivacy: !usPrivacy.isEmpty)
            let section = restrict(&decision, byGPP: gpp, laws, beside: hasOwn)
            guard laws.isUnderGDPR(tcf: tcf, section: section) else { return }
            decision.restrict(
                by: tcf.isEmpty ? judge(gpp, section, at: instant) : judge(tcf, 0..<tcf.count, at: instant))
        }
        return decision
    }

    private func restrict(_ decision: inout ConsentDecision, byUSPrivacy string: USPrivacy?) {
        guard let string else {
            if usWithoutValidString == .contextual { decision.restrict(to: .contextual, because: .usPrivacyInvalid) }
            return
        }
        if string.optOutSale == .yes { decision.restrict(to: .contextual, because: .usPrivacy) }
    }

    // MARK: GPP

    /// Strings that stand by themselves, beside the GPP's.
    private struct OwnStrings {
        let tcf: Bool
        let usPrivacy: Bool

        /// Whether a section that the GPP string lacks is there by itself.
        func hold(_ id: Int) -> Bool {
            id == GPPSectionID.tcfEU && tcf || id == GPPSectionID.usPrivacy && usPrivacy
        }
    }

    /// Goes over the sections in force; where nobody says which are, over all of them.
    ///
    /// - Returns: where the section with the TC string is, if it counts.
    private func restrict(
        _ decision: inout ConsentDecision, byGPP text: Span<UInt8>, _ laws: Laws, beside own: OwnStrings
    ) -> Range<Int>? {
        let named = laws.gppSID
        if named.isStated, !named.isInForce { return nil }
        if text.isEmpty {
            checkNamed(&decision, named, in: nil, beside: own)
            return nil
        }
        guard let string = try? GPPString(text) else {
            // What cannot be read is taken for no yes, whoever's section it may have been.
            decision.restrict(to: .contextual, because: .gppInvalid)
            return nil
        }
        checkNamed(&decision, named, in: string, beside: own)
        var tcf: Range<Int>?
        var sections = string.makeIterator()
        while let (id, range) = sections.next(in: text) {
            if named.isStated, !named.contains(id) { continue }
            switch id {
            case GPPSectionID.tcfEU: tcf = range
            case GPPSectionID.usPrivacy: restrict(&decision, byUSPrivacy: USPrivacy(text, range))
            case GPPSectionID.us: restrict(&decision, bySection: id, text, range)
            default: break
            }
        }
        return tcf
    }

    /// Sections that are named must be there, and be ones whose law we know.
    private func checkNamed(
        _ decision: inout ConsentDecision, _ named: GPPSectionList, in string: GPPString?, beside own: OwnStrings
    ) {
        if named.hasOther { decision.restrict(to: .contextual, because: .gppSectionUnknown) }
        var bits = named.bits
        while bits != 0 {
            let id = bits.trailingZeroBitCount
            bits &= bits - 1
            // The header and the signature of the whole are no law's.
            if id == 3 || id == 4 { continue }
            let isKnown = id == GPPSectionID.tcfEU || id == GPPSectionID.usPrivacy || GPPSectionID.us.contains(id)
            if !isKnown {
                decision.restrict(to: .contextual, because: .gppSectionUnknown)
            } else if !(string?.contains(id) ?? false), !own.hold(id) {
                decision.restrict(to: .contextual, because: .gppSectionMissing)
            }
        }
    }

    private func restrict(
        _ decision: inout ConsentDecision, bySection id: Int, _ text: Span<UInt8>, _ range: Range<Int>
    ) {
        guard let section = try? USSection(id, text, range) else {
            return decision.restrict(to: .contextual, because: .gppInvalid)
        }
        if section.isOptedOut { decision.restrict(to: .contextual, because: .gppOptOut) }
        if section.gpc == true { decision.restrict(to: .contextual, because: .gpc) }
        if section.isChild { decision.restrict(to: .contextual, because: .gppKnownChild) }
        if !section.allowsPreciseGeo { decision.dropPreciseGeo() }
    }
}

/// What is said of the laws that apply, besides the strings.
private struct Laws: BitwiseCopyable {
    let gdpr: Bool?
    let gppSID: GPPSectionList
    let isEuropean: Bool

    /// Where the sender does not know, a string of the TCF or the place says it. `gdpr: 0` does not lift a section that
    /// the sender names as in force.
    ///
    /// - Parameter section: of the GPP string, where it counts.
    func isUnderGDPR(tcf: Span<UInt8>, section: Range<Int>?) -> Bool {
        if gdpr == true || gppSID.contains(GPPSectionID.tcfEU) { return true }
        return gdpr == nil && (isEuropean || section != nil || TCFString.isRecognizable(tcf))
    }
}
