package import Documents
internal import OpenRTB
internal import Targeting
internal import Units

/// The targeting language: a document of JSON or YAML, read as a predicate and put to fixed requests.
///
/// Input: the text.
package struct TargetingSubject: InputCheck {
    private let readers: [BidRequestReader]

    package init() {
        readers = FuzzWorld.requests.map { text in
            let reader = BidRequestReader()
            do {
                try reader.read(copying: Array(text.utf8))
            } catch {
                preconditionFailure("a request of ours is refused: \(error)")
            }
            return reader
        }
    }

    package func check(_ input: [UInt8]) {
        let node: Node
        do throws(DocumentError) {
            node = try Node.readOne(String(decoding: input, as: UTF8.self))
        } catch {
            Self.check(error.faults, of: nil, at: "")
            return
        }
        let (predicate, faults) = Self.read(node)
        guard faults.isEmpty else { return Self.check(faults, of: node, at: "/targeting") }
        Property.holds(Self.read(node).predicate == predicate, "a text always means the same")
        for reader in readers { check(predicate, reader.request) }
    }

    private static func read(_ node: Node) -> (predicate: Predicate, faults: [Fault]) {
        let faults = FaultList()
        let predicate = TargetingReader(clock: .utc, faults).read(node, at: "/targeting")
        return (predicate, faults.faults)
    }

    private func check(_ predicate: Predicate, _ request: borrowing BidRequest) {
        for personal in [false, true] {
            let context = TargetingContext(
                exchange: Array("adx".utf8), instant: FuzzWorld.instant, personalDataAllowed: personal)
            for imp in request.imps {
                let isMatch = Evaluator.matches(predicate, imp, of: request, context)
                for (other, expected) in [
                    (.not(predicate), !isMatch), (.all([predicate]), isMatch), (.any([predicate]), isMatch),
                    (.any([predicate, .everything]), true), (.all([predicate, .any([])]), false),
                ] as [(Predicate, Bool)] {
                    let isOther = Evaluator.matches(other, imp, of: request, context)
                    Property.holds(isOther == expected, "all, any and not mean what they say")
                }
            }
        }
    }

    /// Every fault says what is wrong and where: a JSON pointer, and a line where the text could be read.
    package static func check(_ faults: [Fault], of node: Node?, at root: String) {
        Property.holds(!faults.isEmpty, "what is refused has a fault")
        for fault in faults {
            Property.holds(!fault.message.isEmpty, "a fault says what is wrong")
            // By bytes: a key that begins with a combining mark makes one character of itself and the slash.
            let isWithin = fault.pointer == root || fault.pointer.utf8.starts(with: (root + "/").utf8)
            Property.holds(isWithin, "a fault says where: \(fault)")
            Property.holds(node == nil || fault.position != nil, "a fault in a text that was read has a line: \(fault)")
            if let position = fault.position {
                Property.holds(position.line >= 0 && position.column >= 0, "a place is within the text: \(fault)")
            }
        }
    }

    static var seeds: [[UInt8]] {
        let yaml = [
            "all:\n  - country: [USA, DEU]\n  - any:\n    - segment: runners\n    - not: {domain: example.com}\n",
            "size: 300x250\nhour: mon-fri 08-20\n", "country: &c [USA]\nregion: *c\n", "{}",
        ]
        return (FuzzWorld.predicates + yaml).map { Array($0.utf8) }
    }
}
