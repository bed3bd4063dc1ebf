import Foundation

#if canImport(FoundationXML)
import FoundationXML
#endif

/// An XML document, parsed: what stands in each element, by its path.
final class XMLTree: NSObject, XMLParserDelegate {
    /// Trimmed texts of elements in order, by paths such as `VAST/Ad/InLine/Impression`.
    private(set) var texts: [String: [String]] = [:]
    /// Attributes of the first element of each path.
    private(set) var attributes: [String: [String: String]] = [:]
    /// Paths of all elements in the order of their start tags.
    private(set) var order: [String] = []
    /// What stopped the parser; nil for a well-formed document.
    private(set) var failure: (any Error)?

    private var path: [String] = []
    private var open: [String] = []

    init(_ document: String) {
        super.init()
        let parser = XMLParser(data: Data(document.utf8))
        parser.delegate = self
        if !parser.parse() { failure = parser.parserError ?? Unexpected.noMarkup }
    }

    /// The only text at a path; nil where there is none or more than one.
    subscript(path: String) -> String? {
        guard let found = texts[path], found.count == 1 else { return nil }
        return found[0]
    }

    func parser(
        _ parser: XMLParser,
        didStartElement elementName: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes attributeDict: [String: String]
    ) {
        path.append(elementName)
        open.append("")
        let name = path.joined(separator: "/")
        order.append(name)
        if attributes[name] == nil { attributes[name] = attributeDict }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { add(string) }

    func parser(_ parser: XMLParser, foundCDATA block: Data) { add(String(decoding: block, as: UTF8.self)) }

    func parser(_ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?, qualifiedName: String?) {
        let text = open.removeLast().trimmingCharacters(in: .whitespacesAndNewlines)
        texts[path.joined(separator: "/"), default: []].append(text)
        path.removeLast()
    }

    private func add(_ text: String) {
        if !open.isEmpty { open[open.count - 1] += text }
    }
}
