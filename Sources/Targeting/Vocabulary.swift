internal import OpenRTB
internal import Units

/// What the strategies of an index ask for: numbers their values, and keeps lists of those numbers.
struct Vocabulary {
    private(set) var table: ValueTable
    /// The dimension of each value.
    private(set) var dimensions: [Dimension] = []
    /// Lists as they come.
    private(set) var shortLists: [UInt32] = []
    /// Long lists, each once, see ``ValueList/shortMax``.
    private(set) var longLists: [UInt32] = []
    /// Leaves that only the evaluator can answer.
    private(set) var leaves: [Leaf] = []
    private(set) var clocks: [LocalClock] = []
    /// Bytes of the longest spelling, by dimension.
    private(set) var lengthMax = [Int](repeating: -1, count: Dimension.allCases.count)
    /// Bit n: there is a zip code `…*` with n bytes in front of its star.
    private(set) var zipPrefixLengths: UInt64 = 0
    /// Whether any segment has a colon, and so may be a provider's.
    private(set) var namesProviders = false

    private var key = ValueKey()
    private var clockNumbers: [LocalClock: Int] = [:]
    /// By clock and hour of the week, its value; `UInt32.max` for one that nobody asked for.
    private var hourNumbers: [[UInt32]] = []
    private var longNumbers: [[UInt32]: ValueList] = [:]
    /// See ``stated(by:)``.
    private var listNumbers: [ValueList: ValueList] = [:]

    init(seed: Seed) { table = ValueTable(seed: seed) }

    /// Frees what is for building only; the table goes to the index.
    func free() { key.free() }

    subscript(list: ValueList) -> ArraySlice<UInt32> { list.isLong ? longLists[list.range] : shortLists[list.range] }

    /// The leaf with its values numbered; nil where it has none and so matches nothing.
    mutating func literal(_ leaf: Leaf, isNegative: Bool) -> Literal? {
        guard let (dimension, values) = values(of: leaf) else {
            leaves.append(leaf)
            return Literal(question: .leaf(UInt32(leaves.count - 1)), isNegative: isNegative)
        }
        if values.isEmpty { return nil }
        return Literal(question: .values(dimension, store(values, of: dimension)), isNegative: isNegative)
    }

    /// What a request must state one of to meet the list: its values, or the list itself where it is long.
    ///
    /// Strategies share long lists, so each is looked at once a request, however many strategies name it.
    mutating func stated(by list: ValueList) -> ValueList {
        guard list.isLong else { return list }
        if let known = listNumbers[list] { return known }
        let number = table.insertUnspelled()
        dimensions.append(dimensions[Int(longLists[Int(list.start)])])
        shortLists.append(number)
        let stated = ValueList(start: UInt32(shortLists.count - 1), count: 1)
        listNumbers[list] = stated
        return stated
    }

    /// The long lists that are stated as values, with their members.
    var longListMembers: [(list: UInt32, values: ArraySlice<UInt32>)] {
        listNumbers.map { (shortLists[Int($0.value.start)], longLists[$0.key.range]) }.sorted { $0.list < $1.list }
    }

    /// Keeps numbers of values as a list, in order and each once.
    mutating func store(_ values: [UInt32], of dimension: Dimension) -> ValueList {
        var list = values
        if list.count > 1 {
            list.sort()
            var kept = 1
            for index in 1..<list.count where list[index] != list[kept - 1] {
                list[kept] = list[index]
                kept += 1
            }
            list.removeLast(list.count - kept)
        }
        guard ValueList.isLong(list.count, of: dimension) else {
            shortLists += list
            return ValueList(start: UInt32(shortLists.count - list.count), count: UInt32(list.count))
        }
        if let known = longNumbers[list] { return known }
        let stored = ValueList(start: UInt32(longLists.count), count: UInt32(list.count), isLong: true)
        longLists += list
        longNumbers[list] = stored
        return stored
    }

    // MARK: Spelling

    /// The values of a leaf; nil where the leaf is left to the evaluator: places by distance, ranges of addresses, and
    /// values too long to spell.
    private mutating func values(of leaf: Leaf) -> (Dimension, [UInt32])? {
        switch leaf {
        case .exchange(let ids): return texts(ids, .exchange)
        case .country(let codes): return texts(codes, .country)
        case .city(let names): return texts(names, .city)
        case .metro(let codes): return texts(codes, .metro)
        case .os(let names): return texts(names, .os)
        case .osv(let versions): return texts(versions, .osv)
        case .carrier(let names): return texts(names, .carrier)
        case .language(let tags): return texts(tags, .language)
        case .domain(let domains): return texts(domains, .domain)
        case .bundle(let ids): return texts(ids, .bundle)
        case .publisher(let ids): return texts(ids, .publisher)
        case .category(let codes): return texts(codes, .category)
        case .keyword(let words): return texts(words, .keyword)
        case .segment(let ids):
            namesProviders = namesProviders || ids.contains { $0.contains(UInt8(ascii: ":")) }
            return texts(ids, .segment)
        case .deal(let ids): return texts(ids, .deal)
        case .region(let regions): return each(regions, .region) { $0.pair($1.country, $1.code) }
        case .seller(let sellers): return each(sellers, .seller) { $0.seller($1) }
        case .zip(let codes): return zip(codes)
        case .device(let types): return numbers(types, .device)
        case .connection(let types): return numbers(types, .connection)
        case .position(let positions): return numbers(positions, .position)
        case .size(let sizes):
            return each(sizes, .size) {
                $0.append($1.w)
                $0.append($1.h)
                return true
            }
        case .browser(let browsers): return each(browsers, .browser) { $0.append($1.code) }
        case .environment(let kinds): return each(kinds, .environment) { $0.append($1.rawValue) }
        case .format(let types): return each(types, .format) { $0.append($1.rawValue) }
        case .interstitial(let wanted): return each([wanted], .interstitial) { $0.append($1 ? 1 : 0) }
        case .rewarded(let wanted): return each([wanted], .rewarded) { $0.append($1 ? 1 : 0) }
        case .slot(let kinds): return each(kinds, .slot) { $0.append($1) }
        case .hour(let hours): return self.hours(hours)
        case .near, .ip: return nil
        }
    }

    private mutating func each<Value>(
        _ values: some Sequence<Value>,
        _ dimension: Dimension,
        spelled spell: (inout ValueKey, Value) -> Bool
    ) -> (Dimension, [UInt32])? {
        var numbers: [UInt32] = []
        numbers.reserveCapacity(values.underestimatedCount)
        for value in values {
            key.removeAll()
            guard spell(&key, value) else { return nil }
            numbers.append(table.insert(dimension, key))
            if dimensions.count < table.count { dimensions.append(dimension) }
            lengthMax[Int(dimension.rawValue)] = max(lengthMax[Int(dimension.rawValue)], key.count)
        }
        return (dimension, numbers)
    }

    private mutating func texts(_ texts: [[UInt8]], _ dimension: Dimension) -> (Dimension, [UInt32])? {
        each(texts, dimension) { $0.append($1) }
    }

    private mutating func numbers(_ values: Set<Int32>, _ dimension: Dimension) -> (Dimension, [UInt32])? {
        each(values, dimension) {
            $0.append($1)
            return true
        }
    }

    private mutating func zip(_ codes: [Wildcard]) -> (Dimension, [UInt32])? {
        guard codes.allSatisfy({ !$0.isPrefix || $0.text.count < 64 }) else { return nil }
        for code in codes where code.isPrefix { zipPrefixLengths |= 1 << UInt64(code.text.count) }
        return each(codes, .zip) {
            $0.append($1.isPrefix ? ValueKey.startingWith : ValueKey.exactly) && $0.append($1.text)
        }
    }

    /// An hour is spelled with its clock: the request states the hour of every clock that any strategy goes by.
    private mutating func hours(_ hours: HoursOfWeek) -> (Dimension, [UInt32])? {
        let next = clocks.count
        let clock = clockNumbers[hours.clock] ?? next
        if clock == next {
            clockNumbers[hours.clock] = next
            clocks.append(hours.clock)
        }
        if clock == hourNumbers.count { hourNumbers.append([UInt32](repeating: .max, count: 168)) }
        for hour in 0..<168 where hours.hours[hour] && hourNumbers[clock][hour] == .max {
            let spelled = each([UInt8(hour)], .hour) {
                $0.append(Int32(clock))
                return $0.append($1)
            }
            if let number = spelled?.1.first { hourNumbers[clock][hour] = number }
        }
        return (.hour, (0..<168).compactMap { hours.hours[$0] ? hourNumbers[clock][$0] : nil })
    }
}

extension ValueKey {
    /// - Returns: whether there was room.
    fileprivate mutating func pair(_ first: [UInt8]?, _ second: [UInt8]) -> Bool {
        guard let first else { return append(Self.absentPart) && append(second) }
        guard first.count < Int(Self.absentPart) else { return false }
        return append(UInt8(first.count)) && append(first) && append(second)
    }

    /// - Returns: whether there was room.
    fileprivate mutating func seller(_ seller: Seller) -> Bool {
        guard let sid = seller.sid else { return append(Self.absentPart) && append(seller.asi) }
        return pair(seller.asi, sid)
    }
}
