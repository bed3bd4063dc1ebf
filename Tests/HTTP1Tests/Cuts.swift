import HTTP1

/// Where bytes are cut to see that it changes nothing.
enum Cuts {
    /// Every position of up to 1,024 bytes. Of longer ones both ends, those near the first and last ends of lines, and
    /// a sample: a line of 8,192 bytes goes on in the same way at each of them.
    static func positions(_ bytes: [UInt8]) -> [Int] {
        guard bytes.count > 1024 else { return Array(0...bytes.count) }
        let samples = bytes.count > HTTPLimits.headerBytesMax + 1024 ? 8 : 64
        var chosen = Set(stride(from: 0, through: bytes.count, by: bytes.count / samples))
        let ends = bytes.indices.filter { bytes[$0] == 0x0A }
        for index in [0, bytes.count] + ends.prefix(3) + ends.suffix(5) { chosen.formUnion(index - 2...index + 2) }
        return chosen.filter { (0...bytes.count).contains($0) }.sorted()
    }

    /// The cut at which the bytes are read as something else than `whole`, if there is one; -1 for byte by byte.
    static func disagreement(_ bytes: [UInt8], with whole: Reading) -> Int? {
        // What is longer than any header comes 64 bytes at a time.
        let step = bytes.count > HTTPLimits.headerBytesMax + 1024 ? 64 : 1
        if Reading(bytes, cuts: stride(from: 0, through: bytes.count, by: step)) != whole { return -1 }
        return positions(bytes).first { Reading(bytes, cuts: CollectionOfOne($0)) != whole }
    }
}
