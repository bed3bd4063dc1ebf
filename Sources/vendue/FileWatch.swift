internal import Documents
internal import Logging
internal import Synchronization

/// Looks at the operator's files every second, and when asked, and publishes what has changed.
actor FileWatch {
    /// How looks ended that found a file changed.
    final class Counts: Sendable {
        private let good = Atomic<Int>(0)
        private let bad = Atomic<Int>(0)

        /// Terms that came into force.
        var loaded: Int { good.load(ordering: .relaxed) }
        /// Looks that found a file unusable.
        var failed: Int { bad.load(ordering: .relaxed) }

        fileprivate func countLoad() { good.add(1, ordering: .relaxed) }
        fileprivate func countFailure() { bad.add(1, ordering: .relaxed) }
    }

    nonisolated let counts = Counts()
    private var files: OperatorFiles
    private let use: @Sendable (OperatorFiles.Terms) async -> Void
    private let logger: Logger
    /// Said already: a folder that is missing is missing at every look.
    private var said: [Fault] = []
    /// Whether the files hold more than what is in force.
    private var isStale = false
    private var isPublishing = false

    /// - Parameter files: read once, so that what it names is in force.
    init(_ files: OperatorFiles, logger: Logger, use: @escaping @Sendable (OperatorFiles.Terms) async -> Void) {
        self.files = files
        self.logger = logger
        self.use = use
    }

    /// Looks until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            if !Task.isCancelled { await look() }
        }
    }

    /// Reads what is not as it was; what cannot be used keeps its last good copy.
    func look() async {
        let found = files.read()
        for note in found.firstNotes { logger.notice("\(note)") }
        let faults = found.faults + found.broken
        if !faults.isEmpty, faults != said {
            counts.countFailure()
            for fault in faults { logger.error("\(fault); what was read before stays in force") }
        }
        said = faults
        if found.isChanged { isStale = true }
        // A look while terms are on their way leaves the newer ones to the first, so that they cannot overtake.
        guard isStale, !isPublishing else { return }
        isPublishing = true
        while isStale {
            isStale = false
            await use(files.terms)
            counts.countLoad()
            logger.info("the operator's files have changed and are in force")
        }
        isPublishing = false
    }
}
