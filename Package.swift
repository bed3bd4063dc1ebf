// swift-tools-version: 6.2
import PackageDescription

/// What every target with sockets of its own needs.
let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1"].map { .product(name: $0, package: "swift-nio") }

/// One entry a target; `scripts/check-imports` holds this table to the import rules of docs/ARCHITECTURE.md.
let package = Package(
    name: "vendue",
    platforms: [.macOS(.v26)],
    products: [.executable(name: "vendue", targets: ["vendue"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        .target(
            name: "CSimdJSON",
            cxxSettings: [.unsafeFlags(["-O3"])],
            linkerSettings: [.linkedLibrary("simdjson")]
        ),
        .target(name: "Units"),
        .target(name: "OpenRTB", dependencies: ["Units", "CSimdJSON"]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CMaxMind", pkgConfig: "libmaxminddb", providers: [.apt(["libmaxminddb-dev"])]),
        .target(name: "HTTP1", dependencies: ["Units"]),
        .target(name: "Sealing", dependencies: ["Units", "COpenSSL"]),
        .target(name: "Consent", dependencies: ["OpenRTB", "Units"]),
        .target(name: "Events", dependencies: ["Units", "OpenRTB"]),
        .target(name: "CFallocate"),
        .target(name: "EventLog", dependencies: ["Units", "OpenRTB", "Events", "CFallocate"]),
        .target(name: "Targeting", dependencies: ["Units", "OpenRTB"]),
        .target(name: "Vetting", dependencies: ["Units", "OpenRTB"]),
        .target(name: "IPSignals", dependencies: ["Units", "OpenRTB", "Targeting", "CMaxMind"]),
        .target(name: "BidKit", dependencies: ["Units", "OpenRTB"]),
        .target(name: "FlatPrice", dependencies: ["BidKit"], path: "Bidders/FlatPrice"),
        .target(
            name: "Documents",
            dependencies: [
                "Units", "OpenRTB", "BidKit", "Consent", "Targeting", "Creative", "Sealing", "Vetting",
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        .target(name: "Creative", dependencies: ["Units", "OpenRTB"]),
        .target(name: "Ledger", dependencies: ["Units", "Events"]),
        .target(
            name: "Audience",
            dependencies: ["Units", "OpenRTB", "Consent", "Documents", "Events", "Sealing", "Targeting"]),
        .target(
            name: "Auction",
            dependencies: [
                "Units", "OpenRTB", "Audience", "BidKit", "Targeting", "Documents", "Events", "Ledger", "Creative",
                "Consent", "IPSignals", "Sealing", "Vetting",
            ]
        ),
        .target(name: "Analytics", dependencies: ["Units", "OpenRTB", "Consent", "Events"]),
        .target(name: "Meters"),
        .target(
            name: "BidPlane",
            dependencies: [
                "Units", "HTTP1", "OpenRTB", "Audience", "Auction", "Consent", "Documents", "EventLog", "Events",
                "Ledger",
                "IPSignals", "Sealing", "Targeting", "Meters", "CZlib",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .target(
            name: "ControlPlane",
            dependencies: [
                "Units", "Audience", "BidKit", "Documents", "Sealing", "CZlib",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .target(
            name: "Traffic",
            dependencies: [
                "Units",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ]
        ),
        .executableTarget(
            name: "vendue",
            dependencies: [
                "Analytics", "Audience", "Auction", "BidKit", "BidPlane", "Consent", "ControlPlane", "Creative",
                "Documents", "EventLog", "Events", "FlatPrice", "IPSignals", "Ledger", "Meters", "OpenRTB", "Sealing",
                "Targeting",
                "Traffic", "Units", "Vetting",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .target(name: "CAllocations", path: "LoadTests/CAllocations"),
        .executableTarget(
            name: "bid-benchmark",
            dependencies: [
                "Auction", "BidKit", "CAllocations", "CSimdJSON", "Consent", "Documents", "EventLog", "FlatPrice",
                "Ledger",
                "OpenRTB", "Sealing", "Traffic", "Units",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "LoadTests/BidBenchmark"),
        .executableTarget(
            name: "targeting-benchmark",
            dependencies: [
                "CAllocations", "OpenRTB", "Targeting", "Units",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "LoadTests/TargetingBenchmark"),
        .executableTarget(
            name: "audience-benchmark",
            dependencies: [
                "Audience", "CAllocations", "Consent", "Events", "IPSignals", "OpenRTB", "Targeting", "Traffic",
                "Units",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "LoadTests/AudienceBenchmark"),
        .executableTarget(
            name: "ledger-benchmark",
            dependencies: [
                "BidPlane", "CAllocations", "EventLog", "Events", "Ledger", "OpenRTB", "Units",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "LoadTests/LedgerBenchmark"),
        .executableTarget(
            name: "registry-benchmark",
            dependencies: [
                "Auction", "BidKit", "ControlPlane", "Documents", "FlatPrice", "Ledger", "Units",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "LoadTests/RegistryBenchmark"),
        .target(
            name: "LoadKit",
            dependencies: [
                "Events", "Ledger", "Traffic", "Units", "CZlib",
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ] + nio,
            path: "LoadTests/LoadKit"),
        .executableTarget(
            name: "load-test",
            dependencies: [
                "LoadKit", "Traffic",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "LoadTests/LoadGenerator"),
        .testTarget(name: "LoadGeneratorTests", dependencies: ["LoadKit", "Ledger", "Traffic", "Units"] + nio),
        .target(
            name: "FuzzSubjects",
            dependencies: [
                "Audience", "Auction", "Consent", "Documents", "EventLog", "Events", "FlatPrice", "HTTP1", "Ledger",
                "OpenRTB", "Sealing", "Targeting", "Traffic", "Units",
            ],
            path: "Fuzzing/FuzzSubjects"),
        .testTarget(
            name: "FuzzSubjectsTests",
            dependencies: [
                "FuzzSubjects", "Auction", "Consent", "Documents", "Events", "HTTP1", "Ledger", "OpenRTB", "Sealing",
                "Units",
            ]),
        .target(
            name: "Simulation",
            dependencies: [
                "Auction", "BidKit", "BidPlane", "Documents", "EventLog", "Events", "FlatPrice", "Ledger", "Sealing",
                "Units",
            ],
            path: "Tests/Simulation/Simulation"),
        .executableTarget(
            name: "vendue-simulate",
            dependencies: ["Simulation", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Tests/Simulation/VendueSimulate"),
        .testTarget(name: "SimulationTests", dependencies: ["EventLog", "Simulation"]),
        .testTarget(name: "UnitsTests", dependencies: ["Units"]),
        .testTarget(
            name: "OpenRTBTests", dependencies: ["OpenRTB", "Units"], exclude: ["Fixtures"]),
        .testTarget(
            name: "ControlPlaneTests",
            dependencies: [
                "ControlPlane", "Audience", "BidKit", "Documents", "Units", "CZlib",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(name: "TargetingTests", dependencies: ["Targeting", "OpenRTB", "Units"]),
        .testTarget(name: "VettingTests", dependencies: ["Vetting", "OpenRTB", "Units"]),
        .testTarget(name: "IPSignalsTests", dependencies: ["IPSignals", "OpenRTB", "Targeting", "Units"]),
        .testTarget(name: "AnalyticsTests", dependencies: ["Analytics", "Events", "OpenRTB", "Units"]),
        .testTarget(
            name: "AuctionTests",
            dependencies: [
                "Auction", "Audience", "BidKit", "Consent", "Creative", "Documents", "Events", "FlatPrice", "Ledger",
                "OpenRTB",
                "Sealing", "Targeting", "Units", "Vetting", "IPSignals",
            ],
            exclude: ["Cases"]),
        .testTarget(
            name: "BidPlaneTests",
            dependencies: [
                "BidPlane", "HTTP1", "Audience", "Auction", "BidKit", "Consent", "Documents", "EventLog", "Events",
                "FlatPrice", "IPSignals", "Ledger", "Meters", "OpenRTB", "Sealing", "Targeting", "Units", "CZlib",
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ] + nio),
        .testTarget(
            name: "HTTP1Tests",
            dependencies: ["HTTP1", "Units", .product(name: "NIOEmbedded", package: "swift-nio")] + nio),
        .testTarget(name: "CreativeTests", dependencies: ["Creative", "OpenRTB"]),
        .testTarget(
            name: "DocumentsTests",
            dependencies: [
                "Documents", "BidKit", "Consent", "FlatPrice", "OpenRTB", "Sealing", "Targeting", "Units", "Vetting",
            ]),
        .testTarget(name: "FlatPriceTests", dependencies: ["FlatPrice", "BidKit"]),
        .testTarget(name: "LedgerTests", dependencies: ["Ledger", "Events", "OpenRTB", "Units"]),
        .testTarget(name: "ConsentTests", dependencies: ["Consent", "OpenRTB", "Units"]),
        .testTarget(
            name: "AudienceTests",
            dependencies: [
                "Audience", "Consent", "Documents", "Events", "OpenRTB", "Sealing", "Targeting", "Units",
            ]),
        .testTarget(name: "EventsTests", dependencies: ["Events", "OpenRTB", "Units"]),
        .testTarget(name: "EventLogTests", dependencies: ["EventLog", "Events", "OpenRTB", "Units"]),
        .testTarget(name: "SealingTests", dependencies: ["Sealing", "Units", "COpenSSL"]),
        .testTarget(
            name: "TrafficTests",
            dependencies: [
                "Traffic", "Units",
            ] + nio),
    ],
    cxxLanguageStandard: .cxx17
)

// Without libFuzzer it has no main: scripts/fuzz alone builds it.
if Context.environment["VENDUE_FUZZING"] == "1" {
    package.targets.append(
        .executableTarget(name: "vendue-fuzz", dependencies: ["FuzzSubjects"], path: "Fuzzing/VendueFuzz"))
}

// Runs under the thread sanitizer, which needs a build of its own: scripts/races alone builds it.
if Context.environment["VENDUE_RACES"] == "1" {
    package.targets += [
        .target(name: "CMutexAnnotations", path: "Tests/Races/CMutexAnnotations"),
        .executableTarget(
            name: "snapshot-races",
            dependencies: [
                "Auction", "BidKit", "CMutexAnnotations", "Documents", "Events", "FlatPrice", "Ledger", "OpenRTB",
                "Sealing", "Targeting", "Units", "Vetting",
            ],
            path: "Tests/Races/SnapshotRaces"),
    ]
}

// The same strict settings for every Swift target.
let shims: Set = ["CAllocations", "CFallocate", "CMutexAnnotations", "CSimdJSON", "CMaxMind", "COpenSSL", "CZlib"]
for target in package.targets where !shims.contains(target.name) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .strictMemorySafety(),
            .treatAllWarnings(as: .error),
            // The debug build, which the tests run, checks every access; the bid path does not pay for it again.
            .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
        ]
}
