/// How many memberships each audience has, counted with every membership that is made and taken away.
struct AudienceSizes {
    private(set) var total = 0
    /// By number, in pages that are empty until one of their numbers is an audience's.
    private var pages = [[Int32]](repeating: [], count: (1 << 24) / pageNumbers)

    private static let pageNumbers = 4096

    mutating func add(_ membership: UInt64) {
        let audience = Int(membership >> 40)
        let page = audience / Self.pageNumbers
        if pages[page].isEmpty { pages[page] = [Int32](repeating: 0, count: Self.pageNumbers) }
        pages[page][audience % Self.pageNumbers] &+= 1
        total += 1
    }

    /// - Parameter membership: one that was added.
    mutating func remove(_ membership: UInt64) {
        let audience = Int(membership >> 40)
        pages[audience / Self.pageNumbers][audience % Self.pageNumbers] &-= 1
        total -= 1
    }

    subscript(audience: AudienceNumber) -> Int {
        let (page, place) = Int(audience.rawValue).quotientAndRemainder(dividingBy: Self.pageNumbers)
        return page < pages.count && !pages[page].isEmpty ? Int(pages[page][place]) : 0
    }
}
