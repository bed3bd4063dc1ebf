internal import Foundation

/// What the calling thread has spent.
enum ThreadClock {
    /// Processor time of the calling thread.
    static var cpuNanos: UInt64 {
        var time = timespec()
        let result = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        precondition(result == 0, "this system keeps no processor time of a thread")
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
