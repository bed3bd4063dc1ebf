import OpenRTB

/// A reader whose request is what the text says.
func read(_ json: String) throws -> BidRequestReader {
    let reader = BidRequestReader()
    try reader.read(copying: Array(json.utf8))
    return reader
}

/// The lines of a request read by a fresh reader.
func lines(of json: String) throws -> [String] {
    RequestDump(try read(json).request).lines
}

/// The value behind `path` in the dump of a request; nil where the dump has no such line.
func value(_ path: String, of json: String) throws -> String? {
    try lines(of: json).first { $0.hasPrefix("\(path) = ") }.map { String($0.dropFirst(path.count + 3)) }
}

/// How reading ended: the request's lines, or the error in words.
func outcome(of body: [UInt8], by reader: BidRequestReader) -> [String] {
    do throws(ReadError) {
        try reader.read(copying: body)
        return RequestDump(reader.request).lines
    } catch {
        return ["error: \(error)"]
    }
}

/// A request with one banner impression and some members more, written as `"name":value,…`.
func request(_ members: String) -> String {
    #"{"id":"r","imp":[{"id":"1","banner":{"w":300,"h":250}}]"# + (members.isEmpty ? "" : ",\(members)") + "}"
}

/// A request whose only impression has these members, written as `"name":value,…`.
func request(imp members: String) -> String {
    #"{"id":"r","imp":[{\#(members)}]}"#
}
