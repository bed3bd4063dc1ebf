internal import Events
internal import Sealing

/// Counts what the log says of visitors, and how much of it nobody can read any more.
struct VisitorRecordCount {
    private let keys: Result<VisitorKeys, VisitorKeysError>
    private var records = 0
    private var sealed = 0
    private var erased = 0
    /// Sealed records of visitors who, by the file, never had a key.
    private var keyless = 0

    init(keysFile: String) {
        do throws(VisitorKeysError) {
            keys = .success(try VisitorKeys(path: keysFile, .reading))
        } catch {
            keys = .failure(error)
        }
    }

    mutating func add(_ head: VisitorRecordCoder.Head) {
        records += 1
        guard head.kind.isSealed, let visitor = head.visitor else { return }
        sealed += 1
        guard case .success(let keys) = keys else { return }
        switch try? keys.entry(visitor.rawValue) {
        case .deleted: erased += 1
        case .key: break
        case .never, nil: keyless += 1
        }
    }

    /// What to print; nothing where the log has no such records.
    var lines: [String] {
        guard records > 0 else { return [] }
        var lines = ["\(records) records about visitors, \(sealed) of them sealed"]
        switch keys {
        case .success:
            lines.append("\(erased) of these are unreadable, as their visitors were erased")
            if keyless > 0 {
                lines.append(
                    "\(keyless) have no key and no erasure: visitor.keys is older than the log; restore its newest backup"
                )
            }
        case .failure(let error): lines.append("who was erased is not known: \(error)")
        }
        return lines
    }
}
