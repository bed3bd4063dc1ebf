import Foundation
import Testing
import Units

@testable import FuzzSubjects

@Suite("Fuzzing, replayed")
struct FuzzSubjectTests {
    @Test("the seeds of a subject keep its properties, and are worth starting from", arguments: FuzzSubject.allCases)
    func seeds(subject: FuzzSubject) {
        let check = subject.makeCheck()
        for seed in subject.seeds { check.check(seed) }
        #expect(subject.seeds == subject.seeds)
        #expect(Set(subject.seeds).count >= 15)
        #expect(subject.seeds.allSatisfy { $0.count <= 12_288 })
    }

    @Test("what once broke a property no longer does", arguments: FuzzSubject.allCases)
    func regressions(subject: FuzzSubject) throws {
        for file in try Regressions.files(of: subject) { subject.run([UInt8](try Data(contentsOf: file))) }
    }

    @Test("every folder of regressions is a subject's")
    func folders() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Regressions.folder.path)
        let known = Set(FuzzSubject.allCases.map(\.rawValue) + ["README.md"])
        #expect(names.filter { !known.contains($0) && !$0.hasPrefix(".") } == [])
    }

    @Test("scripts/fuzz knows every subject, each has a dictionary, and neither knows another")
    func known() throws {
        let root = Regressions.folder.deletingLastPathComponent().deletingLastPathComponent()
        let script = try String(contentsOf: root.appending(path: "scripts/fuzz"), encoding: .utf8)
        let list = try #require(script.split(separator: "\n").first { $0.hasPrefix("known=(") })
        let known = list.dropFirst("known=(".count).dropLast().split(separator: " ").map(String.init)
        let subjects = FuzzSubject.allCases.map(\.rawValue)
        #expect(known.sorted() == subjects.sorted())
        let dictionaries = root.appending(path: "Fuzzing/Dictionaries").path
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: dictionaries).sorted()
                == subjects.map { $0 + ".dict" }.sorted())
    }

    @Test("seeds with bytes changed, cut out, doubled and mixed keep them too", arguments: FuzzSubject.allCases)
    func changed(subject: FuzzSubject) {
        let check = subject.makeCheck()
        let seeds = subject.seeds.filter { !$0.isEmpty && $0.count <= 2500 }
        var random = SplitMix64(seed: 20)
        for _ in 0..<150 {
            var input = seeds[random.below(seeds.count)]
            for _ in 0...random.below(3) { change(&input, with: seeds[random.below(seeds.count)], &random) }
            check.check(input)
        }
    }

    private func change(_ input: inout [UInt8], with other: [UInt8], _ random: inout SplitMix64) {
        guard !input.isEmpty else { return }
        let place = random.below(input.count)
        let end = place + 1 + random.below(min(30, input.count - place))
        switch random.below(5) {
        case 0: input[place] ^= 1 << UInt8(random.below(8))
        case 1: input[place] = UInt8(truncatingIfNeeded: random.next())
        case 2: input.removeSubrange(place..<end)
        case 3: input.insert(contentsOf: input[place..<end], at: place)
        default:
            let start = random.below(other.count)
            input.replaceSubrange(place..<end, with: other[start..<min(other.count, start + 40)])
        }
    }
}

/// Inputs that once broke a property, a folder for each subject.
enum Regressions {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fuzzing/Regressions")

    static func files(of subject: FuzzSubject) throws -> [URL] {
        let folder = folder.appendingPathComponent(subject.rawValue)
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { !$0.lastPathComponent.hasPrefix(".") }
            .sorted { $0.path < $1.path }
    }
}

extension SplitMix64 {
    fileprivate mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
