/// A chart as a text in SVG: a light ground, two axes with ticks and titles, and a legend.
package struct Picture: Sendable {
    /// One line of points, or one layer of bars.
    package struct Series: Sendable {
        package let name: String
        /// Such as `#1b6ca8`.
        package let color: String
        package let points: [(x: Double, y: Double)]

        package init(_ name: String, color: String, points: [(x: Double, y: Double)]) {
            self.name = name
            self.color = color
            self.points = points
        }
    }

    /// An axis.
    package struct Axis: Sendable {
        package let title: String
        package let scale: PictureScale
        /// The text of a tick.
        package let label: @Sendable (Double) -> String

        package init(
            _ title: String, _ scale: PictureScale,
            label: @escaping @Sendable (Double) -> String = { Figure.count($0) }
        ) {
            self.title = title
            self.scale = scale
            self.label = label
        }
    }

    private let title: String
    private let subtitle: String
    private let x: Axis
    private let y: Axis
    private var elements: [String] = []
    private var legend: [(name: String, color: String)] = []

    private static let width = 880.0
    private static let height = 540.0
    private static let left = 90.0
    private static let right = 170.0
    private static let top = 70.0
    private static let bottom = 70.0
    private static let ink = "#22272e"
    private static let faint = "#d9dee4"

    /// An empty chart.
    package init(_ title: String, subtitle: String, x: Axis, y: Axis) {
        self.title = title
        self.subtitle = subtitle
        self.x = x
        self.y = y
    }

    // MARK: What is drawn

    /// A line through points, each marked.
    package mutating func addLine(_ series: Series) {
        addPolyline(series, "stroke-width=\"2.5\" stroke-linejoin=\"round\"")
        for point in series.points {
            elements.append(
                "<circle cx=\"\(px(point.x))\" cy=\"\(py(point.y))\" r=\"4\" fill=\"\(series.color)\"/>")
        }
        legend.append((series.name, series.color))
    }

    /// A dashed line through points that are not marked: what was to be, over what was.
    package mutating func addPlan(_ series: Series) {
        addPolyline(series, "stroke-width=\"1.5\" stroke-dasharray=\"6 4\"")
        legend.append((series.name, series.color))
    }

    private mutating func addPolyline(_ series: Series, _ style: String) {
        let places = series.points.map { "\(px($0.x)),\(py($0.y))" }
        elements.append(
            "<polyline fill=\"none\" stroke=\"\(series.color)\" \(style) points=\"\(places.joined(separator: " "))\"/>")
    }

    /// A stretch of the x axis, shaded, with its meaning at its top; to be added before the lines that cross it.
    package mutating func addBand(_ range: Range<Double>, _ meaning: String) {
        let start = xPlace(range.lowerBound)
        let width = xPlace(range.upperBound) - start
        elements.append(
            "<rect x=\"\(Self.text(start))\" y=\"\(Self.text(Self.top))\" width=\"\(Self.text(width))\" "
                + "height=\"\(Self.text(Self.height - Self.top - Self.bottom))\" fill=\"\(Self.faint)\" opacity=\"0.5\"/>"
        )
        elements.append(Self.label(meaning, x: start + width / 2, y: Self.top + 18, anchor: "middle"))
    }

    /// Bars on top of each other: the series must have the same `x`, in the same order.
    package mutating func addStack(_ layers: [Series]) {
        guard let first = layers.first else { return }
        let count = Double(max(1, first.points.count))
        let barWidth = min(70, (Self.width - Self.left - Self.right) / count * 0.55)
        for index in first.points.indices {
            var base = 0.0
            for layer in layers where layer.points[index].y > 0 {
                let point = layer.points[index]
                let top = yPlace(base + point.y)
                let height = yPlace(base) - top
                elements.append(
                    "<rect x=\"\(Self.text(xPlace(point.x) - barWidth / 2))\" y=\"\(Self.text(top))\" "
                        + "width=\"\(Self.text(barWidth))\" height=\"\(Self.text(height))\" fill=\"\(layer.color)\"/>")
                base += point.y
            }
        }
        // The legend in the order in which the eye meets the layers.
        for layer in layers.reversed() { legend.append((layer.name, layer.color)) }
    }

    /// A dashed line at a height, with its meaning beside it.
    package mutating func addLevel(_ value: Double, _ meaning: String) {
        let end = Self.width - Self.right
        elements.append(
            "<line x1=\"\(Self.text(Self.left))\" y1=\"\(py(value))\" x2=\"\(Self.text(end))\" y2=\"\(py(value))\" "
                + "stroke=\"\(Self.ink)\" stroke-width=\"1.2\" stroke-dasharray=\"6 4\"/>")
        elements.append(Self.label(meaning, x: end + 8, y: yPlace(value) + 4, size: 12))
    }

    /// The whole document.
    package var svg: String {
        let size = "\(Int(Self.width)) \(Int(Self.height))"
        let head = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size)" width="\(Int(Self.width))" \
            height="\(Int(Self.height))" font-family="Helvetica, Arial, sans-serif" role="img">
            <title>\(Self.escape(title))</title>
            <rect width="100%" height="100%" fill="#ffffff"/>
            """
        let heading = [
            Self.label(title, x: Self.left, y: 30, size: 19, weight: "bold"),
            Self.label(subtitle, x: Self.left, y: 52, size: 13),
        ]
        return ([head] + heading + grid + elements + legendElements + ["</svg>", ""]).joined(separator: "\n")
    }

    // MARK: Axes and legend

    private var grid: [String] {
        let right = Self.width - Self.right
        let bottom = Self.height - Self.bottom
        var grid: [String] = []
        for tick in y.scale.ticks {
            let place = yPlace(tick.value)
            grid.append(Self.rule(Self.left, place, right, place, isMajor: tick.isMajor))
            guard tick.isMajor else { continue }
            grid.append(Self.label(y.label(tick.value), x: Self.left - 10, y: place + 4, anchor: "end"))
        }
        for tick in x.scale.ticks {
            let place = xPlace(tick.value)
            grid.append(Self.rule(place, Self.top, place, bottom, isMajor: tick.isMajor))
            guard tick.isMajor else { continue }
            grid.append(Self.label(x.label(tick.value), x: place, y: bottom + 20, anchor: "middle"))
        }
        let middle = (Self.top + bottom) / 2
        grid.append(
            "<path d=\"M\(Self.text(Self.left)) \(Self.text(Self.top)) V\(Self.text(bottom)) H\(Self.text(right))\" "
                + "fill=\"none\" stroke=\"\(Self.ink)\" stroke-width=\"1.5\"/>")
        grid.append(
            Self.label(x.title, x: (Self.left + right) / 2, y: bottom + 48, size: 14, anchor: "middle"))
        grid.append(
            "<g transform=\"rotate(-90 24 \(Self.text(middle)))\">"
                + Self.label(y.title, x: 24, y: middle, size: 14, anchor: "middle") + "</g>")
        return grid
    }

    private var legendElements: [String] {
        legend.enumerated().flatMap { index, entry in
            let x = Self.width - Self.right + 18
            let y = Self.top + 10 + Double(index) * 24
            return [
                "<rect x=\"\(Self.text(x))\" y=\"\(Self.text(y - 10))\" width=\"14\" height=\"14\" rx=\"2\" "
                    + "fill=\"\(entry.color)\"/>",
                Self.label(entry.name, x: x + 22, y: y + 2, size: 13),
            ]
        }
    }

    // MARK: Places and text

    private func xPlace(_ value: Double) -> Double {
        Self.left + x.scale.place(value) * (Self.width - Self.left - Self.right)
    }

    private func yPlace(_ value: Double) -> Double {
        Self.height - Self.bottom - y.scale.place(value) * (Self.height - Self.top - Self.bottom)
    }

    private func px(_ value: Double) -> String { Self.text(xPlace(value)) }

    private func py(_ value: Double) -> String { Self.text(yPlace(value)) }

    private static func text(_ place: Double) -> String { Figure.fixed(place, 1) }

    private static func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, isMajor: Bool) -> String {
        "<line x1=\"\(text(x1))\" y1=\"\(text(y1))\" x2=\"\(text(x2))\" y2=\"\(text(y2))\" stroke=\"\(faint)\" "
            + "stroke-width=\"\(isMajor ? "1" : "0.4")\"/>"
    }

    private static func label(
        _ words: String, x: Double, y: Double, size: Int = 12, anchor: String = "start", weight: String = "normal"
    ) -> String {
        "<text x=\"\(text(x))\" y=\"\(text(y))\" font-size=\"\(size)\" text-anchor=\"\(anchor)\" "
            + "font-weight=\"\(weight)\" fill=\"\(ink)\">\(escape(words))</text>"
    }

    static func escape(_ words: String) -> String {
        var text = ""
        for character in words {
            switch character {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            default: text.append(character)
            }
        }
        return text
    }
}
