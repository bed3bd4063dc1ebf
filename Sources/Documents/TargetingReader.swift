internal import OpenRTB
package import Targeting
package import Units

/// Reads the targeting language: a tree of `all`, `any` and `not` over leaves of one key each.
package struct TargetingReader {
    /// Levels of nesting: deeper trees are written by accident, and evaluation recurses.
    package static let depthMax = 16
    /// Values in one leaf.
    package static let valuesMax = 100_000

    package static let keys = Set(Key.allCases.map(\.rawValue))

    /// A key of a leaf, named as it is written.
    enum Key: String, CaseIterable {
        case exchange, country, region, city, zip, metro, near, device, os, osv, browser, connection, carrier, language
        case environment, domain, bundle, publisher, category, keyword, format, size, position, interstitial, rewarded
        case segment, ip, hour, deal, seller
    }

    /// Looking a key up is faster than comparing it with thirty.
    private static let byName = Dictionary(uniqueKeysWithValues: Key.allCases.map { ($0.rawValue, $0) })

    private let clock: LocalClock
    private let faults: FaultList

    /// - Parameter clock: of the strategy's time zone, for `hour`.
    package init(clock: LocalClock, _ faults: FaultList) {
        self.clock = clock
        self.faults = faults
    }

    package func read(_ node: Node, at pointer: String) -> Predicate { read(node, at: .root(pointer), depth: 1) }

    private func read(_ node: Node, at place: TargetingPlace, depth: Int) -> Predicate {
        guard depth <= Self.depthMax else {
            faults.add("nested deeper than \(Self.depthMax) levels", at: place.pointer, node)
            return .everything
        }
        guard case .map(let members) = node.content else {
            faults.add(
                "must be an object with one key, is \(node.typeName)",
                at: place.pointer,
                node,
                hint: "for example { \"country\": [\"USA\"] }"
            )
            return .everything
        }
        if members.isEmpty { return .everything }
        // Several keys in one object mean all of them: the reading that everybody expects.
        if members.count == 1 { return self.member(members[0], at: .member(members[0].key, place), depth) }
        return .all(members.map { self.member($0, at: .member($0.key, place), depth) })
    }

    private func member(_ member: Node.Member, at place: TargetingPlace, _ depth: Int) -> Predicate {
        switch member.key {
        case "all": return .all(list(member.value, at: place, depth))
        case "any": return .any(list(member.value, at: place, depth))
        case "not": return .not(read(member.value, at: place, depth: depth + 1))
        default: break
        }
        guard let key = Self.byName[member.key] else {
            let names = Self.keys.union(["all", "any", "not"])
            faults.add(
                Fault(
                    "unknown key “\(member.key)”",
                    at: place.pointer,
                    hint: Nearest.name(to: member.key, among: names).map { "did you mean “\($0)”?" }
                        ?? "known: \(names.sorted().joined(separator: ", "))",
                    position: member.keyPosition
                )
            )
            return .everything
        }
        let leaf = LeafReader(key: key, clock: clock, faults: faults).read(member.value, at: place)
        return leaf.map { .leaf($0) } ?? .everything
    }

    private func list(_ node: Node, at place: TargetingPlace, _ depth: Int) -> [Predicate] {
        guard case .list(let nodes) = node.content else {
            faults.add("must be a list, is \(node.typeName)", at: place.pointer, node)
            return []
        }
        return nodes.enumerated().map { read($1, at: .element($0, place), depth: depth + 1) }
    }
}
