import Foundation
import Testing
import Visiting
import Wire

/// The guides, done as a reader does them: every plugin in them is written, checked and tested, and what
/// commands are said to print is looked for.
@Suite(.serialized) struct GuideTests {
    @Test(arguments: ["guides/big-rooms", "guides/localisation", "concepts"])
    func `Every step of a page can be done as it is written`(page: String) async throws {
        try await perform(page)
    }

    @Test func `The guide about money can be done as it is written, with a server that is killed`()
        async throws
    {
        try await perform("guides/money") { desk, number, port in
            let press: [(String, JSON)] = [
                ("plugin", "first-come"), ("name", "grab"), ("value", .null),
            ]
            func viewer(_ name: String) async throws -> RoomClient {
                try await RoomClient.join(
                    RoomClient.Entry(room: "teahouse", name: name, visitor: "guide-" + name),
                    port: port)
            }
            switch number {
            case 1:
                let host = try await self.host(desk, port)
                _ = try await host.request("start", [("plugin", "first-come")])
                let ana = try await viewer("Ana")
                _ = try await ana.request("act", press)
                let mine = try await ana.state("own:first-come") { $0["mine"] }
                #expect(mine["elements"]?[0]?["text"] == "yours")
            default:
                let ana = try await viewer("Ana")
                await #expect(throws: RoomClientError.self) { try await ana.request("act", press) }
                let bo = try await viewer("Bo")
                _ = try await bo.request("act", press)
                _ = try await bo.state("plugins") {
                    $0["first-come"]?["status"] == "idle" ? true : nil
                }
                await ana.leave()
                await bo.leave()
            }
        }
    }

    @Test func `The guide about upgrades can be done as it is written, while the plugin runs`()
        async throws
    {
        try await perform("guides/upgrading") { desk, number, port in
            let press: [(String, JSON)] = [("plugin", "tally"), ("name", "red"), ("value", .null)]
            let ana = try await RoomClient.join(
                RoomClient.Entry(room: "teahouse", name: "Ana", visitor: "guide-Ana"), port: port)
            func expect(version: String) async throws {
                _ = try await ana.state("plugins") {
                    $0["tally"]?["version"]?.stringValue == version ? true : nil
                }
            }
            switch number {
            case 1:
                let host = try await self.host(desk, port)
                _ = try await host.request("start", [("plugin", "tally")])
                for _ in 0..<2 { _ = try await ana.request("act", press) }
                await host.leave()
            case 2:
                try await expect(version: "1.1.0")
                _ = try await ana.request("act", press)
                _ = try await ana.state("panel:tally:viewer") {
                    $0["elements"]?[3]?["value"] == 3 ? true : nil
                }
            case 3:
                // What did not pass changes nothing.
                try await expect(version: "1.1.0")
            default:
                try await expect(version: "2.0.0")
                _ = try await ana.request("act", press)
                _ = try await ana.state("panel:tally:viewer") {
                    $0["elements"]?[1]?["value"] == 4 ? true : nil
                }
            }
            await ana.leave()
        }
    }

    private typealias Desk = (
        _ desk: PageDesk, _ number: Int, _ port: UInt16
    ) async throws -> Void

    private func perform(_ page: String, visit: @escaping Desk = { _, _, _ in }) async throws {
        let text = try String(
            contentsOfFile: Folder.root + "/SDK-docs/\(page).md", encoding: .utf8)
        let steps = PageStep.all(in: text)
        let folder = try Folder()
        let desk = PageDesk(folder: folder.path)
        desk.visit = { [unowned desk] number, port in try await visit(desk, number, port) }
        defer { desk.close() }
        for step in steps { try await desk.perform(step) }
        // A plugin is checked and tested at least.
        #expect(desk.runCount >= 2)
    }

    private func host(_ desk: PageDesk, _ port: UInt16) async throws -> RoomClient {
        let words = "token --config config.json --room teahouse --role host --subject mei"
        let token = try await desk.playhouse(words.split(separator: " ").map(String.init))
        return try await RoomClient.join(
            RoomClient.Entry(
                room: "teahouse", token: token.trimmingCharacters(in: .whitespacesAndNewlines)),
            port: port)
    }
}
