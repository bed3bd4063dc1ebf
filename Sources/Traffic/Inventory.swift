internal import Units

/// Where advertisements are shown: sites and apps that do not exist, some of them visited far more than others.
struct Inventory: Sendable {
    /// A web site.
    struct Site: Sendable {
        /// The registrable domain, under a top-level name that RFC 2606 reserves.
        let domain: [UInt8]
        let topic: Int
    }

    /// A mobile or television app.
    struct App: Sendable {
        /// The Android package name.
        let bundle: [UInt8]
        let topic: Int
    }

    let sites: [Site]
    let apps: [App]
    private let siteRanks: Popularity
    private let appRanks: Popularity

    init() {
        let siteEndings: [StaticString] = [
            "daily.example", "hub.example", "-times.example", "world.example.com", "guide.example", "-today.example",
            "zone.example.org", "-journal.example", "spot.example", "planet.example.net", "-weekly.example",
            "corner.example", "insider.example.com", "-central.example", "lab.example", "-review.example",
            "club.example.org", "feed.example", "-post.example", "base.example.net",
        ]
        let appEndings: [StaticString] = ["", "pro", ".lite", "master", "2go", ".tv", "live", "mania"]
        var sites: [Site] = []
        for (round, ending) in siteEndings.enumerated() {
            for place in Topic.all.indices {
                let topic = (place + round * 7) % Topic.all.count
                var domain = RequestBytes(capacity: 32)
                domain.raw(Topic.all[topic].word)
                domain.raw(ending)
                sites.append(Site(domain: domain.bytes, topic: topic))
            }
        }
        var apps: [App] = []
        for (round, ending) in appEndings.enumerated() {
            for place in Topic.all.indices {
                // Games lead among apps.
                let topic = (place + 4 + round * 5) % Topic.all.count
                var bundle = RequestBytes(capacity: 32)
                bundle.raw("com.example.")
                bundle.raw(Topic.all[topic].word)
                bundle.raw(ending)
                apps.append(App(bundle: bundle.bytes, topic: topic))
            }
        }
        self.sites = sites
        self.apps = apps
        siteRanks = Popularity(ranks: sites.count, flatness: 4)
        appRanks = Popularity(ranks: apps.count, flatness: 3)
    }

    /// The position of a site in ``sites``, popular ones more often.
    func drawSite(_ chance: inout SplitMix64) -> Int { siteRanks.draw(&chance) }

    /// The position of an app in ``apps``, popular ones more often.
    func drawApp(_ chance: inout SplitMix64) -> Int { appRanks.draw(&chance) }
}
