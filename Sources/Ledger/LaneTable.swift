/// Numbers for (exchange, advertiser, strategy), looked up by the bytes in which events name them.
struct LaneTable {
    /// The names of each number, one behind the other, and where each ends.
    private var bytes: [UInt8] = []
    private var ends: [Int] = [0]
    /// Open addressing: the number plus one beside bits of its hash; zero for an empty place.
    private var places = [UInt64](repeating: 0, count: 64)

    var count: Int { ends.count - 1 }

    /// The number of some names, the next where they are new.
    ///
    /// - Complexity: O(bytes of the names).
    mutating func number(of names: ArraySlice<UInt8>) -> Int {
        let hash = Self.hash(names)
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: hash >> 32) & mask
        while places[place] != 0 {
            let number = Int(places[place] & 0xFFFF_FFFF) - 1
            if places[place] >> 32 == hash >> 32, isName(number, names) { return number }
            place = (place + 1) & mask
        }
        let number = count
        bytes.append(contentsOf: names)
        ends.append(bytes.count)
        places[place] = (hash >> 32) << 32 | UInt64(number + 1)
        if count * 3 > places.count * 2 { grow() }
        return number
    }

    /// The bytes that a number stands for.
    func names(of number: Int) -> ArraySlice<UInt8> { bytes[ends[number]..<ends[number + 1]] }

    private func isName(_ number: Int, _ names: ArraySlice<UInt8>) -> Bool {
        let start = ends[number]
        guard ends[number + 1] - start == names.count else { return false }
        return unsafe bytes.withUnsafeBytes { mine in
            unsafe names.withUnsafeBytes { theirs in
                for index in 0..<theirs.count where unsafe mine[start + index] != theirs[index] { return false }
                return true
            }
        }
    }

    private mutating func grow() {
        let old = places
        places = [UInt64](repeating: 0, count: old.count * 2)
        for entry in old where entry != 0 {
            var place = Int(entry >> 32) & (places.count - 1)
            while places[place] != 0 { place = (place + 1) & (places.count - 1) }
            places[place] = entry
        }
    }

    /// Eight bytes a step. Names are the operator's own, so nobody chooses them to collide.
    private static func hash(_ names: ArraySlice<UInt8>) -> UInt64 {
        unsafe names.withUnsafeBytes { bytes in
            var hash = UInt64(truncatingIfNeeded: bytes.count)
            var index = 0
            while index + 8 <= bytes.count {
                hash = unsafe mixed(hash, bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                index += 8
            }
            var rest: UInt64 = 0
            while index < bytes.count {
                rest = unsafe rest << 8 | UInt64(bytes[index])
                index += 1
            }
            return mixed(hash, rest)
        }
    }

    @inline(__always)
    private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let (high, low) = (hash ^ word &+ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return high ^ low
    }
}
