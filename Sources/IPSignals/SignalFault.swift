/// What is wrong with a file about addresses, or with one line of it.
package struct SignalFault: Error, Equatable {
    /// From 1; 0 for the file as a whole.
    package let line: Int
    package let message: String
    /// What to do about it; empty where the message says it.
    package let hint: String

    init(line: Int = 0, _ message: String, hint: String = "") {
        self.line = line
        self.message = message
        self.hint = hint
    }
}
