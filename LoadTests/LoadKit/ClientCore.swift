internal import Foundation

/// Where this program's own threads may run.
package enum ClientCore {
    /// Binds every thread of this program, and those that follow, to one core.
    ///
    /// All of them: the generator's thread does nearly all the work, and the others must stay off the server's core.
    package static func bind(to core: Int) throws {
        let pid = ProcessInfo.processInfo.processIdentifier
        let outcome = try Tool.run("taskset", ["-a", "-p", "-c", "\(core)", "\(pid)"])
        guard outcome.status == 0 else {
            throw ServerProcess.Fault(
                description: "the client cannot be bound to core \(core), leave pinning out: \(outcome.text)")
        }
    }
}
