/// Why bytes are not read as a request. Whoever sent them gets the status and the sentence, and the connection ends:
/// where one request is doubtful, so is where the next begins.
///
/// - Source: RFC 9112 throughout; RFC 9110, section 5.5.
package enum Refusal: UInt8, BitwiseCopyable, CaseIterable, Error {
    /// Not `METHOD target HTTP/1.1`, single spaces between.
    case requestLine
    /// A target that is neither a path nor a URL, or holds what no target may.
    case target
    case targetTooLong
    case version
    /// A line that ends in LF alone.
    case bareLF
    /// Not `name: value`.
    case field
    /// A field that goes on in a second line.
    case folding
    /// A control character, NUL and lone CR among them.
    case control
    case fieldsTooLarge
    case tooManyFields
    case hostMissing
    case hostRepeated
    case host
    case lengthRepeated
    case length
    /// Content-Length and Transfer-Encoding together.
    case lengthAndEncoding
    case encodingRepeated
    /// A transfer encoding other than `chunked`.
    case encoding
    /// `Transfer-Encoding` in HTTP/1.0, which has none.
    case encodingTooOld
    case chunk
    case bodyTooLarge
    /// An expectation other than `100-continue`.
    case expectation

    /// What it is answered with.
    package var status: Status {
        switch self {
        case .targetTooLong: .uriTooLong
        case .version: .httpVersionNotSupported
        case .fieldsTooLarge, .tooManyFields: .requestHeaderFieldsTooLarge
        case .encoding: .notImplemented
        case .bodyTooLarge: .contentTooLarge
        case .expectation: .expectationFailed
        default: .badRequest
        }
    }

    /// What was wrong and what to send instead.
    package var detail: StaticString {
        switch self {
        case .requestLine: "the request line must be METHOD, target and HTTP/1.1 with one space between"
        case .target: "the target must be a path or an http URL, in visible ASCII without a fragment"
        case .targetTooLong: "the request line exceeds 8192 bytes"
        case .version: "only HTTP/1.1 and HTTP/1.0 are spoken here"
        case .bareLF: "lines must end in CR LF, one ends in LF alone"
        case .field: "a header field must be a name, a colon without a space before it, and a value"
        case .folding: "a header field must not go on in a second line"
        case .control: "a header field holds a control character"
        case .fieldsTooLarge: "a header field exceeds 8192 bytes, or all of them 32768"
        case .tooManyFields: "there are more than 100 header fields"
        case .hostMissing: "the Host field is missing"
        case .hostRepeated: "there are several Host fields"
        case .host: "the Host field must be a name or address, perhaps with a port"
        case .lengthRepeated: "there are several Content-Length fields"
        case .length: "Content-Length must be a number of bytes"
        case .lengthAndEncoding: "Content-Length and Transfer-Encoding must not come together"
        case .encodingRepeated: "there are several Transfer-Encoding fields"
        case .encoding: "the only transfer encoding known here is chunked"
        case .encodingTooOld: "HTTP/1.0 has no Transfer-Encoding"
        case .chunk: "the chunked body is malformed"
        case .bodyTooLarge: "the body exceeds 1048576 bytes"
        case .expectation: "the only expectation known here is 100-continue"
        }
    }
}
