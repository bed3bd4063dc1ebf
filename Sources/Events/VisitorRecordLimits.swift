/// How large a visitor's record may become, each bound with its reason.
///
/// Whoever reads an act refuses what exceeds them; the coder neither writes nor reads it.
package enum VisitorRecordLimits {
    /// Bytes of an act's type: a word.
    package static let typeBytesMax = 64
    /// Bytes of a property's name: a word too.
    package static let nameBytesMax = 64
    /// Properties of one act: a product's page tells some ten.
    package static let propertiesMax = 33
    /// Bytes of one text: a product's id, its category's path.
    package static let textBytesMax = 256
    /// Texts of one property: the lines of a basket.
    package static let textsMax = 16
    /// Identifiers in one link: a browser with every identity module sends about 20 at a time.
    package static let identitiesMax = 66
    /// Bytes of the id of an audience and of the name of a file.
    package static let nameOfFileBytesMax = 256
    /// Bytes of a payload before it is sealed: sealed and framed it must stay below a record's 64 KiB.
    package static let payloadBytesMax = 32_768
}
