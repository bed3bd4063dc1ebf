/// Reads an audience's rule: a tree of `all`, `any` and `not` over events, sequences, traits and other audiences.
package struct AudienceRuleReader {
    /// Levels of nesting, as of targeting.
    package static let depthMax = TargetingReader.depthMax
    /// Events, steps of sequences, traits and references in one rule: each is worked out at every act of its types.
    package static let leavesMax = 64
    /// Values of one property.
    package static let valuesMax = 1000
    package static let stepsMax = 8
    /// Types of one event, properties of one `where` or `trait`, audiences of one reference.
    package static let namesMax = 32
    /// Bytes of a type's or property's name: what events may have.
    package static let nameBytesMax = 64
    /// More acts are kept of nobody.
    package static let countMax = 1_000_000

    private static let forms = ["all", "any", "not", "event", "sequence", "trait", "audience"]
    private static let keys = forms + ["where", "within", "at_least", "at_most", "sum", "recency"]

    /// Which other keys may stand beside a form.
    private static let companions: [String: [String]] = [
        "event": ["where", "within", "at_least", "at_most", "sum", "recency"],
        "sequence": ["within"],
    ]

    /// The audience whose rule it is.
    private let id: String
    let faults: FaultList
    private var leaves = 0

    private init(id: String, _ faults: FaultList) {
        self.id = id
        self.faults = faults
    }

    /// - Parameter id: of the audience whose rule it is, which it may not refer to.
    /// - Returns: nil where there are faults.
    package static func read(_ node: Node, at pointer: String, of id: String, _ faults: FaultList) -> AudienceRule? {
        let before = faults.faults.count
        var reader = AudienceRuleReader(id: id, faults)
        let rule = reader.rule(node, at: pointer, depth: 1)
        if reader.leaves > leavesMax {
            faults.add(
                "has \(reader.leaves) events, steps, traits and references, more than \(leavesMax)",
                at: pointer,
                node,
                hint: "make parts of it audiences, and refer to those"
            )
        }
        return faults.faults.count == before ? rule : nil
    }

    // MARK: The tree

    private mutating func rule(_ node: Node, at pointer: String, depth: Int) -> AudienceRule? {
        guard depth <= Self.depthMax else {
            faults.add("nested deeper than \(Self.depthMax) levels", at: pointer, node)
            return nil
        }
        let object = ObjectReader(node, at: pointer, known: Self.keys, faults)
        guard case .map(let members) = node.content else { return nil }
        let present = Self.forms.filter { object.value($0) != nil }
        guard let form = present.first, present.count == 1 else {
            // A key that is not known says enough by itself.
            if !present.isEmpty || members.allSatisfy({ Self.keys.contains($0.key) }) {
                faults.add(
                    "needs exactly one of \(Self.forms.joined(separator: ", "))",
                    at: pointer,
                    node,
                    hint: present.isEmpty ? "for example { \"event\": \"view\" }" : "join several by \"all\""
                )
            }
            return nil
        }
        refuseStrangers(beside: form, of: object, members)
        switch form {
        case "all": return parts(form, of: object, depth).map { .all($0) }
        case "any": return parts(form, of: object, depth).map { .any($0) }
        case "not":
            guard let part = object.value(form) else { return nil }
            return rule(part, at: object.path(form), depth: depth + 1).map { .not($0) }
        case "event": return event(object).map { .event($0) }
        case "sequence": return sequence(object).map { .sequence($0) }
        case "trait":
            leaves += 1
            return properties("trait", of: object).map { .trait($0) }
        default: return audiences(object).map { .audience($0) }
        }
    }

    /// Keys that mean something elsewhere, but nothing beside this form.
    private func refuseStrangers(beside form: String, of object: ObjectReader, _ members: [Node.Member]) {
        let companions = Self.companions[form] ?? []
        for member in members
        where member.key != form && Self.keys.contains(member.key) && !companions.contains(member.key)
            && object.value(member.key) != nil
        {
            let homes = Self.companions.filter { $0.value.contains(member.key) }.keys.sorted()
            object.fault(
                "means nothing beside “\(form)”",
                member.key,
                hint: "it stands beside \(homes.map { "\"\($0)\"" }.joined(separator: " or "))"
            )
        }
    }

    private mutating func parts(_ key: String, of object: ObjectReader, _ depth: Int) -> [AudienceRule]? {
        guard let node = object.value(key) else { return nil }
        guard case .list(let nodes) = node.content else {
            object.fault("must be a list, is \(node.typeName)", key, hint: "for example [ { \"event\": \"view\" } ]")
            return nil
        }
        guard !nodes.isEmpty else {
            object.fault("an empty list says nothing", key, hint: "name what must hold, or leave it out")
            return nil
        }
        // Mapped whole before it is judged: every part's faults are wanted.
        let parts = object.list(key).map { rule($0.node, at: $0.pointer, depth: depth + 1) }
        let sound = parts.compactMap { $0 }
        return sound.count == parts.count ? sound : nil
    }

    private mutating func audiences(_ object: ObjectReader) -> [String]? {
        leaves += 1
        let key = "audience"
        let before = faults.faults.count
        var ids: [String] = []
        for (node, pointer) in names(key, of: object, example: "\"runners\"") {
            guard case .string(let text) = node.content else {
                faults.add("must be an audience's id, is \(node.typeName)", at: pointer, node)
                continue
            }
            if let why = Identifier.fault(in: text) {
                faults.add("“\(text)” \(why)", at: pointer, node, hint: "the id of another audience")
            } else if text == id {
                faults.add("refers to itself", at: pointer, node, hint: "the id of another audience")
            } else {
                ids.append(text)
            }
        }
        return faults.faults.count == before ? ids : nil
    }

    /// The elements of a list of names, or one that stands alone; faults where there are none or too many.
    private func names(_ key: String, of object: ObjectReader, example: String) -> [(node: Node, pointer: String)] {
        let list = object.list(key)
        if list.isEmpty {
            object.fault("an empty list matches nothing", key, hint: "for example \(example)")
        } else if list.count > Self.namesMax {
            object.fault("more than \(Self.namesMax) of them", key, hint: "join several rules by \"any\"")
            return []
        }
        return list
    }

    // MARK: Events

    private mutating func event(_ object: ObjectReader) -> EventRule? {
        let before = faults.faults.count
        let acts = acts(object)
        let within = object.span("within")
        let atLeast = object.integer("at_least", in: 0...Self.countMax)
        let atMost = object.integer("at_most", in: 0...Self.countMax)
        let sum = sum(object)
        let recency = recency(object)
        if atLeast == 0, atMost == nil, sum == nil {
            object.fault("at least none is always so", "at_least", hint: "1 or more")
        }
        if let atLeast, let atMost, atLeast > atMost {
            object.fault("is below at_least, so that nothing fits", "at_most")
        }
        guard faults.faults.count == before, let acts else { return nil }
        var rule = EventRule(acts)
        rule.within = within
        // "At most two" is also true of none; what adds up or is dated needs something to add up or date.
        rule.atLeast = atLeast ?? (atMost != nil && sum == nil && recency == nil ? 0 : 1)
        rule.atMost = atMost
        rule.sum = sum
        rule.recency = recency
        if let atMost, rule.atLeast > atMost {
            object.fault("none of them has no \(sum == nil ? "recency" : "sum")", "at_most", hint: "1 or more")
            return nil
        }
        return rule
    }

    /// `event` and `where` of an object.
    mutating func acts(_ object: ObjectReader) -> ActRule? {
        leaves += 1
        let before = faults.faults.count
        var types: [String] = []
        for (node, pointer) in names("event", of: object, example: "\"view\"") {
            guard case .string(let text) = node.content else {
                faults.add("must be a type of event, is \(node.typeName)", at: pointer, node, hint: "such as \"view\"")
                continue
            }
            if isName(text, at: pointer, node) { types.append(text) }
        }
        let properties = object.value("where") == nil ? [] : properties("where", of: object)
        guard faults.faults.count == before, let properties else { return nil }
        return ActRule(types: types, properties: properties)
    }

    func isName(_ text: String, at pointer: String, _ node: Node) -> Bool {
        if text.isEmpty {
            faults.add("must not be empty", at: pointer, node)
        } else if text.utf8.count > Self.nameBytesMax {
            faults.add("is longer than the \(Self.nameBytesMax) bytes that events may have", at: pointer, node)
        } else {
            return true
        }
        return false
    }

    private func sum(_ object: ObjectReader) -> EventRule.Sum? {
        guard let node = object.value("sum") else { return nil }
        let reader = ObjectReader(node, at: object.path("sum"), known: ["property", "at_least", "at_most"], faults)
        guard case .map = node.content else { return nil }
        _ = reader.require("property", example: "\"amount\"")
        let property = reader.string("property")
        if let property { _ = isName(property, at: reader.path("property"), node["property"] ?? node) }
        let (atLeast, atMost) = bounds(reader) { reader.decimal($0) }
        return EventRule.Sum(property ?? "", atLeast: atLeast, atMost: atMost)
    }

    private func recency(_ object: ObjectReader) -> EventRule.Recency? {
        guard let node = object.value("recency") else { return nil }
        let reader = ObjectReader(node, at: object.path("recency"), known: ["at_least", "at_most"], faults)
        guard case .map = node.content else { return nil }
        let (atLeast, atMost) = bounds(reader) { reader.span($0) }
        return EventRule.Recency(atLeast: atLeast, atMost: atMost)
    }

    /// `at_least` and `at_most` of an object that needs one of them.
    private func bounds<Bound: Comparable>(_ object: ObjectReader, _ read: (String) -> Bound?) -> (Bound?, Bound?) {
        let (atLeast, atMost) = (read("at_least"), read("at_most"))
        if object.value("at_least") == nil, object.value("at_most") == nil {
            faults.add("needs at_least or at_most", at: object.pointer, object.node)
        }
        if let atLeast, let atMost, atLeast > atMost {
            object.fault("is below at_least, so that nothing fits", "at_most")
        }
        return (atLeast, atMost)
    }
}
