package import Events
internal import Foundation
internal import Units

/// Lists of members, from when they were uploaded until a snapshot holds them.
extension AudienceFolder {
    /// Bytes of a member: its kind, then the hash.
    static let memberBytes = 17
    /// "ends"
    static let listMagic: UInt32 = 0x7364_6e65
    static let listEndBytes = 16

    /// Starts a list.
    ///
    /// - Parameter name: of letters and digits, never used before.
    package func makeList(_ name: String) throws -> ListWriter {
        try ListWriter(folder: path + "/lists", name)
    }

    /// Lists there are.
    package func lists() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/lists").filter { !$0.hasSuffix(".part") }.sorted()
    }

    package func removeList(_ name: String) {
        try? FileManager.default.removeItem(atPath: path + "/lists/" + name)
    }

    /// A list that is being written.
    package final class ListWriter {
        package let name: String
        private let folder: String
        private let path: String
        private let file: FileHandle
        private var bytes: [UInt8] = []
        private var sum: UInt32 = 0
        package private(set) var count = 0

        fileprivate init(folder: String, _ name: String) throws {
            self.name = name
            self.folder = folder
            path = folder + "/" + name
            let part = path + ".part"
            _ = FileManager.default.createFile(atPath: part, contents: nil, attributes: [.posixPermissions: 0o600])
            file = try FileHandle(forWritingTo: URL(fileURLWithPath: part))
        }

        package func add(_ identity: Identity) throws {
            bytes.append(identity.kind.rawValue)
            append(identity.key.high)
            append(identity.key.low)
            count += 1
            if bytes.count >= 1 << 20 { try flush() }
        }

        private func append(_ word: UInt64, bytes count: UInt64 = 8) {
            for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * index))) }
        }

        private func flush() throws {
            sum = CRC32C.sum(bytes, seed: sum)
            try file.write(contentsOf: Data(bytes))
            bytes.removeAll(keepingCapacity: true)
        }

        /// Puts the list under its name.
        package func finish() throws {
            try flush()
            let members = sum
            append(UInt64(AudienceFolder.listMagic), bytes: 4)
            append(UInt64(members), bytes: 4)
            append(UInt64(count))
            try flush()
            try file.synchronize()
            try file.close()
            try AudienceFolder.rename(path + ".part", path)
            try AudienceFolder.sync(folder)
        }

        package func cancel() {
            try? file.close()
            try? FileManager.default.removeItem(atPath: path + ".part")
        }
    }

    /// Reads a list, some thousand members at a time.
    final class ListReader {
        private let file: FileHandle
        private let count: UInt64
        private let sum: UInt32
        private var left: UInt64
        private var sumSoFar: UInt32 = 0

        /// - Throws: ``AudienceFault`` for a file that does not end as a list does.
        fileprivate init(_ file: FileHandle) throws {
            self.file = file
            let size = try file.seekToEnd()
            try file.seek(toOffset: size - min(size, UInt64(AudienceFolder.listEndBytes)))
            var reader = ByteReader([UInt8](try file.readToEnd() ?? Data())[...])
            guard reader.fixed(UInt32.self) == AudienceFolder.listMagic, let sum = reader.fixed(UInt32.self),
                let count = reader.fixed(UInt64.self), count <= size,
                count * UInt64(AudienceFolder.memberBytes) + UInt64(AudienceFolder.listEndBytes) == size
            else { throw AudienceFault("it is cut short") }
            self.sum = sum
            self.count = count
            left = count
            try file.seek(toOffset: 0)
        }

        /// The next members; empty at the end.
        ///
        /// - Throws: ``AudienceFault`` at the end where they are not those that were written.
        func next() throws -> [Identity] {
            guard left > 0 else {
                guard sumSoFar == sum else { throw AudienceFault("it is damaged") }
                return []
            }
            let wanted = min(left, 4096)
            let bytes = [UInt8](try file.read(upToCount: Int(wanted) * AudienceFolder.memberBytes) ?? Data())
            guard bytes.count == Int(wanted) * AudienceFolder.memberBytes else {
                throw AudienceFault("it is cut short")
            }
            left -= wanted
            sumSoFar = CRC32C.sum(bytes, seed: sumSoFar)
            var reader = ByteReader(bytes[...])
            var members: [Identity] = []
            members.reserveCapacity(Int(wanted))
            while let kind = reader.fixed(UInt8.self), let high = reader.fixed(UInt64.self),
                let low = reader.fixed(UInt64.self)
            {
                guard let kind = IdentityKind(rawValue: kind) else { throw AudienceFault("it is damaged") }
                members.append(Identity(kind, IdentityKey(high: high, low: low)))
            }
            return members
        }

        /// Reads all of it, and begins anew.
        ///
        /// - Throws: ``AudienceFault`` where the members are not those that were written.
        func check() throws {
            while try !next().isEmpty {}
            (left, sumSoFar) = (count, 0)
            try file.seek(toOffset: 0)
        }
    }

    /// - Returns: nil where there is no such list any more.
    /// - Throws: ``AudienceFault`` for one that is cut short.
    func openList(_ name: String) throws -> ListReader? {
        guard let file = try? FileHandle(forReadingFrom: URL(fileURLWithPath: path + "/lists/" + name)) else {
            return nil
        }
        return try ListReader(file)
    }
}
