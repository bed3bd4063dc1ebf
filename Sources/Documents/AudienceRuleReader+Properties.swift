package import Units

extension AudienceRuleReader {
    /// `{ "category": ["shoes"], "price": { "min": 10, "max": 20 } }`.
    func properties(_ key: String, of object: ObjectReader) -> [PropertyRule]? {
        guard let node = object.value(key) else { return nil }
        guard case .map(let members) = node.content else {
            object.fault(
                "must be an object, is \(node.typeName)", key, hint: "for example { \"category\": [\"shoes\"] }")
            return nil
        }
        guard !members.isEmpty, members.count <= Self.namesMax else {
            object.fault(
                members.isEmpty ? "an empty object says nothing" : "more than \(Self.namesMax) properties", key)
            return nil
        }
        let before = faults.faults.count
        var rules: [PropertyRule] = []
        for member in members {
            let pointer = JSONPointer.member(member.key, of: object.path(key))
            guard isName(member.key, at: pointer, member.value) else { continue }
            if let wish = wish(member.value, at: pointer) { rules.append(PropertyRule(member.key, wish)) }
        }
        return faults.faults.count == before ? rules : nil
    }

    private func wish(_ node: Node, at pointer: String) -> PropertyRule.Wish? {
        switch node.content {
        case .map:
            let reader = ObjectReader(node, at: pointer, known: ["min", "max"], faults)
            let (min, max) = (reader.decimal("min"), reader.decimal("max"))
            if reader.value("min") == nil, reader.value("max") == nil {
                faults.add("needs min or max", at: pointer, node, hint: "for example { \"min\": 10, \"max\": 20 }")
            }
            if let min, let max, min > max { reader.fault("is below min, so that nothing fits", "max") }
            return .between(min, max)
        case .list(let nodes):
            guard !nodes.isEmpty, nodes.count <= Self.valuesMax else {
                faults.add(
                    nodes.isEmpty ? "an empty list matches nothing" : "more than \(Self.valuesMax) values",
                    at: pointer,
                    node,
                    hint: nodes.isEmpty ? "name a value, or leave the property out" : "name what the values share"
                )
                return nil
            }
            return .oneOf(nodes.enumerated().compactMap { value($1, at: "\(pointer)/\($0)") })
        default: return value(node, at: pointer).map { .oneOf([$0]) }
        }
    }

    private func value(_ node: Node, at pointer: String) -> PropertyRule.Value? {
        switch node.content {
        case .string(let text) where !text.isEmpty: return .text(text)
        case .bool(let flag): return .flag(flag)
        case .number(let text):
            if let micros = try? DecimalText.micros(text.utf8) { return .number(Micros(micros)) }
            faults.add(
                "is no number with at most six digits after the point: \(text)",
                at: pointer,
                node,
                hint: "write it without an exponent"
            )
            return nil
        default:
            faults.add("must be a text, a number, true or false; is \(node.typeName)", at: pointer, node)
            return nil
        }
    }
}

extension ObjectReader {
    /// A number of any sign, as such or as decimal text, without loss.
    package func decimal(_ key: String) -> Micros? {
        guard let node = value(key) else { return nil }
        switch node.content {
        case .string(let text), .number(let text):
            do throws(DecimalText.Fault) {
                return Micros(try DecimalText.micros(text.utf8))
            } catch {
                switch error {
                case .notADecimal: fault("is no decimal number: “\(text)”", key, hint: "for example \"100.00\"")
                case .tooFine: fault("has more than six digits after the point: “\(text)”", key)
                case .tooLarge: fault("is too large: “\(text)”", key)
                }
            }
        default: fault("must be a decimal number, is \(node.typeName)", key, hint: "for example \"100.00\"")
        }
        return nil
    }
}
