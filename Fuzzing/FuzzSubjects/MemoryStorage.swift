internal import EventLog
internal import Synchronization

/// Segments in memory, sound and obedient.
final class MemoryStorage: LogStorage {
    private let files: Mutex<[String: [UInt8]]>

    init(_ files: [String: [UInt8]]) { self.files = Mutex(files) }

    func bytes(_ name: String) -> [UInt8] { files.withLock { $0[name] ?? [] } }

    func names() throws(LogError) -> [String] { files.withLock { Array($0.keys) } }

    func read(_ name: String) throws(LogError) -> [UInt8] {
        guard let bytes = files.withLock({ $0[name] }) else { throw .io(call: "read", path: name, errno: 2) }
        return bytes
    }

    func create(_ name: String) throws(LogError) -> any LogFile {
        files.withLock { $0[name] = [] }
        return File(name: name, storage: self)
    }

    func reopen(_ name: String, keeping bytes: Int) throws(LogError) -> any LogFile {
        let isThere = files.withLock { files in
            guard let file = files[name] else { return false }
            files[name] = Array(file.prefix(bytes))
            return true
        }
        guard isThere else { throw .io(call: "open", path: name, errno: 2) }
        return File(name: name, storage: self)
    }

    private final class File: LogFile {
        private let name: String
        private let storage: MemoryStorage

        init(name: String, storage: MemoryStorage) {
            self.name = name
            self.storage = storage
        }

        func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(LogError) {
            let copy = unsafe Array(bytes)
            storage.files.withLock { $0[name, default: []] += copy }
        }

        func sync() throws(LogError) {}

        func close() {}
    }
}
