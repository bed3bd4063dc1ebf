/// How targeting spells the audiences of this service, by their numbers.
///
/// Immutable: a snapshot has one. An audience is spelled as whose it is, a separator that no
/// text of a request can hold, and its id, all in lower case: so an exchange's segment of the same name is another thing,
/// and so is another advertiser's audience.
package final class AudienceNames: Sendable {
    /// Behind the owner. No text of a request holds it: it is no UTF-8.
    package static let separator: UInt8 = 0xFF

    private let bytes: [UInt8]
    /// Where each number's spelling ends; a number that is nobody's has none.
    private let ends: [UInt32]

    package static let none = AudienceNames([:])

    /// - Parameter audiences: owner (nil where it is everybody's) and id by number.
    package init(_ audiences: [UInt32: (advertiser: String?, id: String)]) {
        var bytes: [UInt8] = []
        var ends: [UInt32] = []
        for number in 0..<(audiences.keys.max().map { $0 + 1 } ?? 0) {
            if let (advertiser, id) = audiences[number] { bytes += Self.spell(id, of: advertiser) }
            ends.append(UInt32(bytes.count))
        }
        self.bytes = bytes
        self.ends = ends
    }

    package static func spell(_ id: String, of advertiser: String?) -> [UInt8] {
        Array((advertiser ?? "").lowercased().utf8) + [separator] + Array(id.lowercased().utf8)
    }

    /// The spelling of a number, empty for one that is nobody's.
    package subscript(number: UInt32) -> ArraySlice<UInt8> { bytes[range(of: number)] }

    /// Where the spelling stands in ``withBytes(_:)``.
    func range(of number: UInt32) -> Range<Int> {
        guard number < ends.count else { return 0..<0 }
        let end = Int(ends[Int(number)])
        return (number == 0 ? 0 : Int(ends[Int(number) - 1]))..<end
    }

    @inline(__always)
    func byte(_ index: Int) -> UInt8 { bytes[index] }

    /// The id as a person reads it, for explanations.
    func id(of number: UInt32) -> String {
        String(decoding: self[number].drop { $0 != Self.separator }.dropFirst(), as: UTF8.self)
    }
}

extension Predicate {
    /// The same with each segment's name meaning, besides segments of the request, the advertiser's own audience and
    /// everybody's of that name.
    package func naming(audiencesOf advertiser: String) -> Predicate {
        switch self {
        case .all(let parts): .all(parts.map { $0.naming(audiencesOf: advertiser) })
        case .any(let parts): .any(parts.map { $0.naming(audiencesOf: advertiser) })
        case .not(let part): .not(part.naming(audiencesOf: advertiser))
        case .leaf(.segment(let ids)):
            .leaf(
                .segment(
                    ids.flatMap { id in
                        let id = String(decoding: id, as: UTF8.self)
                        return [
                            Array(id.utf8), AudienceNames.spell(id, of: advertiser), AudienceNames.spell(id, of: nil),
                        ]
                    }))
        case .leaf: self
        }
    }
}
