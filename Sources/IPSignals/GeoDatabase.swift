internal import CMaxMind
internal import Glibc
package import Targeting

/// A database of addresses in MaxMind's format: where they are, or whose networks.
///
/// libmaxminddb checks the file and finds the record of an address; ``RecordReader`` reads it.
@safe
package final class GeoDatabase: @unchecked Sendable {
    /// What the operator wants of a file, who may have named the wrong one.
    package enum Subject: Sendable {
        case places
        case networks

        /// Words of the types of databases that have it: `GeoLite2-City`, `DBIP-ISP`.
        var words: [String] {
            switch self {
            case .places: ["City", "Country", "Enterprise", "Location"]
            case .networks: ["ISP", "ASN", "Connection-Type", "Anonymous", "Enterprise"]
            }
        }
    }

    // Invariant: `handle` is open from `init` until `deinit`. It maps memory of our own, which nobody else can open, so
    // that nothing changes it; the library only reads what it opened, and so do we, from any thread.
    private let handle: UnsafeMutablePointer<MMDB_s>
    /// As the file says, such as `GeoLite2-City`.
    package let type: String

    /// - Parameter bytes: of the file. They are copied: a mapped file that somebody writes into would change under the
    ///   look-ups, and one that is cut short would end the process.
    /// - Throws: what is wrong with the file: damaged, of another kind, or without anything that is asked for.
    /// - Complexity: O(nodes), some tens of nanoseconds each: every branch of the search tree is looked at.
    package init(_ bytes: [UInt8], subject: Subject) throws(SignalFault) {
        let handle = unsafe try Self.open(bytes)
        unsafe self.handle = unsafe handle
        unsafe type = handle.pointee.metadata.database_type.map { unsafe String(cString: $0) } ?? ""
        try check(subject)
    }

    deinit {
        unsafe MMDB_close(handle)
        unsafe handle.deallocate()
    }

    private static func open(_ bytes: [UInt8]) throws(SignalFault) -> UnsafeMutablePointer<MMDB_s> {
        let descriptor = vendue_memory_file()
        guard descriptor >= 0 else { throw .noMemory }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw .noMemory }
            rest = rest.dropFirst(count)
        }
        let handle = UnsafeMutablePointer<MMDB_s>.allocate(capacity: 1)
        unsafe handle.initialize(to: MMDB_s())
        let status = unsafe MMDB_open("/proc/self/fd/\(descriptor)", UInt32(MMDB_MODE_MMAP), handle)
        guard status == MMDB_SUCCESS else {
            unsafe handle.deallocate()
            if status == MMDB_OUT_OF_MEMORY_ERROR || status == MMDB_FILE_OPEN_ERROR { throw .noMemory }
            let reason = unsafe String(cString: MMDB_strerror(status))
            throw SignalFault(
                "is no database, or a damaged one: \(reason)", hint: "a whole file in MaxMind's format (.mmdb)")
        }
        return unsafe handle
    }

    // MARK: Checking

    private func check(_ subject: Subject) throws(SignalFault) {
        guard subject.words.contains(where: { type.contains($0) }) else {
            throw SignalFault(
                "is a “\(type.prefix(60))” database, which has no \(subject)",
                hint: "one whose type names one of \(subject.words.joined(separator: ", "))")
        }
        let records = try sampleRecords()
        guard records.isEmpty || records.contains(where: { place(ofRecord: $0).says(subject) }) else {
            throw SignalFault(
                "has no \(subject) that could be read in its first \(records.count) records",
                hint: "one whose records are laid out as MaxMind's are")
        }
    }

    /// Looks at every node of the search tree.
    ///
    /// - Returns: where the first records begin, at most 1,000.
    private func sampleRecords() throws(SignalFault) -> [Int] {
        var records: [Int] = []
        var node = unsafe MMDB_search_node_s()
        for number in unsafe 0..<handle.pointee.metadata.node_count {
            let status = unsafe MMDB_read_node(handle, number, &node)
            guard status == MMDB_SUCCESS, unsafe leads(node.left_record_type, node.left_record_entry, &records),
                unsafe leads(node.right_record_type, node.right_record_entry, &records)
            else {
                throw SignalFault(
                    "is damaged: node \(number) of its search tree leads nowhere", hint: "fetch it again")
            }
        }
        return records
    }

    /// Whether one side of a node leads to another node, to nothing, or to a record that is there.
    private func leads(_ type: UInt8, _ entry: MMDB_entry_s, _ records: inout [Int]) -> Bool {
        guard type == MMDB_RECORD_TYPE_DATA else { return type != MMDB_RECORD_TYPE_INVALID }
        let offset = unsafe entry.offset
        if records.count < 1000 { records.append(Int(offset)) }
        return unsafe offset < handle.pointee.data_section_size
    }

    // MARK: Looking up

    /// What is known of an address; nothing where the database does not have it, or is damaged there.
    ///
    /// - Complexity: at most 128 steps of the tree and 4096 of the record. Allocates nothing.
    package func look(up address: IPAddress) -> Place {
        guard let found = find(address) else { return Place() }
        var result = found.record.map { place(ofRecord: $0) } ?? Place()
        result.prefix = found.prefix
        return result
    }

    private func place(ofRecord offset: Int) -> Place {
        var reader = unsafe RecordReader(section)
        return reader.place(at: offset)
    }

    private var section: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: handle.pointee.data_section, count: Int(handle.pointee.data_section_size))
    }

    /// The record of an address, if any, and how many of 128 bits lead there.
    private func find(_ address: IPAddress) -> (record: Int?, prefix: Int)? {
        var status: Int32 = 0
        let result: MMDB_lookup_result_s
        if address.isV4 {
            var socket = sockaddr_in()
            socket.sin_family = sa_family_t(AF_INET)
            socket.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.low).bigEndian
            unsafe result = unsafe withUnsafeBytes(of: &socket) {
                unsafe MMDB_lookup_sockaddr(handle, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, &status)
            }
        } else {
            var socket = sockaddr_in6()
            socket.sin6_family = sa_family_t(AF_INET6)
            unsafe withUnsafeMutableBytes(of: &socket.sin6_addr) {
                unsafe $0.storeBytes(of: address.high.bigEndian, as: UInt64.self)
                unsafe $0.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            unsafe result = unsafe withUnsafeBytes(of: &socket) {
                unsafe MMDB_lookup_sockaddr(handle, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, &status)
            }
        }
        guard status == MMDB_SUCCESS else { return nil }
        let isShort = unsafe handle.pointee.metadata.ip_version == 4
        let prefix = unsafe Int(result.netmask) + (isShort ? 96 : 0)
        return unsafe (result.found_entry ? Int(result.entry.offset) : nil, prefix)
    }

    /// The bytes of a text of a place that this database gave, valid for the call; none for another database's.
    package func withBytes<Result>(_ text: PlaceText, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let section = unsafe section
        let start = Int(text.start)
        let end = start + Int(text.count)
        guard end <= section.count else { return unsafe body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        return unsafe body(UnsafeRawBufferPointer(rebasing: section[start..<end]))
    }

    /// A copy as a `String`: for tests and messages.
    package func string(_ text: PlaceText) -> String {
        unsafe withBytes(text) { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

extension Place {
    fileprivate func says(_ subject: GeoDatabase.Subject) -> Bool {
        switch subject {
        case .places: country != nil
        case .networks: connectiontype != nil || !isp.isEmpty || asn != nil || isAnonymous || isHosting
        }
    }
}

extension SignalFault {
    fileprivate static var noMemory: SignalFault {
        SignalFault("cannot be held in memory", hint: "see whether the system has memory left, and /proc")
    }
}
