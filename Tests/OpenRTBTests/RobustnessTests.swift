import OpenRTB
import Testing

@Suite("Bid request reader: whatever strangers send")
struct RobustnessTests {
    @Test(
        "twenty thousand mutated documents are read or refused, never a trap", arguments: 1...4 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) {
        var mutator = Mutator(seed: seed)
        let reader = BidRequestReader()
        var readable = 0
        for index in 0..<5000 {
            let body = mutator.next()
            do throws(ReadError) {
                try reader.read(copying: body)
                readable += 1
                #expect(reader.request.imps.count <= Limits.impsMax)
                // Everything that was read can be looked at; of each fourth, as it costs most of the time.
                if index % 4 == 0 { #expect(RequestDump(reader.request).lines.count > 10) }
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
        // Else the mutations would be too coarse to get behind the JSON parser.
        #expect(readable > 500, "seed \(seed)")
    }

    @Test("a thousand requests read one after the other are what fresh readers make of them")
    func reuse() {
        var mutator = Mutator(seed: 77)
        let reader = BidRequestReader()
        for index in 0..<1000 {
            // Mutated and sound ones in turn: a fault must not leave anything behind either.
            let body = index % 3 == 0 ? Fixture.everyBody[index % Fixture.everyBody.count] : mutator.next()
            #expect(outcome(of: body, by: reader) == outcome(of: body, by: BidRequestReader()), "document \(index)")
        }
    }

    @Test("every prefix of a document is read or refused, never a trap", arguments: Fixture.all(.exemplary))
    func prefixes(_ fixture: Fixture) {
        let reader = BidRequestReader()
        let whole = fixture.body.lastIndex(of: UInt8(ascii: "}")) ?? 0
        for count in 0...whole {
            #expect(throws: ReadError.self) { try reader.read(copying: Array(fixture.body[..<count])) }
        }
    }

    @Test("a request does not read what lies behind it")
    func padding() throws {
        let body = Array(request("").utf8)
        let reader = BidRequestReader()
        for filler in [0x20, 0x30, 0x22, 0x5D, 0x7D, 0xFF] as [UInt8] {
            let padded = body + repeatElement(filler, count: BidRequestReader.paddingBytes)
            let result: Result<Void, ReadError> = unsafe padded.withUnsafeBufferPointer { bytes in
                do throws(ReadError) {
                    unsafe try reader.read(UnsafeBufferPointer(rebasing: bytes[..<body.count]))
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
            try result.get()
            #expect(reader.request.imps.count == 1)
        }
    }
}
