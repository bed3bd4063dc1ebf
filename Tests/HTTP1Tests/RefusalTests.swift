import HTTP1
import Testing

@Suite("Refusals")
struct RefusalTests {
    @Test("bytes are known for every one of them")
    func allOccur() {
        let rows =
            RequestLineTests.rows + FieldTests.rows + FramingTests.rows + ChunkedTests.rows + LimitTests.rows
        let seen = rows.compactMap { row -> Refusal? in
            if case .refused(let refusal) = row.expected { return refusal }
            return nil
        }
        #expect(Set(seen) == Set(Refusal.allCases))
    }

    @Test("the sentence names the bound that holds")
    func bounds() {
        #expect("\(Refusal.targetTooLong.detail)".contains(" \(HTTPLimits.requestLineBytesMax) bytes"))
        #expect("\(Refusal.fieldsTooLarge.detail)".contains(" \(HTTPLimits.fieldLineBytesMax) bytes"))
        #expect("\(Refusal.fieldsTooLarge.detail)".hasSuffix(" \(HTTPLimits.headerBytesMax)"))
        #expect("\(Refusal.tooManyFields.detail)".contains(" \(HTTPLimits.fieldsMax) "))
        #expect("\(Refusal.bodyTooLarge.detail)".contains(" \(HTTPLimits.bodyBytesMax) bytes"))
    }

    @Test("the sender is told that it is at fault, or that we cannot serve it", arguments: Refusal.allCases)
    func statuses(refusal: Refusal) {
        #expect([400, 413, 414, 417, 431, 501, 505].contains(refusal.status.rawValue))
        #expect(!"\(refusal.detail)".isEmpty)
    }
}
