import Testing

@testable import Documents

@Suite("Where a browser may be sent")
struct RedirectTargetTests {
    private static let sync: ExchangeDocument.Sync = {
        var sync = ExchangeDocument.Sync()
        sync.redirectHosts = [
            .init(name: "sync.adx.example", port: nil), .init(name: "127.0.0.1", port: 9000),
            .init(name: "localhost", port: nil), .init(name: "[::1]", port: nil),
        ]
        return sync
    }()

    @Test(
        "a registered host by https, this machine also by http",
        arguments: [
            "https://sync.adx.example", "https://sync.adx.example/m?id={vendue_id}&r=https%3A%2F%2Fevil.example",
            "https://SYNC.adx.example/", "https://sync.adx.example:8443/", "https://sync.adx.example?a=//evil.example",
            "https://sync.adx.example#@evil.example", "http://127.0.0.1:9000/m", "http://localhost:1/", "http://[::1]/",
            "https://sync.adx.example/@evil.example", "https://[::1]:81/",
        ])
    func allowed(url: String) throws {
        #expect(Self.sync.allows(try #require(RedirectTarget(url))))
    }

    @Test(
        "nowhere else, however it is written",
        arguments: [
            "", "/", "//evil.example", "///evil.example", "https:evil.example", "https:/evil.example",
            "https:///evil.example", "https:\\\\evil.example", "https://evil.example",
            "https://sync.adx.example@evil.example", "https://sync.adx.example:x@evil.example",
            "https://sync.adx.example:80@evil.example/", "https://sync.adx.example.evil.example",
            "https://evilsync.adx.example", "https://sync.adx.example\\.evil.example",
            "https://sync.adx.example\\@evil.example", "https://evil.example\\@sync.adx.example",
            "https://evil.example/https://sync.adx.example", "https://evil.example?sync.adx.example",
            "https://evil.example#sync.adx.example", "https://sync.adx.example%2eevil.example",
            "https://sync.adx.example%2f@evil.example", "https://sync.adx.example%00.evil.example",
            "https://sync.adx.example.", "https://sync..adx.example", "https://sync.adx.example:",
            "https://sync.adx.example:0",
            "https://sync.adx.example:65536", "https://sync.adx.example:8a", "https://sync.adx.example\r\nX: y",
            "https://sync.adx.example/\r\nSet-Cookie:a=b", "https://sync.adx.example/\n", "https://sync.adx.example/\t",
            " https://sync.adx.example", "https://sync.adx.example /", "https://ｓync.adx.example",
            "https://sync.adx.example\u{3002}evil.example", "http://sync.adx.example", "http://127.0.0.1:9001/",
            "http://127.0.0.1/", "http://127.1:9000/", "http://0x7f.0.0.1:9000/", "http://[::ffff:127.0.0.1]/",
            "http://localhost.evil.example/", "javascript:alert(1)", "javascript://sync.adx.example/%0aalert(1)",
            "data:text/html,x", "ftp://sync.adx.example", "HTTPS://evil.example", "//sync.adx.example",
            "sync.adx.example", "https://" + String(repeating: "a", count: 2048),
        ])
    func refused(url: String) {
        if let target = RedirectTarget(url) { #expect(!Self.sync.allows(target)) }
    }
}
