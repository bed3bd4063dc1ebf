internal import NIOCore
internal import Traffic

/// Bid requests written once, before a run, and dealt in turn: while it runs, none is made.
package struct RequestDeck: Sendable {
    package let requests: [PreparedRequest]
    /// Mean of whole requests.
    package let bytesMean: Int

    /// What a deck is made of.
    package struct Recipe: Sendable {
        /// Of all requests.
        package var seed: UInt64 = 1
        /// How many different requests; above 0.
        package var count = 2_000
        /// Longer requests are left out: with this bound the mean is the 1.6 kB that the time budget is stated for.
        package var bodyBytesMax = 2200
        /// Compresses bodies and accepts compressed answers.
        package var isGzip = false
        /// Milliseconds that an answer may take where a request names no `tmax`.
        package var tmaxMillis = 100
        /// The path of the bid endpoint.
        package var path = "/bid/load"
        /// The `Host` field.
        package var host = "127.0.0.1"

        /// Two thousand plain requests to `/bid/load`.
        package init() {}
    }

    /// Writes every request.
    ///
    /// - Complexity: some 10 µs a request, five times that with gzip.
    package init(_ recipe: Recipe) {
        precondition(recipe.count > 0)
        var profile = RequestGenerator.Profile()
        // A test request may not be billed, and the notice caller bills.
        profile.testShare = 0
        var generator = RequestGenerator(seed: recipe.seed, profile: profile)
        requests = (0..<recipe.count).map { _ in
            var request = generator.next()
            while request.body.count > recipe.bodyBytesMax { request = generator.next() }
            let body = recipe.isGzip ? GzipBody.compress(request.body) : request.body
            let millis = request.facts.tmaxMillis ?? recipe.tmaxMillis
            return PreparedRequest(
                bytes: Self.write(body, recipe), allowanceNanos: UInt64(max(1, millis)) * 1_000_000)
        }
        bytesMean = requests.reduce(0) { $0 + $1.bytes.readableBytes } / requests.count
    }

    private static func write(_ body: [UInt8], _ recipe: Recipe) -> ByteBuffer {
        let gzip = recipe.isGzip ? "content-encoding: gzip\r\naccept-encoding: gzip\r\n" : ""
        let head = """
            POST \(recipe.path) HTTP/1.1\r\nhost: \(recipe.host)\r\ncontent-type: application/json\r\n\
            x-openrtb-version: 2.6\r\n\(gzip)content-length: \(body.count)\r\n\r\n
            """
        var bytes = ByteBuffer()
        bytes.reserveCapacity(head.utf8.count + body.count)
        bytes.writeString(head)
        bytes.writeBytes(body)
        return bytes
    }
}

/// Deals a deck round and round.
final class DeckSource: RequestSource {
    private let requests: [PreparedRequest]
    private var index = 0

    init(_ deck: RequestDeck) { requests = deck.requests }

    func next() -> PreparedRequest? {
        let request = requests[index]
        index = index + 1 == requests.count ? 0 : index + 1
        return request
    }
}
