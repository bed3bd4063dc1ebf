internal import Units

/// What stands behind the head of a visitor record.
///
///     act       id 16, instant 8, consent 1; tags 1 type, 2 household, 7 frequency caps of 8 each, and a property each:
///               3 text, 4 number, 5 flag, 6 texts; all begin with the name behind its length in one byte
///     link      tag 1 an identity each: kind 1, key 16
///     merge     whose everything goes over 4
///     opt-out   0 or 1
///     erase     nothing
///     members   tags 1 audience, 2 file
///     household 0 emptied, 1 shared
enum VisitorPayload {
    /// - Returns: nil beyond ``VisitorRecordLimits``.
    static func write(_ record: VisitorRecord) -> [UInt8]? {
        var out = Bytes()
        switch record {
        case .act(_, let act): guard write(act, into: &out) else { return nil }
        case .link(_, let identities):
            guard identities.count <= VisitorRecordLimits.identitiesMax else { return nil }
            for identity in identities {
                out.field(1) { value in
                    value.append(identity.kind.rawValue)
                    value.append(identity.key)
                }
            }
        case .merge(let from, _): out.append(fixed: from.rawValue)
        case .optOut(_, let isOut): out.append(isOut ? 1 : 0)
        case .erase: break
        case .household(_, let change): out.append(change.rawValue)
        case .members(let audience, let file):
            for (tag, text) in [(1, audience), (2, file)] as [(UInt8, String)] {
                guard text.utf8.count <= VisitorRecordLimits.nameOfFileBytesMax else { return nil }
                out.field(tag) { $0.append(text) }
            }
        }
        return out.bytes.count <= VisitorRecordLimits.payloadBytesMax ? out.bytes : nil
    }

    /// - Returns: nil for bytes that ``write(_:)`` of this version or a later one did not make.
    static func read(_ head: VisitorRecordCoder.Head, _ bytes: ArraySlice<UInt8>) -> VisitorRecord? {
        guard bytes.count <= VisitorRecordLimits.payloadBytesMax else { return nil }
        var reader = ByteReader(bytes)
        guard let visitor = head.visitor else { return members(&reader) }
        switch head.kind {
        case .act: return act(&reader).map { .act(visitor, $0) }
        case .link: return link(&reader).map { .link(visitor, $0) }
        case .merge:
            guard let from = reader.fixed(UInt32.self), reader.fields({ _, _ in true }) else { return nil }
            return .merge(from: VisitorNumber(from), into: visitor)
        case .optOut:
            guard let flag = reader.flag(), reader.fields({ _, _ in true }) else { return nil }
            return .optOut(visitor, flag)
        case .erase: return reader.fields { _, _ in true } ? .erase(visitor) : nil
        case .household:
            guard let change = reader.fixed(UInt8.self).flatMap(HouseholdChange.init), reader.fields({ _, _ in true })
            else { return nil }
            return .household(visitor, change)
        case .members: return nil
        }
    }

    private static func link(_ reader: inout ByteReader) -> [Identity]? {
        var identities: [Identity] = []
        let isSound = reader.fields { tag, value in
            guard tag == 1 else { return true }
            var value = ByteReader(value)
            guard let kind = value.fixed(UInt8.self).flatMap(IdentityKind.init), let key = value.key(), value.isAtEnd,
                identities.count < VisitorRecordLimits.identitiesMax
            else { return false }
            identities.append(Identity(kind, key))
            return true
        }
        return isSound ? identities : nil
    }

    private static func members(_ reader: inout ByteReader) -> VisitorRecord? {
        var audience: String?
        var file: String?
        let isSound = reader.fields { tag, value in
            switch tag {
            case 1: Self.set(&audience, to: Self.text(value, atMost: VisitorRecordLimits.nameOfFileBytesMax))
            case 2: Self.set(&file, to: Self.text(value, atMost: VisitorRecordLimits.nameOfFileBytesMax))
            default: true
            }
        }
        guard isSound, let audience, let file else { return nil }
        return .members(audience: audience, file: file)
    }

    // MARK: What both sides share

    /// Takes a field that may be there once.
    ///
    /// - Returns: whether it was sound, and the first.
    static func set<Value>(_ field: inout Value?, to value: Value?) -> Bool {
        guard field == nil, let value else { return false }
        field = value
        return true
    }

    /// A text, valid to its last byte: what is no UTF-8 was not written here.
    static func text(_ bytes: ArraySlice<UInt8>, atMost bytesMax: Int) -> String? {
        bytes.count <= bytesMax ? String(validating: bytes, as: UTF8.self) : nil
    }

    /// A payload under construction; records about visitors are made beside the bid path, so an array will do.
    struct Bytes {
        private(set) var bytes: [UInt8] = []

        mutating func append(_ byte: UInt8) { bytes.append(byte) }

        mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

        mutating func append(fixed value: some FixedWidthInteger) {
            for shift in stride(from: 0, to: value.bitWidth, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: value >> shift))
            }
        }

        mutating func append(_ key: IdentityKey) {
            append(fixed: key.high)
            append(fixed: key.low)
        }

        /// A tag, the length of the value, and the value, which `body` writes: at most 65,535 bytes.
        mutating func field(_ tag: UInt8, _ body: (inout Bytes) -> Void) {
            append(tag)
            let start = bytes.count
            append(fixed: UInt16(0))
            body(&self)
            let length = UInt16(bytes.count - start - 2)
            bytes[start] = UInt8(truncatingIfNeeded: length)
            bytes[start + 1] = UInt8(length >> 8)
        }
    }
}

extension ByteReader {
    /// Gives every field up to the end to `body`, which says whether it is sound.
    mutating func fields(_ body: (UInt8, ArraySlice<UInt8>) -> Bool) -> Bool {
        while !isAtEnd {
            guard let tag = fixed(UInt8.self), let count = fixed(UInt16.self), let value = take(Int(count)),
                body(tag, value)
            else { return false }
        }
        return true
    }

    mutating func key() -> IdentityKey? {
        guard let high = fixed(UInt64.self), let low = fixed(UInt64.self) else { return nil }
        return IdentityKey(high: high, low: low)
    }

    /// A byte that is 0 or 1.
    mutating func flag() -> Bool? {
        guard let byte = fixed(UInt8.self), byte <= 1 else { return nil }
        return byte == 1
    }
}
