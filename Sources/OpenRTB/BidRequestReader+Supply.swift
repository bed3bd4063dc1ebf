/// What others than the sender know, put into the request read last, as if it had been sent.
extension BidRequestReader {
    /// Bytes as a text of the request; absent where they exceed ``Limits/suppliedTextBytesMax``, or where there is no
    /// room left.
    ///
    /// - Parameter isUppercased: whether ASCII letters become capitals.
    /// - Complexity: O(bytes). Allocates nothing.
    package func suppliedText(_ bytes: UnsafeRawBufferPointer, isUppercased: Bool = false) -> Text {
        guard unsafe !bytes.isEmpty, bytes.count <= Limits.suppliedTextBytesMax else { return .absent }
        let text = unsafe tape.suppliedText(bytes)
        if isUppercased { tape.uppercase(text) }
        return text
    }

    /// Where the device is, in the place of what was sent.
    package func supply(geo: Geo) { request.device.geo = geo }

    /// How the device is connected.
    package func supply(connectiontype: Int32) { request.device.connectiontype = connectiontype }

    /// Whose network it is.
    package func supply(carrier: Text) { request.device.carrier = carrier }
}
