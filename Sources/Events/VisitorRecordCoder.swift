package import Units

/// A visitor record's bytes: a head that anybody may read, and a payload that is sealed where it is personal.
///
///     0  kind (32…38)      1  version (1)      2  instant, 8 bytes      10  visitor, 4 bytes
///     14 payload: a fixed part, then any number of: tag 1, length 2, value
///
/// The kinds are none of ``EventKind``'s, so that a record's first byte tells what it is. Sealing is the caller's: the
/// payload of an act or a link goes through a closure together with the head, to which it must be bound. A reader
/// passes over tags that it does not know, so that an older one reads a newer log; everything else it takes strictly,
/// and what it would not have written is damage.
package enum VisitorRecordCoder {
    package static let version: UInt8 = 1
    package static let headBytes = 14

    /// What a visitor record tells.
    package enum Kind: UInt8, CaseIterable, BitwiseCopyable, Sendable {
        case act = 32
        case link = 33
        case merge = 34
        case optOut = 35
        case erase = 36
        case members = 37
        case household = 38

        /// Whether the payload is readable with the visitor's own key alone.
        package var isSealed: Bool { self == .act || self == .link }
    }

    /// What can be read of a record without a key.
    package struct Head: Equatable, BitwiseCopyable, Sendable {
        package let kind: Kind
        /// When the record was made.
        package let instant: Instant
        /// Whom it is about; of a merge, who remains; nil for members.
        package let visitor: VisitorNumber?
    }

    /// What became of a sealed payload.
    package enum Opened: Equatable, Sendable {
        case plain([UInt8])
        /// The visitor was erased.
        case keyDeleted
        /// It is not what was sealed, or the key is not the one that sealed it.
        case damaged
    }

    /// What a record turned out to be.
    package enum Reading: Equatable, Sendable {
        case record(Instant, VisitorRecord)
        /// Its key is gone with the visitor: nobody can tell any more what it said.
        case unreadable(VisitorNumber)
    }

    /// Whether a log record that begins with this byte is a visitor's.
    @inline(__always)
    package static func isVisitorRecord(_ first: UInt8) -> Bool { first >= 32 && first <= 38 }

    // MARK: Writing

    /// The bytes of a record.
    ///
    /// - Parameters:
    ///   - instant: when the record is made.
    ///   - seal: seals a payload under the key of a visitor, bound to the record's head; nil where it has no key.
    /// - Returns: nil where nothing could be sealed, and for a record beyond ``VisitorRecordLimits``.
    /// - Throws: what `seal` throws.
    package static func write<Fault: Error>(
        _ record: VisitorRecord,
        at instant: Instant,
        seal: (VisitorNumber, _ head: ArraySlice<UInt8>, _ plain: ArraySlice<UInt8>) throws(Fault) -> [UInt8]?
    ) throws(Fault) -> [UInt8]? {
        guard let payload = VisitorPayload.write(record) else { return nil }
        let head = head(record, at: instant)
        guard record.kind.isSealed, let visitor = record.visitor else { return head + payload }
        guard let sealed = try seal(visitor, head[...], payload[...]) else { return nil }
        return head + sealed
    }

    private static func head(_ record: VisitorRecord, at instant: Instant) -> [UInt8] {
        var out = VisitorPayload.Bytes()
        out.append(record.kind.rawValue)
        out.append(version)
        out.append(fixed: instant.micros)
        out.append(fixed: record.visitor?.rawValue ?? 0)
        return out.bytes
    }

    // MARK: Reading

    /// The head of a record.
    ///
    /// - Returns: nil for bytes that are no visitor record of a version that this service knows.
    package static func readHead(_ bytes: ArraySlice<UInt8>) -> Head? {
        var reader = ByteReader(bytes)
        guard let kind = reader.fixed(UInt8.self).flatMap(Kind.init), reader.fixed(UInt8.self) == version,
            let micros = reader.fixed(Int64.self), let number = reader.fixed(UInt32.self)
        else { return nil }
        let instant = Instant(micros: micros)
        guard kind == .members else { return Head(kind: kind, instant: instant, visitor: VisitorNumber(number)) }
        return number == 0 ? Head(kind: kind, instant: instant, visitor: nil) : nil
    }

    /// Reads a record.
    ///
    /// - Parameter open: opens a payload that was sealed with this head.
    /// - Returns: nil for damage.
    /// - Throws: what `open` throws.
    package static func read<Fault: Error>(
        _ bytes: ArraySlice<UInt8>,
        open: (VisitorNumber, _ head: ArraySlice<UInt8>, _ sealed: ArraySlice<UInt8>) throws(Fault) -> Opened
    ) throws(Fault) -> Reading? {
        guard let head = readHead(bytes) else { return nil }
        var payload = bytes.dropFirst(headBytes)
        if head.kind.isSealed, let visitor = head.visitor {
            switch try open(visitor, bytes.prefix(headBytes), payload) {
            case .plain(let plain): payload = plain[...]
            case .keyDeleted: return .unreadable(visitor)
            case .damaged: return nil
            }
        }
        return VisitorPayload.read(head, payload).map { .record(head.instant, $0) }
    }
}

extension VisitorRecord {
    /// As the log numbers it.
    package var kind: VisitorRecordCoder.Kind {
        switch self {
        case .act: .act
        case .link: .link
        case .merge: .merge
        case .optOut: .optOut
        case .erase: .erase
        case .members: .members
        case .household: .household
        }
    }
}
