internal import Creative
internal import Documents
internal import Foundation

/// The tables of categories that the configuration names, read once at the start.
enum CategoryTables {
    /// - Throws: every file that cannot be read or used, with its line.
    static func read(_ configuration: ServiceConfiguration) throws(DocumentError) -> CategoryTree {
        var tree = CategoryTree()
        var faults: [Fault] = []
        for (taxonomy, path) in configuration.categoryTaxonomies.sorted(by: { $0.key < $1.key }) {
            guard let bytes = FileManager.default.contents(atPath: path) else {
                var fault = Fault(
                    "cannot be read", at: "", hint: "category_taxonomies names it: check its path and permissions")
                fault.origin = path
                faults.append(fault)
                continue
            }
            do throws(CategoryTree.Fault) {
                try tree.add(String(decoding: bytes, as: UTF8.self), taxonomy: taxonomy)
            } catch {
                var fault = Fault(
                    error.message, at: "", hint: "IAB's table as tab-separated text, with its line of headings",
                    position: .init(line: error.line, column: 1))
                fault.origin = path
                faults.append(fault)
            }
        }
        if !faults.isEmpty { throw DocumentError(faults) }
        return tree
    }
}
