import Targeting
import Testing

/// A value of a record of a MaxMind database.
indirect enum DatabaseValue {
    case text(String)
    case double(Double)
    case uint16(UInt16)
    case uint32(UInt32)
    case uint64(UInt64)
    case bool(Bool)
    case map([(String, DatabaseValue)])
    case array([DatabaseValue])
    /// Where in the data section the value stands.
    case pointer(Int)

    var bytes: [UInt8] {
        switch self {
        case .text(let text): Self.head(2, text.utf8.count) + Array(text.utf8)
        case .double(let number): Self.head(3, 8) + Self.bigEndian(number.bitPattern, 8)
        case .uint16(let number): Self.head(5, 2) + Self.bigEndian(UInt64(number), 2)
        case .uint32(let number): Self.head(6, 4) + Self.bigEndian(UInt64(number), 4)
        case .uint64(let number): Self.head(9, 8) + Self.bigEndian(number, 8)
        case .bool(let flag): Self.head(14, flag ? 1 : 0)
        case .map(let members):
            Self.head(7, members.count) + members.flatMap { Self.text($0.0).bytes + $0.1.bytes }
        case .array(let elements): Self.head(11, elements.count) + elements.flatMap(\.bytes)
        case .pointer(let place): [0x38] + Self.bigEndian(UInt64(place), 4)
        }
    }

    static func bigEndian(_ number: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
    }

    static func head(_ kind: Int, _ size: Int) -> [UInt8] {
        let short = size < 29 ? size : size < 285 ? 29 : 30
        let control = UInt8((kind <= 7 ? kind : 0) << 5 | short)
        return [control] + (kind <= 7 ? [] : [UInt8(kind - 7)])
            + (short == 29 ? [UInt8(size - 29)] : short == 30 ? bigEndian(UInt64(size - 285), 2) : [])
    }
}

/// Writes databases in MaxMind's format, small ones: for tests.
///
/// - Source: MaxMind DB File Format Specification 2.0.
struct DatabaseWriter {
    private enum Record {
        case empty
        case node(Int)
        case data(Int)
    }

    var type = "GeoLite2-City"
    /// 4 or 6; in the latter IPv4 addresses stand in ::/96.
    var version = 6
    private var nodes: [(Record, Record)] = [(.empty, .empty)]
    private(set) var data: [UInt8] = []

    init(type: String = "GeoLite2-City", version: Int = 6) {
        self.type = type
        self.version = version
    }

    /// Writes a value that no range leads to, for pointers.
    ///
    /// - Returns: its place.
    mutating func append(_ value: DatabaseValue) -> Int { append(bytes: value.bytes) }

    mutating func append(bytes: [UInt8]) -> Int {
        data += bytes
        return data.count - bytes.count
    }

    /// Wider ranges first.
    mutating func insert(_ range: String, _ value: DatabaseValue) throws {
        try insert(range, at: append(value))
    }

    mutating func insert(_ range: String, at place: Int) throws {
        let range = try #require(AddressRange(range))
        let isV4 = range.address.isV4
        var bits = UInt128(range.address.high) << 64 | UInt128(range.address.low)
        var length = range.prefix
        if isV4 { bits &= UInt128(UInt32.max) }
        if version == 4 {
            bits <<= 96
            length -= 96
        }
        var node = 0
        for index in 0..<length {
            let isRight = bits >> UInt128(127 - index) & 1 == 1
            if index == length - 1 {
                set(node, isRight, .data(place))
            } else {
                node = child(of: node, isRight)
            }
        }
    }

    private mutating func set(_ node: Int, _ isRight: Bool, _ record: Record) {
        if isRight { nodes[node].1 = record } else { nodes[node].0 = record }
    }

    private mutating func child(of node: Int, _ isRight: Bool) -> Int {
        let record = isRight ? nodes[node].1 : nodes[node].0
        if case .node(let child) = record { return child }
        nodes.append((record, record))
        set(node, isRight, .node(nodes.count - 1))
        return nodes.count - 1
    }

    /// The file, with records of 24 bits.
    var bytes: [UInt8] {
        let number = { (record: Record) -> UInt64 in
            switch record {
            case .empty: UInt64(nodes.count)
            case .node(let node): UInt64(node)
            case .data(let place): UInt64(nodes.count + 16 + place)
            }
        }
        let tree = nodes.flatMap {
            DatabaseValue.bigEndian(number($0.0), 3) + DatabaseValue.bigEndian(number($0.1), 3)
        }
        let metadata = DatabaseValue.map([
            ("node_count", .uint32(UInt32(nodes.count))), ("record_size", .uint16(24)),
            ("ip_version", .uint16(UInt16(version))), ("database_type", .text(type)),
            ("languages", .array([.text("en")])), ("binary_format_major_version", .uint16(2)),
            ("binary_format_minor_version", .uint16(0)), ("build_epoch", .uint64(1_700_000_000)),
            ("description", .map([("en", .text("a test's"))])),
        ])
        return tree + [UInt8](repeating: 0, count: 16) + data + [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
            + metadata.bytes
    }
}

extension DatabaseValue {
    /// A record of a city database.
    static func place(
        country: String, region: String, city: String, zip: String, lat: Double = 0, lon: Double = 0,
        metro: UInt16? = nil
    ) -> DatabaseValue {
        let names = { (text: String) -> DatabaseValue in
            .map([("names", .map([("de", .text("?")), ("en", .text(text))]))])
        }
        var location: [(String, DatabaseValue)] = [
            ("accuracy_radius", .uint16(20)), ("latitude", .double(lat)), ("longitude", .double(lon)),
        ]
        if let metro { location.append(("metro_code", .uint16(metro))) }
        return .map([
            ("city", names(city)), ("continent", .map([("code", .text("XX"))])),
            ("country", .map([("geoname_id", .uint32(7)), ("iso_code", .text(country))])),
            ("location", .map(location)), ("postal", .map([("code", .text(zip))])),
            ("subdivisions", .array([.map([("iso_code", .text(region))]), .map([("iso_code", .text("SUB"))])])),
        ])
    }
}
