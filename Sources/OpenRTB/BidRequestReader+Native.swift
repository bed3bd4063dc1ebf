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
        var privacy: Int32?
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
            case "context": first(&native.context, number(value, on: tape))
            case "plcmttype": first(&native.plcmttype, number(value, on: tape))
            case "privacy": first(&privacy, number(value, on: tape))
            case "assets":
                if native.assets.isEmpty { native.assets = readAssets(value, on: tape, into: &request) }
            case "eventtrackers":
                if native.eventtrackers.isEmpty {
                    native.eventtrackers = readTrackers(value, on: tape, into: &request)
                }
            default: break
            }
        }
        native.privacy = privacy == 1
    }

    private func readAssets(_ array: TapeIndex, on tape: Tape, into request: inout BidRequest) -> List<NativeAsset> {
        let start = request.nativeAssets.count
        var elements = Elements(of: array, on: tape)
        while let element = elements.next(), request.nativeAssets.count < Limits.nativeAssetsMax {
            guard tape.kind(element) == .object else { continue }
            guard let asset = readAsset(element, on: tape) else {
                // Without an id an asset cannot be answered; a required one takes the slot with it.
                if isRequired(element, on: tape) { return .empty }
                continue
            }
            // Nobody could tell which of two is answered.
            guard isNew(asset.id, since: start, in: request) else { return .empty }
            request.nativeAssets.append(asset)
        }
        return List(start: start, count: request.nativeAssets.count - start)
    }

    private func isNew(_ id: Int32, since start: Int, in request: borrowing BidRequest) -> Bool {
        for index in start..<request.nativeAssets.count where request.nativeAssets[index].id == id { return false }
        return true
    }

    private func isRequired(_ asset: TapeIndex, on tape: Tape) -> Bool {
        var members = Members(of: asset, on: tape)
        while let (name, value) = members.next() {
            if "required" ~= name { return number(value, on: tape) == 1 }
        }
        return false
    }

    /// - Returns: nil for an asset without an id.
    private func readAsset(_ object: TapeIndex, on tape: Tape) -> NativeAsset? {
        var asset = NativeAsset()
        var id: Int32?
        var required: Int32?
        var members = Members(of: object, on: tape)
        while let (name, value) = members.next() {
            switch name {
            case "id": first(&id, number(value, on: tape))
            case "required": first(&required, number(value, on: tape))
            case "title": readAssetDetail(value, .title, on: tape, into: &asset)
            case "img": readAssetDetail(value, .img, on: tape, into: &asset)
            case "video": readAssetDetail(value, .video, on: tape, into: &asset)
            case "data": readAssetDetail(value, .data, on: tape, into: &asset)
            default: break
            }
        }
        guard let id else { return nil }
        asset.id = id
        asset.required = required == 1
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
            switch name {
            case "mimes":
                if asset.mimes.isEmpty { asset.mimes = mediaTypes(value, on: tape) }
                continue
            case "protocols":
                if asset.protocols == 0 { asset.protocols = protocols(value, on: tape) }
                continue
            default: break
            }
            guard let number = number(value, on: tape), number > 0 else { continue }
            switch name {
            case "type": if asset.type == 0 { asset.type = number }
            case "len": if asset.len == 0 { asset.len = number }
            case "w": if asset.w == 0 { asset.w = number }
            case "h": if asset.h == 0 { asset.h = number }
            case "wmin": if asset.wmin == 0 { asset.wmin = number }
            case "hmin": if asset.hmin == 0 { asset.hmin = number }
            case "minduration": if asset.minduration == 0 { asset.minduration = number }
            case "maxduration": if asset.maxduration == 0 { asset.maxduration = number }
            default: break
            }
        }
    }

    private func mediaTypes(_ value: TapeIndex, on tape: Tape) -> MediaTypes {
        var types: MediaTypes = []
        var elements = Elements(of: value, on: tape)
        while let element = elements.next() {
            guard tape.kind(element) == .string else { continue }
            let text = unsafe TextBuffer(base: tape.strings)
            unsafe text.withBytes(tape.text(element)) { bytes in
                if !bytes.isEmpty { unsafe types.insert(MediaTypes(bytes)) }
            }
        }
        return types
    }

    /// A bit for each protocol; one that is beyond the bits is none of ours, but the list is no longer empty.
    private func protocols(_ value: TapeIndex, on tape: Tape) -> UInt32 {
        var protocols: UInt32 = 0
        var elements = Elements(of: value, on: tape)
        while let element = elements.next() {
            guard let number = number(element, on: tape), number > 0 else { continue }
            protocols |= 1 << UInt32(min(number, 31))
        }
        return protocols
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
                case "event": if tracker.event == 0 { tracker.event = number(value, on: tape) ?? 0 }
                case "methods" where !tracker.image && !tracker.js:
                    var methods = Elements(of: value, on: tape)
                    while let method = methods.next() {
                        if number(method, on: tape) == 1 { tracker.image = true }
                        if number(method, on: tape) == 2 { tracker.js = true }
                    }
                default: break
                }
            }
            request.nativeTrackers.append(tracker)
        }
        return List(start: start, count: request.nativeTrackers.count - start)
    }

    /// An integer of either tape: the inner request's texts lie in a buffer of their own.
    private func number(_ value: TapeIndex, on tape: Tape) -> Int32? {
        unsafe integer(value, on: tape, TextBuffer(base: tape.strings))
    }
}
