/// What the operator may do by which legal basis, and what happens where there is none.
///
/// The defaults are the strict ones. ``decide(_:at:)`` holds signals to it.
package struct ConsentPolicy: Equatable, Sendable {
    /// What is done where the GDPR applies and gives no basis.
    package enum Fallback: String, CaseIterable, Sendable {
        case contextual
        /// No bid.
        case none

        var mode: ConsentMode { self == .none ? .none : .contextual }
    }

    /// What a string that is not of its form counts for.
    package enum InvalidString: String, CaseIterable, Sendable {
        /// An opt-out.
        case contextual
        /// Nothing.
        case ignored
    }

    /// Purposes of the TCF, by number.
    package struct Purposes: Hashable, ExpressibleByArrayLiteral, Sendable {
        private var bits: UInt32 = 0

        package init(_ numbers: some Sequence<Int>) {
            for number in numbers where Self.range.contains(number) { bits |= 1 << UInt32(number) }
        }

        package init(arrayLiteral numbers: Int...) { self.init(numbers) }

        package func contains(_ purpose: Int) -> Bool {
            Self.range.contains(purpose) && bits >> UInt32(purpose) & 1 == 1
        }

        /// Those that exist.
        package static let range = 1...11
        /// Those that may rest on legitimate interest.
        package static let open: Purposes = [2, 7, 8, 9, 10, 11]
    }

    /// Our id in the global vendor list; nil without one, and no TC string then gives a basis.
    package var vendorID: Int?
    /// Declared with consent as their basis.
    package var consentPurposes: Purposes = [1, 2, 3, 4, 7, 9, 10]
    /// Declared with legitimate interest as their basis.
    package var legitimateInterestPurposes: Purposes = []
    /// Those of either whose basis a publisher may change to the other.
    package var flexiblePurposes: Purposes = []
    package var withoutBasis = Fallback.contextual
    /// Whether a string must have the segment that says which vendors the visitor was shown, as since TCF 2.3.
    package var requireDisclosedVendors = true
    /// 4 came with TCF 2.2.
    package var policyVersionMin = 4
    /// Thirteen months.
    package var staleAfterDays = 395
    package var usWithoutValidString = InvalidString.contextual
    /// Publishers' countries in which purpose 1 need not be asked where the string says so (`purposeOneTreatment`).
    package var purposeOneExceptions: [TCFString.Letters] = []

    package init() {}
}
