/// By which list an audience's memberships came, and until when they last: what the roster says instead of a digest.
///
/// As text `list:FILE:UPLOADED:LIFETIME:OWNER`, in milliseconds; no lifetime is `-`.
struct ListTerms: Equatable {
    /// In the keeper's folder, until a snapshot holds its members.
    let file: String
    let uploadedMillis: Int64
    /// nil for ever.
    var lifetimeMillis: Int64?
    /// Whose own ids its members are.
    let owner: String

    static let prefix = "list:"

    init(file: String, uploadedMillis: Int64, lifetimeMillis: Int64?, owner: String) {
        self.file = file
        self.uploadedMillis = uploadedMillis
        self.lifetimeMillis = lifetimeMillis
        self.owner = owner
    }

    /// - Returns: nil for a text that is no list's.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[0] + ":" == Self.prefix, let uploaded = Int64(parts[2]),
            parts[3] == "-" || Int64(parts[3]) != nil
        else { return nil }
        self.init(file: parts[1], uploadedMillis: uploaded, lifetimeMillis: Int64(parts[3]), owner: parts[4])
    }

    var text: String {
        "\(Self.prefix)\(file):\(uploadedMillis):\(lifetimeMillis.map(String.init) ?? "-"):\(owner)"
    }

    /// When the memberships end, whenever they are entered.
    var untilMillis: Int64 { lifetimeMillis.map { uploadedMillis + $0 } ?? .max }
}
