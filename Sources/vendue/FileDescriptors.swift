#if canImport(Glibc)
internal import Glibc
#endif

/// The operating system's limit on open files, of which every connection is one.
enum FileDescriptors {
    /// Takes as many as the system lets this process have, without asking anybody.
    ///
    /// - Returns: how many that are.
    static func raiseLimit() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(resource, &limit) == 0 else { return 1024 }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        // Where it is refused the old limit stays.
        if unsafe setrlimit(resource, &limit) != 0 { limit.rlim_cur = before }
        return Int(min(limit.rlim_cur, 1 << 20))
    }

    /// Connections that may be open, so that the log, the registry and the control side always find a descriptor.
    ///
    /// - Parameter wanted: as configured; nil for as many as are good by default.
    static func connections(_ wanted: Int?, of limit: Int) -> Int {
        min(wanted ?? 16_384, max(limit - reserved, limit / 2))
    }

    private static let reserved = 256
}
