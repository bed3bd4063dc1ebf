package import Consent

extension ConsentPolicy {
    /// `{ "vendor_id": …, "policy": { … } }`, each of which may be absent.
    ///
    /// - Returns: the strict policy where the member is absent, and for parts of it that are.
    package static func read(_ key: String, of object: ObjectReader) -> ConsentPolicy {
        var policy = ConsentPolicy()
        guard let node = object.value(key) else { return policy }
        let reader = ObjectReader(node, at: object.path(key), known: ["vendor_id", "policy"], object.faults)
        policy.vendorID = reader.integer("vendor_id", in: 1...65_535)
        if let node = reader.value("policy") {
            policy.read(
                ObjectReader(
                    node, at: reader.path("policy"),
                    known: [
                        "purposes", "without_basis", "require_disclosed_vendors", "policy_version_min",
                        "stale_after_days", "us_without_valid_string", "purpose_one_exceptions",
                    ], object.faults))
        }
        return policy
    }

    private mutating func read(_ reader: ObjectReader) {
        readPurposes(reader)
        withoutBasis = reader.word("without_basis") ?? withoutBasis
        requireDisclosedVendors = reader.bool("require_disclosed_vendors") ?? requireDisclosedVendors
        // A policy version has six bits.
        policyVersionMin = reader.integer("policy_version_min", in: 0...63) ?? policyVersionMin
        staleAfterDays = reader.integer("stale_after_days", in: 1...10_000) ?? staleAfterDays
        usWithoutValidString = reader.word("us_without_valid_string") ?? usWithoutValidString
        for text in reader.strings("purpose_one_exceptions") {
            guard let country = TCFString.Letters(text) else {
                reader.fault(
                    "is no country: “\(text)”", "purpose_one_exceptions", hint: "two letters (ISO 3166-1), as \"DE\"")
                continue
            }
            purposeOneExceptions.append(country)
        }
    }

    /// `{ "consent": […], "legitimate_interest": […], "flexible": […] }`: all that was declared, so that nothing of the
    /// defaults is left where one of them stands.
    private mutating func readPurposes(_ object: ObjectReader) {
        guard let node = object.value("purposes") else { return }
        let reader = ObjectReader(
            node, at: object.path("purposes"), known: ["consent", "legitimate_interest", "flexible"], object.faults)
        func numbers(_ key: String) -> [Int] { reader.integers(key, in: Purposes.range).map(Int.init) }
        let (consent, interest, flexible) = (numbers("consent"), numbers("legitimate_interest"), numbers("flexible"))
        for purpose in interest where consent.contains(purpose) {
            reader.fault("purpose \(purpose) has two legal bases", "legitimate_interest", hint: "keep one of them")
        }
        for purpose in interest where !Purposes.open.contains(purpose) {
            reader.fault(
                "purpose \(purpose) rests on consent alone", "legitimate_interest", hint: "move it to “consent”")
        }
        for purpose in flexible where !Purposes.open.contains(purpose) {
            reader.fault("purpose \(purpose) rests on consent alone", "flexible", hint: "leave it out")
        }
        for purpose in flexible where !consent.contains(purpose) && !interest.contains(purpose) {
            reader.fault(
                "purpose \(purpose) is not declared", "flexible",
                hint: "name it in “consent” or “legitimate_interest” too")
        }
        consentPurposes = Purposes(consent)
        legitimateInterestPurposes = Purposes(interest)
        flexiblePurposes = Purposes(flexible)
    }
}
