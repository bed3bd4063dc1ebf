import Documents
import Testing

@testable import ControlPlane

@Suite("OpenAPI")
struct OpenAPITests {
    private static let document = Result { try Node.readOne(OpenAPI.document) }

    @Test("the description is JSON")
    func json() throws {
        #expect(JSONSyntax.fault(in: Array(OpenAPI.document.utf8)) == nil)
        #expect(try Self.document.get()["openapi"]?.text == "3.1.0")
    }

    @Test("it describes what is served, and nothing else")
    func paths() throws {
        let paths = try #require(try Self.document.get()["paths"])
        #expect(Set(paths.keys) == Set(Route.patterns + ["/"]))
        for path in paths.keys {
            let route = try #require(Route(path: path.replacing("{id}", with: "some-id")))
            let described = try #require(paths[path]).keys.filter { $0 != "parameters" }.map { $0.uppercased() }
            #expect(Set(described) == Set(route.methods.map(\.rawValue)), "\(path)")
        }
    }

    @Test("every reference in it leads somewhere")
    func references() throws {
        let document = try Self.document.get()
        let references = Self.references(in: document)
        #expect(references.count > 100)
        for reference in Set(references) {
            let target = reference.split(separator: "/").dropFirst().reduce(document as Node?) { $0?[String($1)] }
            #expect(target != nil, "\(reference)")
        }
    }

    @Test("its bounds are those that hold")
    func limits() throws {
        let schema = try Self.document.get()["components"]?["parameters"]?["limit"]?["schema"]
        #expect(schema?["maximum"]?.integer == ControlLimits.pageItemsMax)
        #expect(schema?["default"]?.integer == ControlLimits.pageItemsDefault)
    }

    @Test("it knows every key of targeting")
    func targeting() throws {
        let schema = try Self.document.get()["components"]?["schemas"]?["Targeting"]?["properties"]
        #expect(Set(schema?.keys ?? []) == TargetingReader.keys.union(["all", "any", "not"]))
    }

    private static func references(in node: Node) -> [String] {
        switch node.content {
        case .map(let members):
            members.flatMap { $0.key == "$ref" ? [$0.value.text ?? ""] : references(in: $0.value) }
        case .list(let nodes): nodes.flatMap { references(in: $0) }
        default: []
        }
    }
}
