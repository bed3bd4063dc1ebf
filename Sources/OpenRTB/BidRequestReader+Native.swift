internal import Units

/// `imp.native`, whose `request` is JSON within a JSON string and is parsed a second time, in place.
extension BidRequestReader {
    func readNative(_ object: TapeIndex, into request: inout BidRequest) throws(ReadError) -> Native? {
        guard tape.kind(object) == .object else { return nil }
        var native = Native()
        var inner: TapeIndex?
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            if tape.kind(value) == .null { continue }
            switch name {
            case "request": first(&inner, value)
            case "battr": if native.battr.isEmpty { native.battr = try integers(value, into: &request) }
            case "api": if native.api.isEmpty { native.api = try integers(value, into: &request) }
            default: break
            }
        }
        guard let inner else { return nil }
        switch tape.kind(inner) {
        case .object:
            // Some senders put the object itself where its text is due.
            readNativeRoot(inner, on: tape, into: &native, of: &request)
        case .string:
            let fault = unsafe buffer.withBytes(tape.text(inner)) { unsafe nativeTape.parse($0) }
            guard fault == nil, nativeTape.kind(1) == .object else { return nil }
            readNativeRoot(1, on: nativeTape, into: &native, of: &request)
        default:
            return nil
        }
        return native.assets.isEmpty ? nil : native
    }

    private func readNativeRoot(
        _ object: TapeIndex,
        on tape: Tape,
        into native: inout Native,
        of request: inout BidRequest
    ) {
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            switch name {
            case "native":
                // Version 1.0 wraps the root once.
                if tape.kind(value) == .object, !native.wrapped, native.assets.isEmpty {
                    native.wrapped = true
                    readNativeRoot(value, on: tape, into: &native, of: &request)
                    return
                }
            case "context": first(&native.context, plainInteger(value, on: tape))
            case "plcmttype": first(&native.plcmttype, plainInteger(value, on: tape))
            case "privacy": native.privacy = plainInteger(value, on: tape) == 1
            case "assets":
                if native.assets.isEmpty { native.assets = readAssets(value, on: tape, into: &request) }
            case "eventtrackers":
                if native.eventtrackers.isEmpty {
                    native.eventtrackers = readTrackers(value, on: tape, into: &request)
                }
            default: break
            }
        }
    }

    private func readAssets(_ array: TapeIndex, on tape: Tape, into request: inout BidRequest) -> List<NativeAsset> {
        let start = request.nativeAssets.count
        var elements = Elements(of: array, on: tape)
        while let element = elements.next(), request.nativeAssets.count < Limits.nativeAssetsMax {
            guard tape.kind(element) == .object else { continue }
            request.nativeAssets.append(readAsset(element, on: tape))
        }
        return List(start: start, count: request.nativeAssets.count - start)
    }

    private func readAsset(_ object: TapeIndex, on tape: Tape) -> NativeAsset {
        var asset = NativeAsset()
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            switch name {
            case "id": asset.id = plainInteger(value, on: tape) ?? 0
            case "required": asset.required = plainInteger(value, on: tape) == 1
            case "title": readAssetDetail(value, .title, on: tape, into: &asset)
            case "img": readAssetDetail(value, .img, on: tape, into: &asset)
            case "video": readAssetDetail(value, .video, on: tape, into: &asset)
            case "data": readAssetDetail(value, .data, on: tape, into: &asset)
            default: break
            }
        }
        return asset
    }

    private func readAssetDetail(
        _ object: TapeIndex,
        _ kind: NativeAsset.Kind,
        on tape: Tape,
        into asset: inout NativeAsset
    ) {
        guard tape.kind(object) == .object, asset.kind == .unknown else { return }
        asset.kind = kind
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            guard let number = plainInteger(value, on: tape), number > 0 else { continue }
            switch name {
            case "type": asset.type = number
            case "len": asset.len = number
            case "w": asset.w = number
            case "h": asset.h = number
            case "wmin": asset.wmin = number
            case "hmin": asset.hmin = number
            default: break
            }
        }
    }

    private func readTrackers(
        _ array: TapeIndex,
        on tape: Tape,
        into request: inout BidRequest
    )
        -> List<NativeEventTracker>
    {
        let start = request.nativeTrackers.count
        var elements = Elements(of: array, on: tape)
        while let element = elements.next(), request.nativeTrackers.count < Limits.nativeAssetsMax {
            guard tape.kind(element) == .object else { continue }
            var tracker = NativeEventTracker()
            var members = Members(of: element, on: tape)
            while let (name, value) = members.next() {
                switch name {
                case "event": tracker.event = plainInteger(value, on: tape) ?? 0
                case "methods":
                    var methods = Elements(of: value, on: tape)
                    while let method = methods.next() {
                        if plainInteger(method, on: tape) == 1 { tracker.image = true }
                        if plainInteger(method, on: tape) == 2 { tracker.js = true }
                    }
                default: break
                }
            }
            request.nativeTrackers.append(tracker)
        }
        return List(start: start, count: request.nativeTrackers.count - start)
    }

    private func plainInteger(_ value: TapeIndex, on tape: Tape) -> Int32? {
        switch tape.kind(value) {
        case .int64: Int32(exactly: Int64(bitPattern: tape.word(value + 1)))
        case .double: Int32(exactly: Double(bitPattern: tape.word(value + 1)))
        case .yes: 1
        case .no: 0
        default: nil
        }
    }
}
