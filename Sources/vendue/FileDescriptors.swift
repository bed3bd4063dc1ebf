#if canImport(Glibc)
internal import Glibc
#endif

/// The operating system's limit on open files, of which every connection is one.
enum FileDescriptors {
    /// Takes as many as the system lets this process have, without asking anybody.
    static func raiseLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // Where it is refused the old limit stays, and connections beyond it are not accepted.
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
