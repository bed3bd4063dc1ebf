internal import ArgumentParser
internal import BidPlane
internal import Documents
internal import EventLog
internal import Foundation
internal import Ledger
internal import Sealing
internal import Units

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks data directory, keys, files, clock, limits and ports, and says what to do.",
        discussion:
            "Example: vendue doctor --data ./vendue-data\n\nExit status: 0 all well, 1 something needs attention."
    )

    @Option(help: "The data directory.")
    var data = "./vendue-data"

    @Option(help: "A configuration file (YAML), for the files that it names.")
    var config: String?

    @Option(help: "HOST:PORT of the bid side.")
    var bid = "127.0.0.1:8080"

    @Option(help: "HOST:PORT of the control side.")
    var control = "127.0.0.1:8081"

    func run() throws {
        var report = Report()
        let directory = DataDirectory(path: data)
        let isRunning = DirectoryLock.isHeld(directory.lockFile)
        checkData(directory, isRunning, &report)
        checkLog(directory, &report)
        checkRoom(directory, &report)
        if let config { checkFiles(config, &report) }
        checkClock(&report)
        checkLimits(&report)
        for (name, address) in [("bid", bid), ("control", control)] {
            if !isRunning { checkPort(name, address, &report) }
        }
        if report.needsAttention { throw ExitCode(1) }
    }

    private struct Report {
        var needsAttention = false

        func well(_ what: String) { Console.line("ok    \(what)") }

        mutating func attention(_ what: String, do remedy: String) {
            needsAttention = true
            Console.line("fix   \(what)\n      → \(remedy)")
        }
    }

    private func checkData(_ directory: DataDirectory, _ isRunning: Bool, _ report: inout Report) {
        guard directory.exists else {
            report.well("data directory \(data) does not exist yet: `vendue serve` makes it")
            return
        }
        report.well("data directory \(data)\(isRunning ? ", in use by a running service" : "")")
        let space = try? FileManager.default.attributesOfFileSystem(forPath: data)[.systemFreeSize] as? Int64
        if let space, space < 1 << 30 {
            report.attention("less than 1 GiB is free on its disk", do: "free some, or move the directory")
        } else if let space {
            report.well("\(space >> 30) GiB free on its disk")
        }
        for file in ["operator.token", "keys/sealing", "keys/visitor", "visitor.keys"] {
            let path = data + "/" + file
            guard let mode = try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int else {
                report.well("\(file) is not there yet: the first start makes it")
                continue
            }
            if mode & 0o077 != 0 {
                report.attention("\(file) can be read by others", do: "chmod 600 \(path)")
            } else {
                report.well("\(file) is readable by its owner only")
            }
        }
        if let bytes = FileManager.default.contents(atPath: data + "/keys/sealing"),
            KeyRing(text: String(decoding: bytes, as: UTF8.self))?.current == nil
        {
            report.attention(
                "keys/sealing is no key file",
                do: "restore it from a backup, or move it away for new keys"
            )
        }
    }

    private func checkLog(_ directory: DataDirectory, _ report: inout Report) {
        guard FileManager.default.fileExists(atPath: directory.log) else { return }
        do {
            let reader = LogReader(try DirectoryStorage(path: directory.log))
            let summary = try reader.walk { (_, _) throws(LogError) in }
            if let checkpoint = try reader.checkpoint() {
                try BudgetLedger().restore(checkpoint)
                report.well(
                    "log: a sound checkpoint stands for records 1 to \(checkpoint.next - 1), which were dropped")
            }
            report.well("log: \(summary.records) records in \(summary.segments) segments, every checksum right")
            if summary.tornBytes > 0 {
                report.well(
                    "log: \(summary.tornBytes) bytes of an unfinished write at its end; the next start cuts them"
                )
            }
        } catch {
            report.attention("log: \(error)", do: "see the message")
        }
    }

    /// The room that bidding needs, by the configuration's limits.
    private func checkRoom(_ directory: DataDirectory, _ report: inout Report) {
        guard FileManager.default.fileExists(atPath: directory.log),
            let storage = try? DirectoryStorage(path: directory.log)
        else { return }
        let policy = configuration?.log ?? LogPolicy()
        let reserve = storage.reserveBytes
        if reserve >= policy.reserveBytes {
            report.well("log: a reserve of \(reserve >> 20) MiB for notices on a full disk")
        } else {
            report.attention(
                "log: its reserve has \(reserve >> 20) of \(policy.reserveBytes >> 20) MiB",
                do: "make room on its disk; a running service makes the reserve anew within a second")
        }
        guard let free = storage.freeBytes() else { return }
        if free < policy.freeBytesMin {
            report.attention(
                "log: \(free >> 20) MiB are free on its disk; below \(policy.freeBytesMin >> 20) nothing is bid",
                do: "make room, or lower log.free_mb")
        } else {
            report.well("log: \(free >> 20) MiB are free on its disk; bidding needs \(policy.freeBytesMin >> 20)")
        }
    }

    /// What `--config` says; nil without it, and where it cannot be read, which `checkFiles` tells.
    private var configuration: ServiceConfiguration? {
        guard let config, let bytes = FileManager.default.contents(atPath: config),
            let node = try? Node.readOne(String(decoding: bytes, as: UTF8.self))
        else { return nil }
        return try? ServiceConfiguration(file: node, environment: ProcessInfo.processInfo.environment, flags: [:])
    }

    /// The configuration, and every file that it names.
    private func checkFiles(_ path: String, _ report: inout Report) {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            report.attention("\(path) cannot be read", do: "mend its path or permissions")
            return
        }
        do throws(DocumentError) {
            let node = try Node.readOne(String(decoding: bytes, as: UTF8.self))
            let configuration = try ServiceConfiguration(
                file: node, environment: ProcessInfo.processInfo.environment, flags: [:])
            var files = OperatorFiles(configuration)
            let found = files.read()
            for fault in found.faults + found.broken {
                report.attention("\(fault)", do: "mend the file; a running service keeps what it read before")
            }
            if found.faults.isEmpty, found.broken.isEmpty { report.well("\(path), and the files that it names") }
        } catch {
            for fault in error.faults { report.attention("\(path): \(fault)", do: "mend it; `vendue check` says more") }
        }
    }

    private func checkClock(_ report: inout Report) {
        let year = Calendar(identifier: .gregorian).component(.year, from: Date())
        if year < 2025 || year > 2100 {
            report.attention("the clock says \(year)", do: "set it: windows of notices and flights depend on it")
        } else {
            report.well("clock: \(SystemTime().instant().micros / 1_000_000) seconds since 1970")
        }
    }

    private func checkLimits(_ report: inout Report) {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        if limit.rlim_cur < 4096 {
            report.attention("at most \(limit.rlim_cur) open files", do: "ulimit -n 65536, or LimitNOFILE= in the unit")
        } else {
            report.well("\(limit.rlim_cur) open files allowed")
        }
    }

    private func checkPort(_ name: String, _ address: String, _ report: inout Report) {
        guard let port = address.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            report.attention("\(name) address \(address) is none", do: "HOST:PORT")
            return
        }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var option: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &option, socklen_t(MemoryLayout<Int32>.size))
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        target.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &target) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result == 0 {
            report.well("\(name) port \(port) is free")
        } else {
            report.attention("\(name) port \(port) is taken", do: "stop what uses it, or choose another with --\(name)")
        }
    }
}
