import Audience
import Testing

@Suite("Consent in a URL")
struct ConsentFieldsTests {
    @Test(
        "gdpr is 0, or absent, or applies",
        arguments: [
            (nil, nil), ("", nil), ("0", false), ("1", true), ("${GDPR}", true), ("yes", true),
        ] as [(String?, Bool?)])
    func gdpr(text: String?, gdpr: Bool?) {
        let fields = ConsentFields(gdpr: text, tcf: nil, gpp: nil, gppSID: nil, usPrivacy: nil)
        #expect(fields.gdpr == gdpr)
    }

    @Test("strings are kept as they are, sections may be parted by commas or underscores")
    func strings() {
        let fields = ConsentFields(gdpr: nil, tcf: "CPx", gpp: "DBA~x", gppSID: "7_8,-1,x", usPrivacy: "1YNN")
        #expect(fields.tcf == Array("CPx".utf8))
        #expect(fields.gpp == Array("DBA~x".utf8))
        #expect(fields.gppSID == [7, 8, -1])
        #expect(fields.usPrivacy == Array("1YNN".utf8))
        #expect(!fields.gpc && !fields.optedOut)
    }
}
