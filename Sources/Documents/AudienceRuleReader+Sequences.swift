extension AudienceRuleReader {
    mutating func sequence(_ object: ObjectReader) -> SequenceRule? {
        let within = object.span("within")
        guard let node = object.value("sequence") else { return nil }
        guard case .list(let nodes) = node.content, (2...Self.stepsMax).contains(nodes.count) else {
            object.fault(
                "must be a list of 2 to \(Self.stepsMax) steps",
                "sequence",
                hint:
                    "for example [ { \"event\": \"cart\" }, { \"not\": { \"event\": \"purchase\" }, \"within\": \"1h\" } ]"
            )
            return nil
        }
        let last = nodes.count - 1
        let steps = object.list("sequence").enumerated().map { index, part in
            step(part.node, at: part.pointer, isFirst: index == 0, isLast: index == last)
        }
        let sound = steps.compactMap { $0 }
        return sound.count == steps.count ? SequenceRule(sound, within: within) : nil
    }

    private mutating func step(_ node: Node, at pointer: String, isFirst: Bool, isLast: Bool) -> SequenceRule.Step? {
        let before = faults.faults.count
        let object = ObjectReader(node, at: pointer, known: ["event", "where", "not", "within"], faults)
        guard case .map = node.content else { return nil }
        let within = object.span("within")
        if isFirst, object.value("within") != nil {
            object.fault("there is nothing before the first step", "within", hint: "put it beside \"sequence\"")
        }
        guard let absent = object.value("not") else {
            _ = object.require("event", example: "\"cart\"")
            let acts = object.value("event") == nil ? nil : acts(object)
            guard faults.faults.count == before, let acts else { return nil }
            return SequenceRule.Step(acts, within: within)
        }
        for key in ["event", "where"] where object.value(key) != nil {
            object.fault("means nothing beside “not”", key, hint: "put it inside")
        }
        if isFirst { object.fault("the first step must be an event", "not") }
        if !isLast, object.value("within") == nil {
            object.fault("an absence between two steps needs its span", "not", hint: "add \"within\": \"1h\" beside it")
        }
        let inner = ObjectReader(absent, at: object.path("not"), known: ["event", "where"], faults)
        guard case .map = absent.content else { return nil }
        _ = inner.require("event", example: "\"purchase\"")
        let acts = inner.value("event") == nil ? nil : acts(inner)
        guard faults.faults.count == before, let acts else { return nil }
        return SequenceRule.Step(acts, isAbsence: true, within: within)
    }
}
