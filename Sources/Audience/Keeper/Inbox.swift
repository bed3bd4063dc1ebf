extension AudienceKeeper {
    /// What was told and is not taken yet.
    struct Inbox: Sendable {
        private(set) var messages: [Message] = []
        private(set) var bytes = 0
        var isClosed = false

        private static let messagesMax = 10_000

        /// Takes a message unless too much waits already; one finds room in any case.
        ///
        /// - Returns: whether it was taken.
        mutating func offer(_ message: Message, bytesMax: Int) -> Bool {
            guard messages.count < Self.messagesMax, messages.isEmpty || bytes + message.bytes <= bytesMax else {
                return false
            }
            return add(message)
        }

        /// - Returns: false where nobody takes messages any more.
        mutating func add(_ message: Message) -> Bool {
            guard !isClosed else { return false }
            messages.append(message)
            bytes += message.bytes
            return true
        }

        mutating func take() -> (messages: [Message], bytes: Int) {
            defer { (messages, bytes) = ([], 0) }
            return (messages, bytes)
        }
    }
}

extension AudienceKeeper.Message {
    /// An estimate of the memory that it takes.
    fileprivate var bytes: Int {
        if case .submission(.events(let body, _, _), _) = self { return 256 + body.count }
        return 1024
    }
}
