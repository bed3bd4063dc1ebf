internal import Units

extension VisitorPayload {
    private enum Tag: UInt8 {
        case type = 1
        case household = 2
        case text = 3
        case number = 4
        case flag = 5
        case texts = 6
        case caps = 7
    }

    /// - Returns: whether the act keeps the limits of its parts; where it does not, `out` is worth nothing.
    static func write(_ act: VisitorAct, into out: inout Bytes) -> Bool {
        guard act.type.utf8.count <= VisitorRecordLimits.typeBytesMax,
            act.properties.count <= VisitorRecordLimits.propertiesMax, act.caps.count <= CappedCounter.countMax
        else { return false }
        out.append(act.id)
        out.append(fixed: act.instant.micros)
        out.append(act.consent)
        out.field(Tag.type.rawValue) { $0.append(act.type) }
        if let household = act.household { out.field(Tag.household.rawValue) { $0.append(household) } }
        if !act.caps.isEmpty {
            out.field(Tag.caps.rawValue) { value in
                for cap in act.caps { value.append(fixed: cap.rawValue) }
            }
        }
        for property in act.properties {
            guard keepsLimits(property) else { return false }
            out.field(tag(of: property.value).rawValue) { write(property, into: &$0) }
        }
        return true
    }

    private static func keepsLimits(_ property: VisitorAct.Property) -> Bool {
        guard property.name.utf8.count <= VisitorRecordLimits.nameBytesMax else { return false }
        switch property.value {
        case .number, .flag: return true
        case .text(let text): return text.utf8.count <= VisitorRecordLimits.textBytesMax
        case .texts(let texts):
            return texts.count <= VisitorRecordLimits.textsMax
                && texts.allSatisfy { $0.utf8.count <= VisitorRecordLimits.textBytesMax }
        }
    }

    private static func tag(of value: VisitorAct.Value) -> Tag {
        switch value {
        case .text: .text
        case .number: .number
        case .flag: .flag
        case .texts: .texts
        }
    }

    private static func write(_ property: VisitorAct.Property, into out: inout Bytes) {
        out.append(UInt8(property.name.utf8.count))
        out.append(property.name)
        switch property.value {
        case .text(let text): out.append(text)
        case .number(let number): out.append(fixed: number.rawValue)
        case .flag(let flag): out.append(flag ? 1 : 0)
        case .texts(let texts):
            for text in texts {
                out.append(fixed: UInt16(text.utf8.count))
                out.append(text)
            }
        }
    }

    static func act(_ reader: inout ByteReader) -> VisitorAct? {
        guard let id = reader.key(), let micros = reader.fixed(Int64.self), let consent = reader.fixed(UInt8.self)
        else { return nil }
        var type: String?
        var household: IdentityKey?
        var caps: [CappedCounter]?
        var properties: [VisitorAct.Property] = []
        let isSound = reader.fields { tag, value in
            switch Tag(rawValue: tag) {
            case .type: return set(&type, to: text(value, atMost: VisitorRecordLimits.typeBytesMax))
            case .household:
                var value = ByteReader(value)
                return set(&household, to: value.key()) && value.isAtEnd
            case .caps: return set(&caps, to: Self.caps(value))
            case .text, .number, .flag, .texts:
                guard properties.count < VisitorRecordLimits.propertiesMax, let tag = Tag(rawValue: tag),
                    let property = property(tag, value)
                else { return false }
                properties.append(property)
                return true
            case nil: return true
            }
        }
        guard isSound, let type else { return nil }
        var act = VisitorAct(id: id, type: type, instant: Instant(micros: micros))
        act.properties = properties
        act.consent = consent
        act.household = household
        act.caps = caps ?? []
        return act
    }

    private static func caps(_ bytes: ArraySlice<UInt8>) -> [CappedCounter]? {
        var reader = ByteReader(bytes)
        var caps: [CappedCounter] = []
        while !reader.isAtEnd {
            guard caps.count < CappedCounter.countMax, let cap = reader.fixed(UInt64.self) else { return nil }
            caps.append(CappedCounter(rawValue: cap))
        }
        return caps.isEmpty ? nil : caps
    }

    private static func property(_ tag: Tag, _ bytes: ArraySlice<UInt8>) -> VisitorAct.Property? {
        var reader = ByteReader(bytes)
        guard let count = reader.fixed(UInt8.self), let name = reader.take(Int(count)),
            let name = text(name, atMost: VisitorRecordLimits.nameBytesMax)
        else { return nil }
        let value: VisitorAct.Value? =
            switch tag {
            case .text: rest(&reader).map { .text($0) }
            case .number: reader.fixed(Int64.self).map { .number(Micros($0)) }
            case .flag: reader.flag().map { .flag($0) }
            case .texts: texts(&reader).map { .texts($0) }
            case .type, .household, .caps: nil
            }
        guard let value, reader.isAtEnd else { return nil }
        return VisitorAct.Property(name, value)
    }

    private static func rest(_ reader: inout ByteReader) -> String? {
        reader.take(reader.remaining).flatMap { text($0, atMost: VisitorRecordLimits.textBytesMax) }
    }

    private static func texts(_ reader: inout ByteReader) -> [String]? {
        var texts: [String] = []
        while !reader.isAtEnd {
            guard texts.count < VisitorRecordLimits.textsMax, let count = reader.fixed(UInt16.self),
                let bytes = reader.take(Int(count)),
                let text = text(bytes, atMost: VisitorRecordLimits.textBytesMax)
            else { return nil }
            texts.append(text)
        }
        return texts
    }
}
