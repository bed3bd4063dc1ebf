extension RequestReader {
    /// One piece of a chunked body.
    ///
    /// - Source: RFC 9112, section 7.1. Extensions are passed over, trailer fields checked and forgotten.
    mutating func stepChunked(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> Progress? {
        switch phase {
        case .chunkLine:
            guard let line = unsafe try takeLine(bytes, HTTPLimits.chunkLineBytesMax, else: .chunk) else {
                return .needsMore
            }
            try countFraming(line.count)
            let size = unsafe try chunkSize(bytes, line)
            chunkedBytes += size
            guard chunkedBytes <= HTTPLimits.bodyBytesMax else { throw .bodyTooLarge }
            phase = size == 0 ? .trailer : .chunkData(left: size)
        case .chunkData(let left):
            let count = min(left, bytes.count - position)
            guard count > 0 else { return .needsMore }
            let piece = Slice(offset: position, count: count)
            position += count
            phase = count == left ? .chunkEnd : .chunkData(left: left - count)
            return .chunk(piece)
        case .chunkEnd:
            // Byte by byte: what is wrong here is wrong wherever the bytes are cut.
            guard bytes.count > position else { return .needsMore }
            guard unsafe bytes[position] == 0x0D else { throw .chunk }
            guard bytes.count > position + 1 else { return .needsMore }
            guard unsafe bytes[position + 1] == 0x0A else { throw .chunk }
            position += 2
            phase = .chunkLine
        case .trailer:
            guard let line = unsafe try takeLine(bytes, HTTPLimits.fieldLineBytesMax, else: .fieldsTooLarge) else {
                return .needsMore
            }
            if line.isEmpty { return .complete(body: .empty, end: position) }
            try countFraming(line.count)
            _ = unsafe try split(bytes, line)
        default:
            preconditionFailure("not within a chunked body")
        }
        return nil
    }

    private mutating func countFraming(_ count: Int) throws(Refusal) {
        framingBytes += count + 2
        guard framingBytes <= HTTPLimits.chunkFramingBytesMax else { throw .chunk }
    }

    /// Hexadecimal digits, then nothing or `;` and an extension in visible characters.
    private func chunkSize(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) throws(Refusal) -> Int {
        var size = 0
        var index = line.lowerBound
        while index < line.upperBound, let digit = unsafe Octet.hexadecimal(bytes[index]) {
            guard index - line.lowerBound < 8 else { throw .chunk }
            size = size << 4 | Int(digit)
            index += 1
        }
        guard index > line.lowerBound else { throw .chunk }
        guard index < line.upperBound else { return size }
        guard unsafe bytes[index] == UInt8(ascii: ";") else { throw .chunk }
        for index in index..<line.upperBound where unsafe !Octet.isFieldValue(bytes[index]) { throw .chunk }
        return size
    }
}
