internal import EventLog
internal import Synchronization

/// A disk in memory that knows what was written from what would survive a power cut, and goes wrong when told to.
final class SimulatedDisk: LogStorage {
    /// What happens at one call.
    enum Fault: CaseIterable {
        /// The call fails; of a write, a part was taken.
        case failure
        /// The power goes in the middle of the call: it fails, as does every call until the machine starts again.
        case powerCut
    }

    private struct File {
        var bytes: [UInt8] = []
        /// How many of them would survive a power cut.
        var synced = 0
    }

    private struct State {
        var files: [String: File] = [:]
        var armed: (calls: Int, fault: Fault)?
        /// Bytes that are left; nil for a disk that is never full.
        var room: Int?
        var isOff = false
        var faults = 0
        var chance: Chance
    }

    private let state: Mutex<State>
    private static let ioError: Int32 = 5
    private static let noSpace: Int32 = 28

    init(_ chance: Chance) { state = Mutex(State(chance: chance)) }

    // MARK: For the simulation

    /// Faults that came to pass.
    var faults: Int { state.withLock { $0.faults } }

    /// Whether the power went and nobody has started the machine again.
    var isOff: Bool { state.withLock { $0.isOff } }

    /// Lets one of the next calls go wrong.
    ///
    /// - Parameter calls: that go well before.
    func arm(_ fault: Fault, after calls: Int) { state.withLock { $0.armed = (calls, fault) } }

    /// Leaves room for so many bytes; nil for all that are wanted.
    func leaveRoom(_ bytes: Int?) { state.withLock { $0.room = bytes } }

    /// What the disk holds when the machine starts again: what was synced, and of what was only written a part, its
    /// end perhaps with altered bytes.
    func cutPower() {
        state.withLock { state in
            for name in state.files.keys.sorted() {
                guard var file = state.files[name] else { continue }
                let unsynced = file.bytes.count - file.synced
                if unsynced > 0 {
                    let kept = file.synced + state.chance.below(unsynced + 1)
                    var tail = Array(file.bytes[kept...])
                    file.bytes.removeLast(file.bytes.count - kept)
                    // Sectors reach the disk in any order: behind a hole there may be bytes that were written.
                    if !tail.isEmpty, state.chance.happens(perMille: 300) {
                        for index in 0..<min(tail.count, state.chance.within(1...64)) { tail[index] ^= 0x5A }
                        file.bytes += tail
                    }
                }
                state.files[name] = file
            }
        }
        restart()
    }

    /// Ends the process, not the machine: what was written is there.
    func restart() {
        state.withLock { state in
            state.isOff = false
            state.armed = nil
        }
    }

    /// Names and sizes of what would survive a power cut, oldest segment first.
    func synced() -> [(name: String, count: Int)] {
        state.withLock { $0.files.map { ($0.key, $0.value.synced) }.sorted { $0.0 < $1.0 } }
    }

    /// The bytes of a file that would survive a power cut.
    func syncedBytes(_ name: String) -> [UInt8] {
        state.withLock { state in state.files[name].map { Array($0.bytes[..<$0.synced]) } ?? [] }
    }

    // MARK: LogStorage

    func names() throws(LogError) -> [String] {
        try strike("readdir", "log")
        return state.withLock { Array($0.files.keys) }
    }

    func read(_ name: String) throws(LogError) -> [UInt8] {
        try strike("read", name)
        guard let bytes = state.withLock({ $0.files[name]?.bytes }) else {
            throw .io(call: "read", path: name, errno: 2)
        }
        return bytes
    }

    func create(_ name: String) throws(LogError) -> any LogFile {
        try strike("open", name)
        let isNew = state.withLock { state in
            guard state.files[name] == nil else { return false }
            state.files[name] = File()
            return true
        }
        guard isNew else { throw .io(call: "open", path: name, errno: 17) }
        return Handle(name, self)
    }

    func reopen(_ name: String, keeping bytes: Int) throws(LogError) -> any LogFile {
        try strike("ftruncate", name)
        state.withLock { state in
            guard var file = state.files[name] else { return }
            file.bytes.removeLast(max(0, file.bytes.count - bytes))
            file.synced = file.bytes.count
            state.files[name] = file
        }
        return Handle(name, self)
    }

    fileprivate func write(_ bytes: UnsafeBufferPointer<UInt8>, to name: String) throws(LogError) {
        let errno: Int32? = state.withLock { state in
            var taken = bytes.count
            var errno: Int32?
            if Self.isStruck(&state) {
                taken = state.chance.below(bytes.count + 1)
                errno = Self.ioError
            } else if let room = state.room, room < bytes.count {
                taken = max(0, room)
                errno = Self.noSpace
                state.faults += 1
            }
            unsafe state.files[name]?.bytes.append(contentsOf: bytes[..<taken])
            state.room? -= taken
            return errno
        }
        if let errno { throw .io(call: "write", path: name, errno: errno) }
    }

    fileprivate func sync(_ name: String) throws(LogError) {
        try strike("fdatasync", name)
        state.withLock { state in
            guard var file = state.files[name] else { return }
            file.synced = file.bytes.count
            state.files[name] = file
        }
    }

    private func strike(_ call: String, _ path: String) throws(LogError) {
        if state.withLock({ Self.isStruck(&$0) }) { throw .io(call: call, path: path, errno: Self.ioError) }
    }

    /// Whether this call goes wrong.
    private static func isStruck(_ state: inout State) -> Bool {
        if state.isOff { return true }
        guard let (calls, fault) = state.armed else { return false }
        guard calls == 0 else {
            state.armed = (calls - 1, fault)
            return false
        }
        state.armed = nil
        state.faults += 1
        state.isOff = fault == .powerCut
        return true
    }

    private final class Handle: LogFile {
        private let name: String
        private let disk: SimulatedDisk

        init(_ name: String, _ disk: SimulatedDisk) {
            self.name = name
            self.disk = disk
        }

        func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(LogError) { unsafe try disk.write(bytes, to: name) }

        func sync() throws(LogError) { try disk.sync(name) }

        func close() {}
    }
}
