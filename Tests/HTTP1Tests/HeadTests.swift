import HTTP1
import Testing

/// What is kept of the fields, wherever the bytes are cut.
@Suite("The head of a request")
struct HeadTests {
    /// The only request in the bytes, read the same in all pieces.
    private func request(_ text: String) throws -> Reading.Request {
        let reading = Reading(octets(text))
        #expect(Cuts.disagreement(octets(text), with: reading) == nil)
        #expect(reading.requests.count == 1)
        return try #require(reading.requests.first)
    }

    @Test(
        "HTTP/1.1 stays unless it says close, in any list of any Connection",
        arguments: [
            ([], true), (["close"], false), (["Close"], false), (["CLOSE\t"], false), (["keep-alive"], true),
            (["keep-alive, close"], false), (["close, keep-alive"], false), (["foo,close"], false),
            ([", ,close,"], false), (["x , \tclose\t, y"], false), (["keep-alive", "close"], false),
            (["close", "keep-alive"], false), (["x", "y", "close"], false), (["closed"], true), (["x-close"], true),
            (["close x"], true), (["clos", "e"], true), ([""], true), ([","], true), (["upgrade"], true),
        ] as [([String], Bool)])
    func persistence(connections: [String], keepsAlive: Bool) throws {
        let fields = connections.map { "Connection: \($0)\r\n" }.joined()
        #expect(try request("GET / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n").keepsAlive == keepsAlive)
    }

    @Test(
        "HTTP/1.0 closes unless it says keep-alive and not close",
        arguments: [
            ([], false), (["keep-alive"], true), (["Keep-Alive"], true), (["x, keep-alive"], true), (["close"], false),
            (["keep-alive, close"], false), (["close", "keep-alive"], false), (["keep-alives"], false), ([""], false),
        ] as [([String], Bool)])
    func oldPersistence(connections: [String], keepsAlive: Bool) throws {
        let fields = connections.map { "Connection: \($0)\r\n" }.joined()
        let request = try request("GET / HTTP/1.0\r\n\(fields)\r\n")
        #expect(request.isHTTP10)
        #expect(request.keepsAlive == keepsAlive)
    }

    @Test(
        "gzip is taken where it is named with a quality above 0",
        arguments: [
            ([], false), (["gzip"], true), (["GZIP"], true), (["br, gzip"], true), (["gzip,br"], true),
            (["br", "gzip"], true), (["gzip;q=1"], true), (["gzip;q=0.001"], true), (["gzip; q=0.5, br"], true),
            (["gzip;q=0"], false), (["gzip; Q=0.000"], false), (["gzip ;q=0."], false), (["gzip;q=0, br;q=1"], false),
            (["br;q=0, gzip"], true), (["xgzip"], false), (["gzipx"], false), (["x-gzip"], false),
            (["identity"], false),
            ([""], false), (["deflate, br, zstd"], false),
        ] as [([String], Bool)])
    func acceptEncoding(values: [String], accepts: Bool) throws {
        let fields = values.map { "Accept-Encoding: \($0)\r\n" }.joined()
        #expect(try request("POST / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n").acceptsGzip == accepts)
    }

    @Test(
        "100 Continue is expected where it is asked for, and never by HTTP/1.0",
        arguments: [
            ("HTTP/1.1", "Expect: 100-continue", true), ("HTTP/1.1", "EXPECT:100-Continue ", true),
            ("HTTP/1.1", "X: 100-continue", false), ("HTTP/1.0", "Expect: 100-continue", false),
        ])
    func expectation(version: String, field: String, expects: Bool) throws {
        #expect(try request("POST / \(version)\r\nHost: h\r\n\(field)\r\n\r\n").expectsContinue == expects)
    }

    @Test(
        "names are told in any case, values without the blanks around them",
        arguments: [
            "Host: a.example:80|Content-Type: application/json|Content-Encoding: gzip|Authorization: Bearer x y",
            "HOST:a.example:80|CONTENT-TYPE:application/json|CONTENT-ENCODING:gzip|AUTHORIZATION:Bearer x y",
            "host:\ta.example:80 |content-type: application/json\t|content-encoding:gzip |authorization:Bearer x y ",
            "hOST: a.example:80|X: 1|cONTENT-tYPE: application/json|content-Encoding: gzip|Y:|authorizatioN:Bearer x y",
        ])
    func values(fields: String) throws {
        let request = try request(
            "POST / HTTP/1.1\r\n" + fields.split(separator: "|").joined(separator: "\r\n") + "\r\n\r\n")
        #expect(request.host == "a.example:80")
        #expect(request.contentType == "application/json")
        #expect(request.contentEncoding == "gzip")
        #expect(request.authorization == "Bearer x y")
    }

    @Test("the first of repeated fields counts")
    func firstOfRepeated() throws {
        let request = try request(
            post(
                "Content-Type: a", "Authorization: b", "Content-Encoding: c", "content-type: d", "AUTHORIZATION: e",
                "Content-Encoding: f"))
        #expect(request.contentType == "a")
        #expect(request.authorization == "b")
        #expect(request.contentEncoding == "c")
    }

    @Test("of repeated lines of X-Forwarded-For the last counts: it is the nearest proxy's")
    func lastForwarded() throws {
        #expect(try request(post()).forwardedFor.isEmpty)
        let request = try request(post("X-Forwarded-For: 192.0.2.66", "x-forwarded-for:  198.51.100.7, 10.0.0.1 "))
        #expect(request.forwardedFor == "198.51.100.7, 10.0.0.1")
    }

    @Test(
        "a name of the same length is another field",
        arguments: [
            "Most: x", "Except: gold", "Connectiom: close", "Content-Tipe: x", "Authorisation: x", "Content-Lenght: 9",
            "Accept-Encodinx: gzip", "X-Forwarded-Fox: 192.0.2.1", "Content-Encodinx: x", "Transfer-Encodinx: x",
        ])
    func neighbours(field: String) throws {
        #expect(try request(get(field)) == request(get("X: y")).ending(at: get(field).utf8.count))
    }

    @Test("nothing is known of what was not said")
    func absent() throws {
        let request = try request("GET / HTTP/1.0\r\n\r\n")
        #expect(request == Reading.Request(method: .get, target: "/", isHTTP10: true, keepsAlive: false, end: 18))
    }
}

extension Reading.Request {
    fileprivate func ending(at end: Int) -> Self {
        var request = self
        request.end = end
        return request
    }
}
