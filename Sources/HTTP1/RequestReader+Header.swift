extension RequestReader {
    // MARK: Request line

    /// - Source: RFC 9112, section 3.
    mutating func readRequestLine(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) throws(Refusal) {
        var index = line.lowerBound
        while index < line.upperBound, unsafe Octet.isToken(bytes[index]) { index += 1 }
        guard index > line.lowerBound, index < line.upperBound, unsafe bytes[index] == Octet.space else {
            throw .requestLine
        }
        // A tunnel has no body and no next request; nobody gets one here.
        guard unsafe !Octet.equals(bytes, line.lowerBound..<index, "CONNECT") else { throw .target }
        head.method = unsafe Self.method(bytes, line.lowerBound..<index)
        let start = index + 1
        index = start
        while index < line.upperBound, unsafe Octet.isVisible(bytes[index]) { index += 1 }
        guard index < line.upperBound else { throw .requestLine }
        guard unsafe bytes[index] == Octet.space else { throw .target }
        head.target = unsafe try Self.target(bytes, start..<index)
        unsafe try readVersion(bytes, index + 1..<line.upperBound)
    }

    private static func method(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> RequestHead.Method {
        if unsafe Octet.equals(bytes, range, "POST") { return .post }
        if unsafe Octet.equals(bytes, range, "GET") { return .get }
        return unsafe Octet.equals(bytes, range, "HEAD") ? .head : .other
    }

    /// A path with its query, `*`, or the same behind `http://host`.
    private static func target(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(Refusal) -> Slice {
        guard !range.isEmpty, unsafe Octet.firstIndex(of: UInt8(ascii: "#"), in: bytes, range) == nil else {
            throw .target
        }
        let whole = Slice(range)
        if unsafe bytes[range.lowerBound] == UInt8(ascii: "/") { return whole }
        if range.count == 1, unsafe bytes[range.lowerBound] == UInt8(ascii: "*") { return whole }
        var authority = range.lowerBound
        for scheme in ["http://", "https://"] as [StaticString] {
            let end = range.lowerBound + scheme.utf8CodeUnitCount
            if end < range.upperBound, unsafe Octet.equalsIgnoringCase(bytes, range.lowerBound..<end, scheme) {
                authority = end
            }
        }
        guard authority > range.lowerBound else { throw .target }
        var path = authority
        while path < range.upperBound, unsafe bytes[path] != UInt8(ascii: "/") {
            guard unsafe bytes[path] != UInt8(ascii: "?") else { throw .target }
            path += 1
        }
        guard path > authority, path < range.upperBound else { throw .target }
        return Slice(path..<range.upperBound)
    }

    private mutating func readVersion(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(Refusal) {
        guard range.count == 8, unsafe Octet.equals(bytes, range.lowerBound..<range.lowerBound + 5, "HTTP/"),
            unsafe Octet.isDigit(bytes[range.lowerBound + 5]), unsafe bytes[range.lowerBound + 6] == UInt8(ascii: "."),
            unsafe Octet.isDigit(bytes[range.lowerBound + 7])
        else { throw .requestLine }
        guard unsafe bytes[range.lowerBound + 5] == UInt8(ascii: "1") else { throw .version }
        switch unsafe bytes[range.lowerBound + 7] {
        case UInt8(ascii: "1"): break
        case UInt8(ascii: "0"):
            head.isHTTP10 = true
            head.keepsAlive = false
        default: throw .version
        }
    }

    // MARK: Fields

    /// - Source: RFC 9112, section 5; RFC 9110, section 5.
    mutating func readField(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) throws(Refusal) {
        let (name, value) = unsafe try split(bytes, line)
        // The length alone tells most fields that are none of ours.
        switch name.count {
        case 4:
            if unsafe Octet.equalsIgnoringCase(bytes, name, "host") { unsafe try readHost(bytes, value) }
        case 6:
            if unsafe Octet.equalsIgnoringCase(bytes, name, "cookie") {
                keep(value, in: &head.cookie)
            } else if unsafe Octet.equalsIgnoringCase(bytes, name, "expect") {
                guard unsafe Octet.equalsIgnoringCase(bytes, value, "100-continue") else { throw .expectation }
                // A 1.0 client knows no interim answers.
                head.expectsContinue = !head.isHTTP10
            }
        case 7:
            if unsafe Octet.equalsIgnoringCase(bytes, name, "sec-gpc") {
                head.sendsGPC = unsafe head.sendsGPC || Octet.equals(bytes, value, "1")
            }
        case 10:
            if unsafe Octet.equalsIgnoringCase(bytes, name, "connection") { unsafe readConnection(bytes, value) }
        case 12:
            if unsafe Octet.equalsIgnoringCase(bytes, name, "content-type") { keep(value, in: &head.contentType) }
        case 13:
            if unsafe Octet.equalsIgnoringCase(bytes, name, "authorization") { keep(value, in: &head.authorization) }
        case 14:
            if unsafe Octet.equalsIgnoringCase(bytes, name, "content-length") { unsafe try readLength(bytes, value) }
        case 15:
            if unsafe Octet.equalsIgnoringCase(bytes, name, "accept-encoding") {
                unsafe readAcceptEncoding(bytes, value)
            } else if unsafe Octet.equalsIgnoringCase(bytes, name, "x-forwarded-for") {
                head.forwardedFor = Slice(value)
            }
        case 16:
            if unsafe Octet.equalsIgnoringCase(bytes, name, "content-encoding") {
                keep(value, in: &head.contentEncoding)
            }
        case 17:
            if unsafe Octet.equalsIgnoringCase(bytes, name, "transfer-encoding") {
                unsafe try readTransferEncoding(bytes, value)
            }
        default: break
        }
    }

    /// A field line's name, and its value without the white space around it; both of allowed characters.
    mutating func split(
        _ bytes: UnsafeRawBufferPointer,
        _ line: Range<Int>
    ) throws(Refusal) -> (name: Range<Int>, value: Range<Int>) {
        fieldCount += 1
        guard fieldCount <= HTTPLimits.fieldsMax else { throw .tooManyFields }
        guard unsafe !Octet.isBlank(bytes[line.lowerBound]) else { throw .folding }
        var colon = line.lowerBound
        while colon < line.upperBound, unsafe Octet.isToken(bytes[colon]) { colon += 1 }
        guard colon > line.lowerBound, colon < line.upperBound, unsafe bytes[colon] == UInt8(ascii: ":") else {
            throw .field
        }
        var start = colon + 1
        var end = line.upperBound
        while start < end, unsafe Octet.isBlank(bytes[start]) { start += 1 }
        while end > start, unsafe Octet.isBlank(bytes[end - 1]) { end -= 1 }
        var isClean = true
        for index in start..<end { isClean = unsafe isClean && Octet.isFieldValue(bytes[index]) }
        guard isClean else { throw .control }
        return (line.lowerBound..<colon, start..<end)
    }

    private func keep(_ value: Range<Int>, in slice: inout Slice) {
        // One that was empty counts as well: it lies somewhere.
        if slice == .empty { slice = Slice(value) }
    }

    private mutating func readHost(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) throws(Refusal) {
        guard !hasHost else { throw .hostRepeated }
        hasHost = true
        for index in value where unsafe !Octet.isHost(bytes[index]) { throw .host }
        head.host = Slice(value)
    }

    private mutating func readLength(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) throws(Refusal) {
        guard !hasLength else { throw .lengthRepeated }
        hasLength = true
        guard !value.isEmpty else { throw .length }
        var length = 0
        for index in value {
            let byte = unsafe bytes[index]
            guard Octet.isDigit(byte) else { throw .length }
            // Beyond the limit its value no longer matters, only that it is a number.
            length = min(length * 10 + Int(byte - UInt8(ascii: "0")), HTTPLimits.bodyBytesMax + 1)
        }
        head.framing = .length(length)
    }

    private mutating func readTransferEncoding(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) throws(Refusal) {
        guard !hasEncoding else { throw .encodingRepeated }
        hasEncoding = true
        guard unsafe Octet.equalsIgnoringCase(bytes, value, "chunked") else { throw .encoding }
    }

    /// `close` outweighs `keep-alive`, wherever it stands.
    private mutating func readConnection(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) {
        unsafe Octet.forEachElement(bytes, value) { element in
            if unsafe Octet.equalsIgnoringCase(bytes, element, "close") {
                closes = true
            } else if unsafe Octet.equalsIgnoringCase(bytes, element, "keep-alive") {
                asksToStay = true
            }
        }
    }

    /// Whether an entry takes gzip: `gzip`, not with a quality of 0.
    private mutating func readAcceptEncoding(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) {
        unsafe Octet.forEachElement(bytes, value) { element in
            var end = element.lowerBound
            while end < element.upperBound, unsafe Octet.isToken(bytes[end]) { end += 1 }
            guard unsafe Octet.equalsIgnoringCase(bytes, element.lowerBound..<end, "gzip") else { return }
            if unsafe !Octet.hasZeroQuality(bytes, end..<element.upperBound) { head.acceptsGzip = true }
        }
    }

    /// The rules that concern several fields, and how the body is framed.
    ///
    /// - Source: RFC 9112, sections 3.2, 6.1 and 6.3, 9.3.
    mutating func endOfHeader() throws(Refusal) -> Phase {
        guard hasHost || head.isHTTP10 else { throw .hostMissing }
        if closes { head.keepsAlive = false } else if asksToStay { head.keepsAlive = true }
        if hasEncoding {
            guard !hasLength else { throw .lengthAndEncoding }
            guard !head.isHTTP10 else { throw .encodingTooOld }
            head.framing = .chunked
            return .chunkLine
        }
        if case .length(let length) = head.framing, length > HTTPLimits.bodyBytesMax { throw .bodyTooLarge }
        return .body
    }
}
