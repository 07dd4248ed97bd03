import Testing

/// Who may import whom: `Package.swift` is the map, and the sources must agree with it.
@Suite struct LayeringTests {
    private let package = PackageText(Repository.text("Package.swift") ?? "")

    /// What the toolchain brings; everything else is a target of this package.
    private static let platform: Set<String> = [
        "Darwin", "Dispatch", "Foundation", "FoundationNetworking", "Glibc", "Testing",
    ]
    /// Pure values and the hot path: Foundation's cost and its locks have no place there.
    private static let withoutFoundation: Set<String> = [
        "Clockwork", "Wire", "Lanes", "PluginContract", "Rooms", "Streaming",
    ]
    /// C comes in through one Swift module each.
    private static let importerOfC = [
        "CLua": "Scripting", "CSandbox": "Scripting", "CSQLite": "Journaling",
        "CCrypto": "Cryptography", "CKernel": "Lanes", "CNetlink": "Benchmarking",
        "CCage": "Staging", "CAllocationCounter": "Lanes",
        "CFloor": "Benchmarking",
    ]

    /// One `import` or `#include` of another target.
    private struct Import: CustomStringConvertible {
        var path: String
        var line: Int
        var module: String
        var description: String { "\(path):\(line): import \(module)" }
        /// The target that the file belongs to.
        var target: String { String(path.split(separator: "/")[1]) }
    }

    private let imports: [Import] = {
        let statement =
            /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|func|protocol|typealias|var|let|actor)\s+)?(?<name>\w+)/
        var imports: [Import] = []
        for folder in ["Sources", "Tests"] {
            for path in Repository.files(in: folder, where: { $0.hasSuffix(".swift") }) {
                for (index, line) in Repository.lines(path).enumerated() {
                    guard let match = line.firstMatch(of: statement) else { continue }
                    imports.append(
                        Import(path: path, line: index + 1, module: String(match.output.name)))
                }
            }
        }
        return imports
    }()

    @Test func `The map can be read`() {
        #expect(package.targets.count > 20)
        #expect(package.target("Wire")?.dependencies == [])
        #expect(package.target("CSandbox")?.dependencies == ["CLua"])
        #expect(package.target("Cryptography")?.dependencies == ["CCrypto", "Wire"])
        #expect(imports.count > 100)
    }

    @Test func `Every folder of sources and tests is a target, and every target has one`() {
        for folder in ["Sources", "Tests"] {
            let swift = Repository.files(in: folder) { $0.hasSuffix(".swift") }
            let folders = Set(
                swift.map { $0.split(separator: "/").prefix(2).joined(separator: "/") })
            let known = Set(package.targets.map(\.folder))
            #expect(folders.subtracting(known) == [], "\(folder) without a target")
        }
        for target in package.targets { #expect(Repository.exists(target.folder)) }
    }

    @Test func `Targets depend only on targets listed before them`() {
        var known: Set<String> = []
        for target in package.targets {
            let unknown = Set(target.dependencies).subtracting(known)
            #expect(unknown == [], "\(target.name) uses what is listed after it")
            known.insert(target.name)
        }
    }

    @Test func `Nothing depends on tests or on the command`() {
        let leaves = package.targets.filter { $0.kind == .tests || $0.kind == .command }.map(\.name)
        for target in package.targets {
            #expect(Set(target.dependencies).isDisjoint(with: leaves), "\(target.name)")
        }
    }

    @Test func `Every import is declared`() {
        for item in imports where !Self.platform.contains(item.module) {
            let declared = package.target(item.target)?.dependencies ?? []
            #expect(declared.contains(item.module), "\(item) is not a dependency of its target")
        }
    }

    @Test func `Every dependency of a module is imported`() {
        var unused: [String] = []
        for target in package.targets where target.kind == .module || target.kind == .command {
            // Targets of C include what they use; Lua is reached through the sandbox.
            guard Self.importerOfC[target.name] == nil else { continue }
            let imported = Set(imports.filter { $0.target == target.name }.map(\.module))
            let behind = imported.flatMap { package.target($0)?.dependencies ?? [] }
                .filter { Self.importerOfC[$0] == target.name }
            unused += target.dependencies.filter { !imported.union(behind).contains($0) }
                .map { "\(target.name) declares \($0)" }
        }
        #expect(unused == [])
    }

    @Test func `C is imported by one module each`() {
        let ofC = package.targets.map(\.name).filter { Self.importerOfC[$0] != nil }
        #expect(Set(ofC).isSuperset(of: ["CLua", "CSandbox", "CSQLite", "CCrypto"]))
        for target in package.targets where target.kind == .systemLibrary {
            #expect(Self.importerOfC[target.name] != nil, "who may import \(target.name)?")
        }
        for item in imports {
            guard let owner = Self.importerOfC[item.module] else { continue }
            let mayImport = [owner, owner + "Tests"].contains(item.target)
            #expect(mayImport, "\(item): only \(owner) and its tests may")
        }
    }

    @Test func `Headers of libraries are included behind their fences only`() {
        let platformHeaders = /^\s*#\s*include\s*<(?<header>lua|lauxlib|lualib|sqlite3|openssl)/
        let fences = ["CLua", "CSandbox", "CSQLite", "CCrypto", "CFloor"]
        let c = Repository.files(in: "Sources") { $0.hasSuffix(".c") || $0.hasSuffix(".h") }
        #expect(c.count > 5)
        for path in c {
            let target = String(path.split(separator: "/")[1])
            guard !fences.contains(target) else { continue }
            for line in Repository.lines(path) {
                #expect(line.firstMatch(of: platformHeaders) == nil, "\(path): \(line)")
            }
        }
    }

    @Test func `Pure modules do without Foundation`() {
        for item in imports where item.module.hasPrefix("Foundation") {
            #expect(!Self.withoutFoundation.contains(item.target), "\(item)")
        }
    }

    @Test func `There are no package dependencies`() {
        let text = package.text
        #expect(text.contains("\n    dependencies: [],\n"))
        #expect(!text.contains(".package("))
        #expect(!text.contains(".product("))
    }
}
