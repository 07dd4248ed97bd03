// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// A library target of this package; dependencies may only point to targets listed above it.
func module(
    _ name: String, uses dependencies: [String] = [], resources: [Resource] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .byName(name: $0) },
        resources: resources, swiftSettings: strict)
}

func tests(
    _ name: String, uses dependencies: [String], exclude: [String] = [], resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies.map { .byName(name: $0) }, exclude: exclude,
        resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "playhouse",
    products: [.executable(name: "playhouse", targets: ["PlayhouseCommand"])],
    dependencies: [],
    targets: [
        .systemLibrary(
            name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(
            name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CKernel"),
        .systemLibrary(name: "CNetlink"),
        .target(name: "CSandbox", dependencies: ["CLua"]),
        .target(name: "CCage"),
        .target(name: "CFloor", dependencies: ["CLua"]),

        module("Clockwork"),
        module("Wire"),
        module("Cryptography", uses: ["CCrypto", "Wire"]),
        module("Fetching", uses: ["Clockwork"]),

        module("Lanes", uses: ["CKernel", "Clockwork", "Wire"]),
        module("Scripting", uses: ["CSandbox", "Clockwork"]),
        module("Journaling", uses: ["CSQLite", "Clockwork"]),
        module("PluginContract", uses: ["Wire"]),
        module("Fairness", uses: ["Wire", "Cryptography", "PluginContract"]),

        module(
            "PluginHosting",
            uses: [
                "Clockwork", "Wire", "Cryptography", "Scripting", "PluginContract", "Fairness",
            ]),
        module("Rooms", uses: ["Wire", "PluginContract"]),

        module(
            "Staging",
            uses: ["CCage", "Clockwork", "Scripting", "PluginContract", "PluginHosting"]),
        module(
            "Serving",
            uses: ["Clockwork", "Wire", "Cryptography", "Lanes", "PluginContract", "Rooms"],
            resources: [.copy("Pages")]),
        module("Streaming", uses: ["Clockwork", "Wire", "Cryptography", "Lanes"]),
        module("Visiting", uses: ["Wire", "Cryptography", "Lanes", "PluginContract"]),
        module(
            "Outreach",
            uses: [
                "Clockwork", "Wire", "Cryptography", "Fetching", "PluginContract", "PluginHosting",
            ]),
        module(
            "Knowledge",
            uses: ["Clockwork", "Wire", "Cryptography", "Fetching", "PluginContract"],
            resources: [.copy("Data")]),

        module(
            "Playhouse",
            uses: [
                "Clockwork", "Wire", "Cryptography", "Lanes", "Scripting", "Journaling",
                "PluginContract", "PluginHosting", "Rooms", "Serving", "Staging", "Visiting",
                "Outreach", "Knowledge", "Fetching", "Fairness", "Streaming",
            ]),
        module(
            "Workshop",
            uses: [
                "Clockwork", "Wire", "Cryptography", "Scripting", "Journaling", "PluginContract",
                "PluginHosting", "Rooms", "Serving", "Visiting", "Playhouse",
            ], resources: [.copy("Lua"), .copy("Templates"), .copy("Dev")]),
        module(
            "Benchmarking",
            uses: ["CFloor", "CNetlink", "Clockwork", "Wire", "Cryptography", "Scripting", "Lanes"]),
        .executableTarget(
            name: "PlayhouseCommand",
            dependencies: [
                "Clockwork", "Wire", "Cryptography", "Scripting", "Journaling", "PluginContract",
                "PluginHosting", "Staging", "Playhouse", "Workshop", "Benchmarking", "Knowledge",
                "Fetching", "Fairness",
            ],
            swiftSettings: strict),

        .target(
            name: "ShowTrials",
            dependencies: ["Clockwork", "Wire", "Cryptography", "Journaling", "Visiting"],
            path: "Tests/ShowTrials", swiftSettings: strict),
        .executableTarget(
            name: "ShowTrialsCommand", dependencies: ["ShowTrials"],
            path: "Tests/ShowTrialsCommand", swiftSettings: strict),

        tests("ClockworkTests", uses: ["Clockwork"]),
        tests("WireTests", uses: ["Wire"]),
        tests("CryptographyTests", uses: ["Cryptography", "Wire", "Clockwork"]),
        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        tests("LanesTests", uses: ["Lanes", "CAllocationCounter", "Clockwork", "Wire"]),
        tests("ScriptingTests", uses: ["Scripting", "CLua", "Clockwork"]),
        tests("FetchingTests", uses: ["Fetching", "Visiting", "Clockwork"]),
        tests("JournalingTests", uses: ["Journaling", "CSQLite", "Clockwork"]),
        tests(
            "FairnessTests", uses: ["Fairness", "PluginContract", "Cryptography", "Wire"]),
        tests("PluginContractTests", uses: ["PluginContract", "Wire"]),
        tests(
            "PluginHostingTests",
            uses: ["PluginHosting", "PluginContract", "Scripting", "Wire", "Clockwork"]),
        tests(
            "StagingTests",
            uses: [
                "Staging", "PluginHosting", "PluginContract", "Scripting", "Wire",
                "Clockwork",
            ]),
        tests("RoomsTests", uses: ["Rooms", "PluginContract", "Wire", "Clockwork"]),
        tests(
            "ServingTests",
            uses: [
                "Serving", "Lanes", "Rooms", "PluginContract", "Wire", "Cryptography", "Clockwork",
            ]),
        tests(
            "PlayhouseTests",
            uses: [
                "Playhouse", "Serving", "Lanes", "Rooms", "Journaling", "PluginHosting",
                "PluginContract", "Scripting", "Outreach", "Knowledge",
                "Staging", "Wire", "Cryptography", "Clockwork", "Visiting", "Streaming",
            ]),
        tests(
            "SimulationTests",
            uses: [
                "Playhouse", "Serving", "Journaling", "PluginHosting", "PluginContract",
                "Scripting", "Rooms", "Lanes", "Wire", "Clockwork", "Cryptography", "Visiting",
                "Fairness",
            ]),
        tests(
            "WorkshopTests",
            uses: [
                "Workshop", "Playhouse", "Journaling", "Visiting", "PluginHosting",
                "PluginContract", "Scripting", "Wire", "Clockwork",
            ]),
        tests(
            "OutreachTests",
            uses: [
                "Outreach", "PluginContract", "PluginHosting", "Visiting", "Wire", "Cryptography",
                "Clockwork",
            ]),
        tests(
            "KnowledgeTests", uses: ["Knowledge", "Fetching", "Visiting", "Wire", "Clockwork"],
            resources: [.copy("Shops")]),
        tests("StreamingTests", uses: ["Streaming", "Lanes", "Wire", "Cryptography", "Clockwork"]),
        tests("VisitingTests", uses: ["Visiting", "Wire", "Clockwork", "Cryptography"]),
        tests("BenchmarkingTests", uses: ["Benchmarking", "Wire", "Cryptography"]),
        tests(
            "BrowserTests", uses: ["Visiting", "Wire", "Clockwork", "Cryptography"],
            exclude: ["Plugins", "Shop"]),
        tests("ShowTrialsTests", uses: ["ShowTrials", "Journaling", "Wire"]),
        tests("TidyTests", uses: []),
    ]
)
