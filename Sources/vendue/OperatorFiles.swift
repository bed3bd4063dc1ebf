internal import Documents
internal import Foundation
internal import IPSignals
internal import Logging
internal import Units
internal import Vetting

/// The files that the configuration names, as they were read last: currency rates, whom not to buy from, and what
/// addresses tell.
///
/// A file that cannot be read keeps its last good copy. Those from the web (`sellers.json`, `ads.txt`) do without what
/// is wrong in them; of the operator's own every fault is one, so that a list is used whole or not at all.
struct OperatorFiles {
    /// What auctions are held under.
    struct Terms: Sendable {
        let rates: CurrencyRates
        let vetting: Vetting
        let ipSignals: IPSignals
    }

    /// When a file was written last, and how long it is.
    struct Stamp: Equatable {
        let modified: Date
        let size: Int
        let inode: Int
    }

    private enum Content {
        case rates(CurrencyRates)
        case sellers(SellersJSON)
        case adsTxt(AdsTxt)
        case apps(AppDevelopers)
        case blocked(BlockedSellers)
        case crawlers(CrawlerList)
        case database(GeoDatabase)
        case addresses(AddressList)
    }

    private struct Entry {
        var stamp: Stamp?
        var content: Content?
    }

    /// What a look at the files brought.
    struct Outcome {
        /// Whether any content is another than before.
        var isChanged = false
        /// What made a file of the operator's own unusable, or a folder; the last good copy holds.
        var faults: [Fault] = []
        /// What made a file from the web unusable; the last good copy holds.
        var broken: [Fault] = []
        /// What was passed over in files from the web.
        var notes: [Fault] = []

        /// The first note of each file: as much as a log should hold.
        var firstNotes: [Fault] {
            var seen: Set<String> = []
            return notes.filter { seen.insert($0.origin ?? "").inserted }
        }
    }

    private let configuration: ServiceConfiguration
    private var entries: [NamedFile: Entry] = [:]

    init(_ configuration: ServiceConfiguration) { self.configuration = configuration }

    /// Looks at every file and reads those that are not as they were.
    mutating func read() -> Outcome {
        var outcome = Outcome()
        let named = NamedFile.all(of: configuration, &outcome.faults)
        // A folder that cannot be listed takes nothing away, for its files may be there again in a moment.
        if outcome.faults.isEmpty {
            let wanted = Set(named)
            for file in entries.keys where !wanted.contains(file) {
                entries[file] = nil
                outcome.isChanged = true
            }
        }
        for file in named {
            let stamp = Self.stamp(of: file.path)
            // A file that has gone is named once, not at every look.
            if let before = entries[file], before.stamp == stamp { continue }
            entries[file, default: Entry()].stamp = stamp
            do throws(DocumentError) {
                entries[file]?.content = try Self.content(of: file, &outcome.notes)
                outcome.isChanged = true
            } catch {
                // Permissions that are mended leave no other stamp: it is tried again until it can be read.
                if !FileManager.default.isReadableFile(atPath: file.path) { entries[file]?.stamp = nil }
                if file.kind.isFetched { outcome.broken += error.faults } else { outcome.faults += error.faults }
            }
        }
        return outcome
    }

    /// What the files say together.
    var terms: Terms {
        var rates = configuration.rates
        var sources = VettingSources()
        sources.require = configuration.supplyChain.require
        var signals = IPSignals.Sources()
        signals.prefersDatabase = configuration.ipSignals.prefersDatabase
        signals.refusesNetworks = configuration.ipSignals.refusesNetworks
        for (file, entry) in entries {
            switch entry.content {
            case .rates(let table): rates = table
            case .sellers(let list): sources.sellers[file.domain] = list
            case .adsTxt(let list):
                if file.kind == .appAdsTxt {
                    sources.appAdsTxt[file.domain] = list
                } else {
                    sources.adsTxt[file.domain] = list
                }
            case .apps(let list): sources.apps = list
            case .blocked(let list): sources.blocked = list
            case .crawlers(let list): sources.crawlers = list
            case .database(let database):
                if file.kind == .city { signals.city = database } else { signals.network = database }
            case .addresses(let list):
                signals.networks[file.kind == .proxies ? .proxy : .dataCentre] = list.ranges
            case nil: break
            }
        }
        return Terms(rates: rates, vetting: Vetting(sources), ipSignals: IPSignals(signals))
    }

    // MARK: One file

    private static func stamp(of path: String) -> Stamp? {
        guard let found = try? FileManager.default.attributesOfItem(atPath: Self.resolved(path)),
            let modified = found[.modificationDate] as? Date, let size = found[.size] as? Int
        else { return nil }
        return Stamp(modified: modified, size: size, inode: found[.systemFileNumber] as? Int ?? 0)
    }

    /// Behind symbolic links, as a file that is replaced by turning a link has a new one behind it.
    private static func resolved(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path }

    private static func content(of file: NamedFile, _ notes: inout [Fault]) throws(DocumentError) -> Content {
        let size = stamp(of: file.path)?.size ?? 0
        guard size <= file.kind.bytesMax else {
            throw DocumentError([
                Fault(
                    "is larger than \(file.kind.bytesMax >> 20) MiB", at: "", hint: "see whether it is the right file",
                    origin: file.path)
            ])
        }
        guard let data = FileManager.default.contents(atPath: file.path) else {
            throw DocumentError([
                Fault(
                    "cannot be read", at: "", hint: "the configuration names it; mend its path or permissions",
                    origin: file.path)
            ])
        }
        let bytes = [UInt8](data)
        switch file.kind {
        case .rates: return .rates(try rates(data, file.path))
        case .sellers:
            do throws(FileError) {
                let list = try SellersJSON(bytes)
                notes += Self.faults(list.faults, file.path)
                return .sellers(list)
            } catch {
                throw DocumentError([Self.fault(error.fault, file.path)])
            }
        case .adsTxt, .appAdsTxt:
            let list = AdsTxt(bytes)
            notes += Self.faults(list.faults, file.path)
            return .adsTxt(list)
        case .apps:
            let list = AppDevelopers(bytes)
            try Self.refuse(list.faults, file.path)
            return .apps(list)
        case .blocked:
            let list = BlockedSellers(bytes)
            try Self.refuse(list.faults, file.path)
            return .blocked(list)
        case .crawlers:
            let list = CrawlerList(bytes)
            try Self.refuse(list.faults, file.path)
            return .crawlers(list)
        case .city, .network:
            do throws(SignalFault) {
                return .database(try GeoDatabase(bytes, subject: file.kind == .city ? .places : .networks))
            } catch {
                throw DocumentError([Self.fault(error, file.path)])
            }
        case .dataCentres, .proxies:
            let list = AddressList(bytes)
            var faults = list.faults.map { Self.fault($0, file.path) }
            faults += more(list.faultCount - list.faults.count, file.path)
            if !faults.isEmpty { throw DocumentError(faults) }
            return .addresses(list)
        }
    }

    private static func rates(_ data: Data, _ path: String) throws(DocumentError) -> CurrencyRates {
        guard let text = String(validating: data, as: UTF8.self) else {
            throw DocumentError([Fault("is not UTF-8", at: "", origin: path)])
        }
        do throws(DocumentError) {
            return try CurrencyRates(Node.readOne(text))
        } catch {
            throw DocumentError(
                error.faults.map { fault in
                    var fault = fault
                    fault.origin = path
                    return fault
                })
        }
    }

    private static func fault(_ fault: FileFault, _ path: String) -> Fault {
        Fault(
            fault.message, at: "", hint: fault.hint, position: Fault.Position(line: max(1, fault.line), column: 1),
            origin: path)
    }

    private static func fault(_ fault: SignalFault, _ path: String) -> Fault {
        let position = fault.line > 0 ? Fault.Position(line: fault.line, column: 1) : nil
        return Fault(fault.message, at: "", hint: fault.hint, position: position, origin: path)
    }

    private static func faults(_ faults: FileFaults, _ path: String) -> [Fault] {
        faults.first.map { fault($0, path) } + more(faults.count - faults.first.count, path)
    }

    private static func more(_ count: Int, _ path: String) -> [Fault] {
        count > 0 ? [Fault("and \(count) lines more", at: "", origin: path)] : []
    }

    private static func refuse(_ faults: FileFaults, _ path: String) throws(DocumentError) {
        if faults.count > 0 { throw DocumentError(Self.faults(faults, path)) }
    }
}

/// A file that the configuration names, itself or by its folder.
struct NamedFile: Hashable {
    enum Kind: Hashable {
        case rates, sellers, adsTxt, appAdsTxt, apps, blocked, crawlers, city, network, dataCentres, proxies

        /// Whether the file comes from the web, so that a broken one is nobody's fault here.
        var isFetched: Bool { self == .sellers || self == .adsTxt || self == .appAdsTxt }

        /// The largest `sellers.json` known has some 100 MB, as has a database of all cities.
        var bytesMax: Int { self == .sellers || self == .city || self == .network ? 512 << 20 : 64 << 20 }
    }

    let kind: Kind
    let path: String
    /// That the file is named after, in lower case; empty for a file of the operator's own.
    let domain: [UInt8]

    /// - Parameter faults: receives folders that cannot be listed.
    static func all(of configuration: ServiceConfiguration, _ faults: inout [Fault]) -> [NamedFile] {
        let chain = configuration.supplyChain
        let signals = configuration.ipSignals
        var files: [NamedFile] = []
        for (kind, path) in [
            (Kind.rates, configuration.ratesFile), (.apps, chain.apps), (.blocked, chain.blocked),
            (.crawlers, configuration.crawlers), (.city, signals.city), (.network, signals.network),
            (.dataCentres, signals.dataCentres), (.proxies, signals.proxies),
        ] {
            if let path { files.append(NamedFile(kind: kind, path: path, domain: [])) }
        }
        for (kind, folder, ending) in [
            (Kind.sellers, chain.sellers, ".json"), (.adsTxt, chain.adsTxt, ".txt"),
            (.appAdsTxt, chain.appAdsTxt, ".txt"),
        ] {
            guard let folder else { continue }
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
                faults.append(
                    Fault(
                        "is no folder that can be listed", at: "",
                        hint: "make it, and put files named DOMAIN\(ending) into it", origin: folder))
                continue
            }
            for name in names.sorted() where name.hasSuffix(ending) && !name.hasPrefix(".") {
                let domain = Array(name.dropLast(ending.count).lowercased().utf8)
                files.append(NamedFile(kind: kind, path: folder + "/" + name, domain: domain))
            }
        }
        return files
    }
}
