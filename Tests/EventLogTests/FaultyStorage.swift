import EventLog
import Foundation
import Synchronization

/// Segments in memory that fail, tear and forget on demand.
///
/// It tells bytes that were written from bytes that were synced, so that a test can cut the power between the two.
final class FaultyStorage: TrimmableStorage {
    /// What goes wrong next; each counts down to nothing.
    struct Faults: Sendable {
        var syncs = 0
        var writes = 0
        var creates = 0
        var reopens = 0
        var reads = 0
        /// Seconds that each sync takes.
        var syncDelay = 0.0
        /// Which of all the calls that change anything fails, from 0.
        var call: Int?
    }

    private struct State {
        var files: [String: [UInt8]] = [:]
        var synced: [String: Int] = [:]
        var closes: [String: Int] = [:]
        var faults = Faults()
        var syncs = 0
        var calls: [String] = []
        var setAside: [String: Int] = [:]
        var reserve = 0
        /// Bytes that all files, what is set aside and the reserve may have; nil for any.
        var capacity: Int?

        var used: Int {
            files.reduce(reserve) { $0 + max($1.value.count, setAside[$1.key] ?? 0) }
        }

        /// Takes note of a call that changes something; true where it is the one to fail.
        mutating func fails(_ call: String) -> Bool {
            calls.append(call)
            return calls.count - 1 == faults.call
        }

        /// Whether a file may take so many bytes.
        mutating func hasRoom(_ name: String, _ bytes: Int) -> Bool {
            guard let capacity else { return true }
            let has = max(files[name]?.count ?? 0, setAside[name] ?? 0)
            return bytes <= has || used - has + bytes <= capacity
        }
    }

    private let state = Mutex(State())

    // MARK: For the test

    /// Every file's bytes.
    var files: [String: [UInt8]] { state.withLock { $0.files } }
    /// Names, oldest first.
    var sortedNames: [String] { files.keys.sorted() }
    /// Syncs that succeeded.
    var syncs: Int { state.withLock { $0.syncs } }
    /// How often each file was closed.
    var closes: [String: Int] { state.withLock { $0.closes } }
    /// Bytes that a power cut would take.
    var unsyncedBytes: Int {
        state.withLock { state in state.files.reduce(0) { $0 + $1.value.count - (state.synced[$1.key] ?? 0) } }
    }

    /// Every call that would change something, in order.
    var calls: [String] { state.withLock { $0.calls } }
    /// What is held back now.
    var reserve: Int { state.withLock { $0.reserve } }
    /// What is set aside for each open file.
    var setAside: [String: Int] { state.withLock { $0.setAside } }
    /// Bytes of all files together; nil for any.
    var capacity: Int? {
        get { state.withLock { $0.capacity } }
        set { state.withLock { $0.capacity = newValue } }
    }

    func fail(_ change: (inout Faults) -> Void) { state.withLock { change(&$0.faults) } }

    func put(_ name: String, _ bytes: [UInt8]) {
        state.withLock { state in
            state.files[name] = bytes
            state.synced[name] = bytes.count
        }
    }

    /// The files as another storage, without faults.
    func copy() -> FaultyStorage {
        let other = FaultyStorage()
        for (name, bytes) in files { other.put(name, bytes) }
        return other
    }

    /// What a machine finds after a power cut: synced bytes, and of the others as many as `keep` says.
    func afterPowerCut(keep: (_ unsynced: Int) -> Int) -> FaultyStorage {
        let other = FaultyStorage()
        state.withLock { state in
            for (name, bytes) in state.files {
                let synced = state.synced[name] ?? 0
                other.put(name, Array(bytes.prefix(synced + keep(bytes.count - synced))))
            }
        }
        return other
    }

    // MARK: LogStorage

    func names() throws(LogError) -> [String] {
        // In no order, as a directory gives them.
        files.keys.filter { $0.hasSuffix(Segment.suffix) }
    }

    func checkpoints() throws(LogError) -> [String] { files.keys.filter { $0.hasSuffix(LogCheckpoint.suffix) } }

    func replace(_ name: String, by bytes: [UInt8]) throws(LogError) { put(name, bytes) }

    func remove(_ name: String) { state.withLock { $0.files[name] = nil } }

    func read(_ name: String) throws(LogError) -> [UInt8] {
        let bytes = state.withLock { $0.faults.reads.countDown() ? nil : $0.files[name] }
        guard let bytes else { throw .io(call: "read", path: name, errno: 5) }
        return bytes
    }

    func create(_ name: String) throws(LogError) -> any LogFile {
        let created = state.withLock { state in
            if state.fails("create \(name)") { return false }
            if state.faults.creates.countDown() || state.files[name] != nil { return false }
            state.files[name] = []
            return true
        }
        guard created else { throw .io(call: "open", path: name, errno: 28) }
        return File(name: name, storage: self)
    }

    func reopen(_ name: String, keeping bytes: Int) throws(LogError) -> any LogFile {
        let reopened = state.withLock { state in
            guard !state.faults.reopens.countDown(), let file = state.files[name] else { return false }
            state.files[name] = Array(file.prefix(bytes))
            state.synced[name] = bytes
            return true
        }
        guard reopened else { throw .io(call: "open", path: name, errno: 13) }
        return File(name: name, storage: self)
    }

    func freeBytes() -> Int? {
        state.withLock { state in state.capacity.map { max(0, $0 - state.used) } }
    }

    func makeReserve(bytes: Int) throws(LogError) {
        let made = state.withLock { state in
            guard let capacity = state.capacity, state.used - state.reserve + bytes <= capacity else { return false }
            state.reserve = bytes
            return true
        }
        guard made else { throw .io(call: "fallocate", path: "reserve", errno: 28) }
    }

    func removeReserve() { state.withLock { $0.reserve = 0 } }

    private final class File: LogFile {
        let name: String
        let storage: FaultyStorage

        init(name: String, storage: FaultyStorage) {
            self.name = name
            self.storage = storage
        }

        func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(LogError) {
            let copy = unsafe Array(bytes)
            let written = storage.state.withLock { state in
                // A full disk takes a part first.
                let hasRoom = state.hasRoom(name, (state.files[name]?.count ?? 0) + copy.count)
                let fails = state.fails("write \(name)") || state.faults.writes.countDown() || !hasRoom
                state.files[name, default: []] += fails ? copy.prefix(copy.count / 2) : copy[...]
                return !fails
            }
            guard written else { throw .io(call: "write", path: name, errno: 28) }
        }

        func sync() throws(LogError) {
            let delay = storage.state.withLock { $0.faults.syncDelay }
            if delay > 0 { Thread.sleep(forTimeInterval: delay) }
            let synced = storage.state.withLock { state in
                if state.fails("sync \(name)") || state.faults.syncs.countDown() { return false }
                state.synced[name] = state.files[name]?.count ?? 0
                state.syncs += 1
                return true
            }
            guard synced else { throw .io(call: "fdatasync", path: name, errno: 5) }
        }

        func setAside(through bytes: Int) throws(LogError) {
            let isSet = storage.state.withLock { state in
                guard !state.fails("set aside \(name)"), state.hasRoom(name, bytes) else { return false }
                state.setAside[name] = bytes
                return true
            }
            guard isSet else { throw .io(call: "fallocate", path: name, errno: 28) }
        }

        func close() {
            storage.state.withLock { state in
                state.closes[name, default: 0] += 1
                state.setAside[name] = nil
            }
        }
    }
}

extension Int {
    /// Whether there was something left to count down.
    fileprivate mutating func countDown() -> Bool {
        guard self > 0 else { return false }
        self -= 1
        return true
    }
}
