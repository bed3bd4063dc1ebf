import Documents
import Units

/// What a case expects, and where an outcome differs from it.
struct CaseExpectation {
    /// All bids; those that are missing and those that are too many are both wrong.
    let bids: [Node]
    let isOrdered: Bool
    /// Members of the response.
    let response: Node?
    let nbr: String?
    let error: String?
    /// By strategy, or by strategy and impression: `shoes@2`.
    let reasons: [(subject: String, reason: String)]
    /// By strategy, in billionths.
    let reserved: [(strategy: String, nanos: Int64)]

    private static let keys: Set<String> = ["bids", "ordered", "response", "nbr", "error", "reasons", "reserved"]

    init(_ node: Node, _ faults: FaultList) {
        let object = ObjectReader(node, at: "/expect", known: Self.keys, faults)
        bids = object.list("bids").map(\.0)
        isOrdered = object.bool("ordered") ?? false
        response = object.value("response")
        nbr = object.string("nbr")
        error = object.string("error")
        reasons = Self.members("reasons", of: object).compactMap { name, reader in
            reader.string(name).map { (name, $0) }
        }
        reserved = Self.members("reserved", of: object).compactMap { name, reader in
            reader.money(name).map { (name, $0 * 1000) }
        }
        let expectsSomething = object.value("bids") != nil || nbr != nil || error != nil || !reasons.isEmpty
        if !expectsSomething {
            faults.add("expects nothing", at: "/expect", node, hint: "bids, nbr, error or reasons")
        }
    }

    private static func members(_ key: String, of object: ObjectReader) -> [(String, ObjectReader)] {
        guard let node = object.value(key), case .map(let members) = node.content else { return [] }
        let reader = ObjectReader(node, at: object.path(key), known: Set(members.map(\.key)), object.faults)
        return members.map { ($0.key, reader) }
    }
}

// MARK: Comparing

extension CaseExpectation {
    /// Every difference in words, what was expected before what came; empty where all is as expected.
    func mismatches(in outcome: CaseOutcome) -> [String] {
        var found: [String] = []
        if error != outcome.error {
            found.append("expected \(Self.named("error", error)), came \(Self.named("error", outcome.error))")
        }
        if let nbr, nbr != outcome.nbr { found.append("expected nbr \(nbr), came \(outcome.nbr ?? "a bid")") }
        found += bidMismatches(in: outcome)
        if let response {
            let fault =
                outcome.response.map { response.mismatch(with: $0, at: "response") } ?? "expected a response, came none"
            if let fault { found.append(fault) }
        }
        found += reasons.compactMap { mismatch(of: $0.subject, $0.reason, in: outcome.verdicts) }
        for (strategy, nanos) in reserved where outcome.reserved[strategy] != nanos {
            found.append(
                "expected \(nanos) billionths reserved by \(strategy), came \(outcome.reserved[strategy] ?? 0)")
        }
        return found
    }

    private static func named(_ what: String, _ value: String?) -> String {
        value.map { "\(what) “\($0)”" } ?? "no \(what)"
    }

    private func bidMismatches(in outcome: CaseOutcome) -> [String] {
        if outcome.bids.isEmpty, bids.isEmpty { return [] }
        if isOrdered ? isOrderedMatch(outcome.bids) : assignment(of: bids[...], to: outcome.bids) { return [] }
        var left = outcome.bids
        var found: [String] = []
        for expected in bids {
            if let index = left.firstIndex(where: { expected.mismatch(with: $0, at: "bid") == nil }) {
                left.remove(at: index)
            } else {
                let nearest = left.compactMap { expected.mismatch(with: $0, at: "bid") }
                found.append("expected bid \(expected.json), came none such" + (nearest.isEmpty ? "" : ": \(nearest)"))
            }
        }
        found += left.map { "unexpected bid \(Self.summary($0))" }
        if isOrdered, found.isEmpty {
            found.append("expected the bids in this order, came \(outcome.bids.map(Self.summary))")
        }
        let why = outcome.nbr.map { " (nbr \($0))" } ?? ""
        return found.map { $0 + why }
    }

    private func isOrderedMatch(_ actual: [Node]) -> Bool {
        actual.count == bids.count && zip(bids, actual).allSatisfy { $0.mismatch(with: $1, at: "bid") == nil }
    }

    /// Whether each expected bid has one of its own among those that came: tried in every way, for they are few.
    private func assignment(of expected: ArraySlice<Node>, to actual: [Node]) -> Bool {
        guard let first = expected.first else { return actual.isEmpty }
        return actual.indices.contains { index in
            guard first.mismatch(with: actual[index], at: "bid") == nil else { return false }
            var rest = actual
            rest.remove(at: index)
            return assignment(of: expected.dropFirst(), to: rest)
        }
    }

    private static func summary(_ bid: Node) -> String {
        let keys = ["strategy", "creative", "impid", "price", "dealid", "mtype", "w", "h", "dur", "seat", "group"]
        return keys.compactMap { key in
            bid[key].flatMap { $0.content == .null ? nil : "\(key) \($0.json)" }
        }.joined(separator: ", ")
    }

    /// One of the verdicts gives the reason, and none is a bid.
    private func mismatch(of subject: String, _ reason: String, in verdicts: [CaseVerdict]) -> String? {
        let parts = subject.split(separator: "@", maxSplits: 1).map(String.init)
        let own = verdicts.filter { $0.strategy == parts[0] && (parts.count < 2 || $0.impid == parts[1]) }
        let came = own.map { $0.reason ?? "a bid" }
        if came.contains(reason), !came.contains("a bid") { return nil }
        return
            "expected reason \(reason) of \(subject), came \(came.isEmpty ? "nothing" : came.joined(separator: ", "))"
    }
}

extension Node {
    /// Where a value differs from this one, which tells of objects only some members; nil where it does not.
    ///
    /// null stands for absent; `{"has": …}` and `{"lacks": …}` for what a text contains.
    func mismatch(with actual: Node?, at path: String) -> String? {
        let came = actual?.json ?? "nothing"
        switch (content, actual?.content) {
        case (.null, nil), (.null, .null?): return nil
        case (.map(let members), .string(let text)?) where members.allSatisfy { ["has", "lacks"].contains($0.key) }:
            return members.lazy.compactMap { $0.mismatch(withText: text, at: path) }.first
        case (.map(let members), .map?):
            return members.lazy.compactMap { $0.value.mismatch(with: actual?[$0.key], at: "\(path).\($0.key)") }.first
        case (.list(let expected), .list(let elements)?) where expected.count == elements.count:
            return zip(expected, elements).lazy.compactMap { $0.mismatch(with: $1, at: path) }.first
        case (.number(let lhs), .number(let rhs)?) where Double(lhs) == Double(rhs): return nil
        case (let lhs, let rhs?) where lhs == rhs: return nil
        default: return "expected \(path) \(json), came \(came)"
        }
    }
}

extension Node.Member {
    /// Of a text that must contain, or must not contain, one text or several.
    fileprivate func mismatch(withText text: String, at path: String) -> String? {
        let parts = if case .list = value.content { Node?(value).list } else { [value] }
        for case .string(let part) in parts.map(\.content) where text.contains(part) != (key == "has") {
            return "expected \(path) to \(key == "has" ? "have" : "lack") “\(part)”, came “\(text)”"
        }
        return nil
    }
}
