internal import Foundation

/// The figures, for people.
struct Table {
    let text: String

    init(_ filling: Filling, _ loading: Loading, _ count: Int) {
        let row = { (name: String, seconds: Double, note: String) in
            let rate = seconds >= 0.01 ? "\(Int(Double(count) / seconds))" : "-"
            return Self.pad(name, 12) + Self.right(Self.text(seconds), 9) + Self.right(rate, 12) + "   " + note
        }
        text = [
            "\(count) strategies of \(filling.bytesPerStrategy) bytes on average, a file of \(filling.fileBytes >> 20)"
                + " MiB; \(ProcessInfo.processInfo.activeProcessorCount) cores",
            "",
            Self.pad("step", 12) + Self.right("seconds", 9) + Self.right("a second", 12),
            row("fill", filling.seconds, "registered, 10,000 in a transaction"),
            row("rows", loading.rowSeconds, "rows read from the file, nothing else; one core"),
            row(
                "documents", loading.readMicros * Double(count) / 1_000_000,
                "from text to document at \(Self.text(loading.readMicros)) µs each; one core"),
            row("compile", loading.receiverSeconds, "of loading, what it took to compile strategies"),
            row("index", loading.mergeSeconds, "of loading, what it took to index their targeting"),
            row(
                "load", loading.wholeSeconds,
                "the registry opened and replayed, with \(Self.text(loading.processorSeconds)) s of processor time"),
            "",
            "a change of one strategy among all, from its document to the snapshot: p50 "
                + "\(Self.text(loading.registerMicros.p50)) µs, p99 \(Self.text(loading.registerMicros.p99)) µs",
            "peak memory while loading: " + (loading.peakBytes.map { "\($0 >> 20) MiB" } ?? "unknown"),
        ].joined(separator: "\n")
    }

    static func text(_ number: Double) -> String { String(format: "%.2f", number) }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
