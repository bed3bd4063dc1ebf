/// Where in a document a value stands, as text.
///
/// - Source: RFC 6901.
package enum JSONPointer {
    /// The pointer of a member of the object at another.
    ///
    /// By scalars: to characters, a slash before a combining mark is no slash.
    package static func member(_ key: String, of object: String) -> String {
        // Hardly any key has something to escape.
        if !key.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) {
            var pointer = object
            pointer.reserveCapacity(object.utf8.count + 1 + key.utf8.count)
            pointer += "/"
            pointer += key
            return pointer
        }
        var pointer = object.unicodeScalars
        pointer.append("/")
        for scalar in key.unicodeScalars {
            switch scalar {
            case "~": pointer.append(contentsOf: "~0".unicodeScalars)
            case "/": pointer.append(contentsOf: "~1".unicodeScalars)
            default: pointer.append(scalar)
            }
        }
        return String(pointer)
    }
}
