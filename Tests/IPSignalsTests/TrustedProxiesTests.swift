import IPSignals
import Targeting
import Testing

@Suite("Trusted proxies")
struct TrustedProxiesTests {
    @Test(
        "the client is the last that no trusted proxy is",
        arguments: [
            // A peer that is no proxy of ours is believed in nothing.
            ("203.0.113.7", "192.0.2.66", "203.0.113.7"), ("203.0.113.7", "", "203.0.113.7"),
            ("10.0.0.1", "198.51.100.7", "198.51.100.7"), ("10.0.0.1", "192.0.2.66, 198.51.100.7", "198.51.100.7"),
            ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
            ("10.0.0.1", " 198.51.100.7 ,\t10.9.9.9 ", "198.51.100.7"),
            ("::ffff:10.0.0.1", "2001:db8:f::7,2001:db8::2", "2001:db8:f::7"),
            ("10.0.0.1", "198.51.100.7:4711", "198.51.100.7"), ("10.0.0.1", "[2001:db8:f::7]:443", "2001:db8:f::7"),
            ("10.0.0.1", "[2001:db8:f::7]", "2001:db8:f::7"), ("10.0.0.1", "198.51.100.7,,", "198.51.100.7"),
            // All are ours: the first of them asks for itself.
            ("10.0.0.1", "", "10.0.0.1"), ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
            // Who cannot be told from what a proxy wrote is nobody.
            ("10.0.0.1", "unknown", ""), ("10.0.0.1", "198.51.100.7, _hidden", ""), ("10.0.0.1", "[", ""),
            ("10.0.0.1", "198.51.100.7, [", ""), ("10.0.0.1", "1.2.3", ""), ("10.0.0.1", ":", ""), ("nobody", "", ""),
        ])
    func client(peer: String, forwardedFor: String, client: String) throws {
        let proxies = TrustedProxies(["10.0.0.0/8", "2001:db8::/64"].compactMap { AddressRange($0) })
        let found = unsafe Array(forwardedFor.utf8).withUnsafeBytes {
            unsafe proxies.client(peer: peer, forwardedFor: $0)
        }
        #expect(found == IPAddress(client.utf8))
    }

    @Test("the peer of a socket without addresses is trusted")
    func local() {
        let found = unsafe Array("198.51.100.7".utf8).withUnsafeBytes {
            unsafe TrustedProxies([]).client(peer: nil, forwardedFor: $0)
        }
        #expect(found == IPAddress("198.51.100.7".utf8))
    }
}
