internal import OpenRTB

extension Matching {
    /// States what the request tells apart from its impressions.
    mutating func stateRequest(_ request: borrowing BidRequest, _ context: borrowing TargetingContext) {
        statePlace(request, context)
        stateDevice(request)
        stateInventory(request)
        stateAudience(request, context)
        if open(.exchange) {
            if key.append(context.exchange) { look(.exchange) }
            close(.exchange)
        }
        if open(.hour) {
            for clock in 0..<tables.clocks.count {
                startKey()
                key.append(Int32(truncatingIfNeeded: clock))
                key.append(tables.clocks.hourOfWeek(clock, at: context.instant))
                look(.hour)
            }
            close(.hour)
        }
        if open(.seller) {
            for index in 0..<request.source.nodes.count {
                let node = request.element(index, of: request.source.nodes)
                second(.seller, node.asi, request.text)
                pair(.seller, node.asi, node.sid, .asIs, request.text)
            }
            close(.seller)
        }
    }

    /// States what the impression tells.
    mutating func stateImpression(_ imp: Imp, of request: borrowing BidRequest) {
        if open(.format) {
            if imp.banner != nil { code(.format, MarkupType.banner.rawValue) }
            if imp.video != nil { code(.format, MarkupType.video.rawValue) }
            if imp.audio != nil { code(.format, MarkupType.audio.rawValue) }
            if imp.native != nil { code(.format, MarkupType.native.rawValue) }
            close(.format)
        }
        if open(.size) {
            if let banner = imp.banner {
                for index in 0..<banner.format.count {
                    let format = request.element(index, of: banner.format)
                    size(format.w, format.h)
                }
            }
            if let video = imp.video, let w = video.w, let h = video.h { size(w, h) }
            close(.size)
        }
        if open(.slot) {
            stateSlots(imp, of: request)
            close(.slot)
        }
        if open(.position) {
            number(.position, imp.banner?.pos ?? imp.video?.pos)
            close(.position)
        }
        if open(.interstitial) {
            code(.interstitial, imp.instl ? 1 : 0)
            close(.interstitial)
        }
        if open(.rewarded) {
            code(.rewarded, imp.rwdd ? 1 : 0)
            close(.rewarded)
        }
        if open(.deal) {
            for index in 0..<imp.deals.count {
                let deal = request.element(index, of: imp.deals)
                startKey()
                if key.append(deal.id, of: request.text, .asIs) { look(.deal) }
            }
            close(.deal)
        }
    }

    private mutating func stateSlots(_ imp: Imp, of request: borrowing BidRequest) {
        if let banner = imp.banner {
            slot(.anyBanner)
            var isFlexible = imp.instl
            for index in 0..<banner.format.count {
                let format = request.element(index, of: banner.format)
                if format.w > 0, format.h > 0 {
                    slot(.banner(Size(w: format.w, h: format.h)))
                } else {
                    isFlexible = true
                }
            }
            if isFlexible { slot(.flexibleBanner) }
        }
        if imp.video != nil { slot(.video) }
        if imp.audio != nil { slot(.audio) }
        if imp.native != nil { slot(.native) }
    }

    // MARK: Parts of the request

    private mutating func statePlace(_ request: borrowing BidRequest, _ context: borrowing TargetingContext) {
        let text = request.text
        if open(.country) {
            whole(.country, request.device.geo.country, text)
            close(.country)
        }
        if open(.region) {
            let (country, region) = (request.device.geo.country, request.device.geo.region)
            if !region.isEmpty {
                second(.region, region, text)
                pair(.region, country, region, .lower, text)
            }
            close(.region)
        }
        if open(.city) {
            whole(.city, request.device.geo.city, text)
            close(.city)
        }
        if open(.metro) {
            whole(.metro, request.device.geo.metro, text)
            close(.metro)
        }
        if open(.zip) {
            if context.preciseGeoAllowed { zip(request.device.geo.zip, text) }
            close(.zip)
        }
    }

    private mutating func stateDevice(_ request: borrowing BidRequest) {
        let text = request.text
        if open(.device) {
            number(.device, request.device.devicetype)
            close(.device)
        }
        if open(.connection) {
            number(.connection, request.device.connectiontype)
            close(.connection)
        }
        if open(.os) {
            whole(.os, request.device.os, text)
            close(.os)
        }
        if open(.osv) {
            parts(.osv, request.device.osv, separator: ".", text)
            close(.osv)
        }
        if open(.browser) {
            if let browser = Browser.of(request.device, text) { code(.browser, browser.code) }
            close(.browser)
        }
        if open(.carrier) {
            whole(.carrier, request.device.carrier, text)
            whole(.carrier, request.device.mccmnc, text)
            close(.carrier)
        }
        if open(.language) {
            parts(.language, request.device.language, separator: "-", text)
            close(.language)
        }
    }

    private mutating func stateInventory(_ request: borrowing BidRequest) {
        let text = request.text
        if open(.environment) {
            code(.environment, request.site.kind.rawValue)
            close(.environment)
        }
        if open(.domain) {
            domains(request.site.domain, text)
            close(.domain)
        }
        if open(.bundle) {
            whole(.bundle, request.site.bundle, text)
            close(.bundle)
        }
        if open(.publisher) {
            whole(.publisher, request.site.publisher.id, text)
            close(.publisher)
        }
        if open(.category) {
            categories(request.site.cat, request)
            categories(request.site.sectioncat, request)
            categories(request.site.pagecat, request)
            categories(request.site.content.cat, request)
            close(.category)
        }
    }

    private mutating func categories(_ list: List<Text>, _ request: borrowing BidRequest) {
        for index in 0..<list.count { parts(.category, request.element(index, of: list), separator: "-", request.text) }
    }

    private mutating func stateAudience(_ request: borrowing BidRequest, _ context: borrowing TargetingContext) {
        if open(.keyword) {
            keywords(request.site.keywords, request)
            keywords(request.site.content.keywords, request)
            if context.personalDataAllowed { keywords(request.user.keywords, request) }
            close(.keyword)
        }
        if open(.segment) {
            if context.personalDataAllowed {
                segments(request)
                audiences(context)
            }
            close(.segment)
        }
    }

    private mutating func audiences(_ context: borrowing TargetingContext) {
        for index in 0..<context.audiences.count {
            startKey()
            if key.append(context.audiences[index], of: context.names) { look(.segment) }
        }
    }

    private mutating func keywords(_ list: List<Text>, _ request: borrowing BidRequest) {
        for index in 0..<list.count { whole(.keyword, request.element(index, of: list), request.text) }
    }

    private mutating func segments(_ request: borrowing BidRequest) {
        let text = request.text
        for index in 0..<request.user.segments.count {
            let segment = request.element(index, of: request.user.segments)
            startKey()
            if key.append(segment.id, of: text, .lower) { look(.segment) }
            guard tables.namesProviders, !segment.provider.isEmpty else { continue }
            startKey()
            if key.append(segment.provider, of: text, .lower), key.append(UInt8(ascii: ":")),
                key.append(segment.id, of: text, .lower)
            {
                look(.segment)
            }
        }
    }
}
