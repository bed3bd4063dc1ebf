package import Events
package import Sealing
package import Units

extension VisitorSealer {
    /// The bytes of a record for the log, its personal part sealed under the visitor's key.
    ///
    /// - Returns: nil where the visitor has no key, and for a record beyond ``VisitorRecordLimits``.
    /// - Throws: where the file of keys cannot be read.
    package func bytes(of record: VisitorRecord, at instant: Instant) throws(VisitorKeysError) -> [UInt8]? {
        try VisitorRecordCoder.write(record, at: instant) { (visitor, head, plain) throws(VisitorKeysError) in
            try seal(plain, of: visitor.rawValue, with: head)
        }
    }

    /// Reads a record of the log.
    ///
    /// - Returns: nil for damage.
    /// - Throws: where the file of keys cannot be read.
    package func read(_ bytes: ArraySlice<UInt8>) throws(VisitorKeysError) -> VisitorRecordCoder.Reading? {
        try VisitorRecordCoder.read(bytes) { (visitor, head, sealed) throws(VisitorKeysError) in
            switch try open(sealed, of: visitor.rawValue, with: head) {
            case .plain(let plain): .plain(plain)
            case .keyDeleted: .keyDeleted
            case .damaged: .damaged
            }
        }
    }
}
