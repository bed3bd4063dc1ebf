/// What is wrong at one place of a document, and how to mend it.
package struct Fault: Equatable, Sendable {
    /// Where in a file; nil for what arrived over the API or stands in no file.
    package struct Position: Equatable, Sendable {
        /// From 1.
        package let line: Int
        package let column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    package var position: Position?
    /// JSON pointer (RFC 6901): empty for the whole document.
    package let pointer: String
    package let message: String
    /// What to write instead; empty when the message says it.
    package let hint: String
    /// A file, or where else the value came from (an environment variable, a flag).
    package var origin: String?

    package init(
        _ message: String,
        at pointer: String,
        hint: String = "",
        position: Position? = nil,
        origin: String? = nil
    ) {
        self.message = message
        self.pointer = pointer
        self.hint = hint
        self.position = position
        self.origin = origin
    }
}

extension Fault: CustomStringConvertible {
    /// `file:line:column: /pointer: message (hint)`.
    package var description: String {
        var text = origin ?? ""
        if let position { text += "\(origin == nil ? "" : ":")\(position.line):\(position.column)" }
        if !text.isEmpty { text += ": " }
        if !pointer.isEmpty { text += "\(pointer): " }
        return text + message + (hint.isEmpty ? "" : " (\(hint))")
    }
}

/// A document that could not be used: every fault that was found.
package struct DocumentError: Error, Equatable, Sendable {
    package let faults: [Fault]

    package init(_ faults: [Fault]) { self.faults = faults }
}
