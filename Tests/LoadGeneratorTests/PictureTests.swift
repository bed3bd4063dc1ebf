import Foundation
import Testing

@testable import LoadKit

@Suite("Pictures")
struct PictureTests {
    @Test("a linear axis starts at zero and ends at a round number that holds every value")
    func linear() {
        let scale = PictureScale.linear(to: 18_345)
        #expect(scale.lower == 0)
        #expect(scale.upper == 20_000)
        #expect(scale.ticks.map(\.value) == [0, 5_000, 10_000, 15_000, 20_000])
        #expect(scale.place(0) == 0)
        #expect(scale.place(10_000) == 0.5)
        #expect(scale.place(99_999) == 1)
    }

    @Test("an axis without values has an end all the same", arguments: [0.0, -3])
    func empty(max: Double) {
        #expect(PictureScale.linear(to: max).upper == 1)
        #expect(PictureScale.logarithmic([max]).upper > PictureScale.logarithmic([max]).lower)
    }

    @Test("a logarithmic axis has whole decades, each as wide")
    func logarithmic() {
        let scale = PictureScale.logarithmic([0.3, 42, 0])
        #expect(abs(scale.lower - 0.1) < 1e-12)
        #expect(scale.upper == 100)
        #expect(scale.ticks.filter(\.isMajor).count == 4)
        #expect(abs(scale.place(1) - 1.0 / 3) < 1e-9)
        #expect(abs(scale.place(10) - 2.0 / 3) < 1e-9)
        #expect(scale.place(0) == 0)
    }

    @Test("values that are powers of ten do not widen a logarithmic axis")
    func decades() {
        let scale = PictureScale.logarithmic([1, 1_000])
        #expect(scale.lower == 1)
        #expect(abs(scale.upper - 1_000) < 1e-9)
    }

    @Test("a picture is well-formed XML, with every series in it and its legend")
    func wellFormed() throws {
        var picture = Picture(
            "Latency < & >", subtitle: "\"quoted\"", x: Picture.Axis("x", .linear(to: 10)),
            y: Picture.Axis("y", .logarithmic([1, 100])))
        picture.addLine(Picture.Series("p50", color: "#123456", points: [(1, 2), (5, 50)]))
        picture.addStack([
            Picture.Series("in time", color: "#abcdef", points: [(2, 5), (4, 6)]),
            Picture.Series("late", color: "#fedcba", points: [(2, 0), (4, 3)]),
        ])
        picture.addLevel(20, "peak")
        let check = ElementCount()
        #expect(check.parse(picture.svg))
        #expect(check.counts["polyline"] == 1)
        #expect(check.counts["circle"] == 2)
        // The ground, three bars of four (one is empty), and three entries of the legend.
        #expect(check.counts["rect"] == 7)
        #expect(picture.svg.contains("Latency &lt; &amp; &gt;"))
    }

    @Test("bars of a stack stand on each other")
    func stack() throws {
        var picture = Picture(
            "t", subtitle: "s", x: Picture.Axis("x", .linear(to: 1)), y: Picture.Axis("y", .linear(to: 10)))
        picture.addStack([
            Picture.Series("a", color: "#aaaaaa", points: [(0.5, 4)]),
            Picture.Series("b", color: "#bbbbbb", points: [(0.5, 6)]),
        ])
        let bars = picture.svg.split(separator: "\n").filter { $0.contains("height=\"160.0\"") }
        let rest = picture.svg.split(separator: "\n").filter { $0.contains("height=\"240.0\"") }
        // The plot is 400 high: the lower bar takes four tenths and ends at the axis, the upper one the rest.
        #expect(bars.count == 1 && bars[0].contains("y=\"310.0\""))
        #expect(rest.count == 1 && rest[0].contains("y=\"70.0\""))
    }
}

/// Counts the elements of a document, by hand: tags must nest.
private final class ElementCount {
    private(set) var counts: [String: Int] = [:]

    /// - Returns: whether every tag is closed, in order, and no stray `<` or `&` stands in the text.
    func parse(_ text: String) -> Bool {
        var open: [Substring] = []
        var rest = text[...]
        while let start = rest.firstIndex(of: "<") {
            if !isPlain(rest[..<start]) { return false }
            guard let end = rest[start...].firstIndex(of: ">") else { return false }
            let tag = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                guard open.popLast() == tag.dropFirst() else { return false }
                continue
            }
            let name = tag.prefix { $0 != " " && $0 != "/" }
            counts[String(name), default: 0] += 1
            if !tag.hasSuffix("/") { open.append(name) }
        }
        return open.isEmpty && isPlain(rest)
    }

    private func isPlain(_ text: Substring) -> Bool {
        var rest = text
        while let start = rest.firstIndex(of: "&") {
            let known = ["&amp;", "&lt;", "&gt;", "&quot;"]
            guard let entity = known.first(where: { rest[start...].hasPrefix($0) }) else { return false }
            rest = rest[start...].dropFirst(entity.count)
        }
        return !rest.contains(">")
    }
}
