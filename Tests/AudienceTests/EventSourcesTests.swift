import Audience
import Sealing
import Testing

@Suite("Who may send events")
struct EventSourcesTests {
    @Test("a token is known by its hash, and stands for its advertiser or the operator")
    func tokens() {
        let token = { (text: String) in Array(text.utf8) }
        let sources = EventSources([
            (hash: Digest.sha256(token("vendue-acme")), advertiser: "acme"),
            (hash: Digest.sha256(token("vendue-operator")), advertiser: nil), (hash: [1, 2, 3], advertiser: "bolt"),
        ])
        #expect(sources.source(ofToken: token("vendue-acme")) == EventSource(advertiser: "acme"))
        #expect(sources.source(ofToken: token("vendue-operator")) == EventSource(advertiser: nil))
        for stranger in ["", "vendue-acm", "vendue-acme ", "VENDUE-ACME"] {
            #expect(sources.source(ofToken: token(stranger)) == nil)
        }
        #expect(sources.source(ofToken: [1, 2, 3]) == nil)
        #expect(EventSources().source(ofToken: token("vendue-acme")) == nil)
    }
}
