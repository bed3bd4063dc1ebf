/// A party that gives out identifiers.
struct EIDSource: Sendable {
    let domain: StaticString
    /// `UID.atype`: 1 a browser or device, 3 a person.
    let type: Int
    /// Characters of an identifier.
    let length: Int

    /// The source of a visitor's identifier of a rank from 0 to 9, the most common source first.
    static func at(_ rank: Int) -> EIDSource { all[rank] }

    private static let all = [
        EIDSource(domain: "id.example.com", type: 1, length: 36),
        EIDSource(domain: "graph.example", type: 3, length: 52),
        EIDSource(domain: "uid.example.org", type: 3, length: 44),
        EIDSource(domain: "shared-id.example", type: 1, length: 26),
        EIDSource(domain: "household.example.net", type: 3, length: 40),
        EIDSource(domain: "login.example", type: 3, length: 64),
        EIDSource(domain: "panther.example", type: 1, length: 88),
        EIDSource(domain: "crumb.example.com", type: 1, length: 72),
        EIDSource(domain: "merge.example.org", type: 1, length: 32),
        EIDSource(domain: "lexicon.example", type: 1, length: 96),
    ]
}

/// What a visitor is called, by whom; the same texts in requests and in ``Visitor``.
extension RequestBytes {
    mutating func writeUserID(of visitor: Visitor) {
        raw("x")
        hex(visitor.key &* 0xD134_2543_DE82_EF95, digits: 16)
    }

    mutating func writeBuyerUID(of visitor: Visitor) {
        raw("v-")
        hex(visitor.key &* 0xAF25_1AF3_B0F0_25B5, digits: 16)
    }

    mutating func writeIFA(of visitor: Visitor) {
        uuid(visitor.key &* 0xB564_EF22_EC7A_ECE5, visitor.key &* 0xF7C2_EBC0_8F67_F2B5)
    }

    mutating func writeEID(of visitor: Visitor, rank: Int) {
        base64(visitor.key &+ UInt64(rank) &* 0xC2B2_AE3D_27D4_EB4F, count: EIDSource.at(rank).length)
    }

    /// The member `eids` with a comma in front; a verbose one says also who inserted and matched each.
    mutating func writeEIDs(of visitor: Visitor, isVerbose: Bool) {
        raw(#","eids":["#)
        for rank in 0..<visitor.eidCount {
            if rank > 0 { raw(",") }
            let source = EIDSource.at(rank)
            raw(#"{"source":""#)
            raw(source.domain)
            if isVerbose { raw(#"","inserter":"exchange.example","matcher":"matcher.example","mm":2,"uids":[{"id":""#) }
            if !isVerbose { raw(#"","uids":[{"id":""#) }
            writeEID(of: visitor, rank: rank)
            raw(#"","atype":"#)
            number(source.type)
            raw("}]}")
        }
        raw("]")
    }

    /// The member `ip` or `ipv6` with a comma in front, from the ranges kept for documentation.
    mutating func writeAddress(of visitor: Visitor) {
        let key = visitor.householdKey
        if key % 10 < 3 {
            raw(#","ipv6":"2001:db8:"#)
            hex(key >> 16, digits: 4)
            raw(":")
            hex(key >> 32, digits: 4)
            raw("::")
            hex(UInt64(visitor.index % 2 + 1), digits: 1)
        } else {
            let networks: [StaticString] = ["192.0.2.", "198.51.100.", "203.0.113."]
            raw(#","ip":""#)
            raw(networks[Int(key >> 8 & 0xFF) % 3])
            number(Int(key >> 16 & 0xFF) % 254 + 1)
        }
        raw(#"""#)
    }
}
