import Foundation
import OpenRTB
import Testing

/// The collection of public bid requests beside the checkout, where there is one.
private enum Samples {
    /// The first `shared/openrtb-samples` beside a folder that this file is in.
    static let folder: URL? = {
        var place = URL(filePath: #filePath)
        while place.pathComponents.count > 1 {
            place.deleteLastPathComponent()
            let candidate = place.appending(path: "shared/openrtb-samples")
            if FileManager.default.fileExists(atPath: candidate.appending(path: "requests.ndjson").path) {
                return candidate
            }
        }
        return nil
    }()

    static func lines(_ name: String) throws -> [[UInt8]] {
        guard let folder else { return [] }
        let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
        return bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) }
    }

    static func object(_ line: [UInt8]) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] ?? [:]
    }
}

@Suite("Public bid requests", .enabled(if: Samples.folder != nil, "no shared/openrtb-samples beside the checkout"))
struct SampleTests {
    @Test("each is read, but for those with a site and an app, which are refused as ambiguous")
    func requests() throws {
        let reader = BidRequestReader()
        var counts: [String: Int] = [:]
        for (index, line) in try Samples.lines("requests.ndjson").enumerated() {
            let object = try Samples.object(line)
            let inventory = ["site", "app", "dooh"].filter { object[$0] is [String: Any] }
            let found = outcome(of: line, by: reader)
            if inventory.count > 1 {
                #expect(found == ["error: \(ReadError.ambiguousInventory)"], "line \(index + 1)")
                counts["refused as ambiguous", default: 0] += 1
            } else {
                #expect(found.first?.hasPrefix("error: ") == false, "line \(index + 1): \(found.first ?? "")")
                counts["read", default: 0] += 1
                counts["impressions", default: 0] += reader.request.imps.count
                counts["impressions left out", default: 0] += reader.request.impsSkipped
            }
        }
        print("openrtb-samples/requests.ndjson:", counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" })
    }

    @Test("each one's id, impressions and inventory are what Foundation's parser finds")
    func agreesWithFoundation() throws {
        let reader = BidRequestReader()
        for (index, line) in try Samples.lines("requests.ndjson").enumerated() {
            let object = try Samples.object(line)
            let found = outcome(of: line, by: reader)
            guard found.first?.hasPrefix("error: ") == false else { continue }
            let id = object["id"].map { $0 as? String ?? "\($0)" }
            #expect(reader.request.text.string(reader.request.id) == id, "line \(index + 1)")
            let imps = object["imp"] as? [Any] ?? []
            #expect(reader.request.imps.count + reader.request.impsSkipped == imps.count, "line \(index + 1)")
            let kind = ["site", "app", "dooh"].first { object[$0] is [String: Any] } ?? "unknown"
            #expect("\(reader.request.site.kind)" == kind, "line \(index + 1)")
        }
    }

    @Test("each deliberately bad one is read or refused, never a trap")
    func invalid() throws {
        let reader = BidRequestReader()
        var counts: [String: Int] = [:]
        for line in try Samples.lines("invalid.ndjson") {
            guard let request = try Samples.object(line)["request"] else { continue }
            let body = try JSONSerialization.data(withJSONObject: request, options: [.fragmentsAllowed])
            let found = outcome(of: [UInt8](body), by: reader)
            let isError = found.first?.hasPrefix("error: ") == true
            counts[isError ? found[0] : reader.request.imps.isEmpty ? "no impression left" : "read", default: 0] += 1
        }
        #expect(counts.values.reduce(0, +) > 0)
        print("openrtb-samples/invalid.ndjson:", counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" })
    }
}
