internal import Events
internal import Units

extension FuzzWorld {
    /// Records about a visitor, one of each kind, with every sort of property; their payloads are not sealed.
    static let visitorRecords: [[UInt8]] = {
        let visitor = VisitorNumber(7)
        let key = IdentityKey(high: 0x1111_2222_3333_4444, low: 0x5555_6666_7777_8888)
        var act = VisitorAct(id: key, type: "purchase", instant: instant)
        act.consent = 3
        act.household = key
        act.properties = [
            .init("sku", .text("shoe-17 🌷")), .init("value", .number(Micros(49_900_000))), .init("new", .flag(true)),
            .init("items", .texts(["shoe-17", "", "sock-3"])),
        ]
        let records: [VisitorRecord] = [
            .act(visitor, act), .link(visitor, [Identity(.cookie, key), Identity(.ifa, key)]),
            .merge(from: VisitorNumber(9), into: visitor), .optOut(visitor, true), .erase(visitor),
            .members(audience: "buyers", file: "members/buyers.1"),
        ]
        return records.map { record in
            guard let bytes = VisitorRecordCoder.write(record, at: instant, seal: { Array($2) }) else {
                preconditionFailure("a record of ours is refused")
            }
            return bytes
        }
    }()

    /// Records as a log mixes them: an event, one about a visitor, and so on.
    static let logRecords: [[UInt8]] =
        zip(records, visitorRecords).flatMap { [$0, $1] } + records.dropFirst(visitorRecords.count)
}
