import Clockwork
import Foundation
import Visiting
import Wire

/// Simulated viewers for the demo: they come in over real sockets, talk, like, and play along.
package struct DemoCrowd: Sendable {
    private let port: UInt16
    private let seed: UInt64
    private let count: Int
    private let log: Log

    package init(port: UInt16, viewers count: Int, seed: UInt64, log: Log) {
        self.port = port
        self.count = count
        self.seed = seed
        self.log = log
    }

    /// Keeps the crowd going until the task is cancelled.
    ///
    /// - Parameter director: Token of a host who starts a round when nobody has for a while.
    package func run(director: String) async {
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                group.addTask { await visit(number) }
            }
            group.addTask { await direct(director) }
        }
    }

    // MARK: - Viewers

    /// One viewer, who comes back after every lost connection, as people do.
    private func visit(_ number: Int) async {
        var random = SeededRandom(seed: seed &+ UInt64(number) &* 7_919)
        var taste = DemoTaste(wantsSeat: number % 8 == 3)
        let name =
            Self.names[number % Self.names.count] + (number < Self.names.count ? "" : "\(number)")
        try? await Task.sleep(for: .milliseconds(Int.random(in: 0...3_000, using: &random)))
        while !Task.isCancelled {
            do throws(RoomClientError) {
                let client = try await RoomClient.join(
                    RoomClient.Entry(
                        room: DemoShow.room, name: name, visitor: "demo-viewer-\(number)"),
                    port: port)
                await watch(client, &taste, &random)
                await client.leave()
            } catch {
                log.debug("a simulated viewer was not let in", ["error": .string("\(error)")])
            }
            try? await Task.sleep(for: .seconds(2))
        }
    }

    private func watch(
        _ client: RoomClient, _ taste: inout DemoTaste, _ random: inout SeededRandom
    ) async {
        var talk = Int.random(in: 2...16, using: &random)
        while !Task.isCancelled, await !client.isClosed {
            try? await Task.sleep(for: .seconds(1))
            talk -= 1
            if talk <= 0 {
                talk = Int.random(in: 6...28, using: &random)
                let line = Self.lines.randomElement(using: &random) ?? ""
                _ = try? await client.request("say", [("text", .string(line))])
            }
            if Int.random(in: 0..<5, using: &random) == 0 {
                let taps = Int64.random(in: 1...6, using: &random)
                _ = try? await client.request("like", [("count", .integer(taps))])
            }
            guard let act = taste.act(on: await client.states, &random) else { continue }
            _ = try? await client.request(
                "act",
                [
                    ("plugin", .string(act.plugin)), ("name", .string(act.name)),
                    ("value", act.value),
                ])
        }
    }

    // MARK: - The stand-in host

    /// Starts the assistant, and a round now and then, unless a person runs the show.
    private func direct(_ token: String) async {
        while !Task.isCancelled {
            do throws(RoomClientError) {
                let lastByPerson = Lock<UInt64?>(nil)
                let clock = SystemClock()
                let client = try await RoomClient.join(
                    RoomClient.Entry(room: DemoShow.room, token: token), port: port
                ) { message in
                    guard case .event(_, let name, _, let data) = message,
                        name == "started" || name == "stopped", data["by"] != "director"
                    else { return }
                    lastByPerson.withLock { $0 = clock.monotonicNanoseconds }
                }
                _ = try? await client.request("start", [("plugin", "faq-assistant")])
                var idleSeconds = 25
                while !Task.isCancelled, await !client.isClosed {
                    try? await Task.sleep(for: .seconds(1))
                    let status = await client.states["plugins"]?["price-guess"]?["status"]
                    idleSeconds = status == "idle" ? idleSeconds + 1 : 0
                    let person = lastByPerson.withLock { $0 }
                    let isPersonInCharge = person.map {
                        clock.monotonicNanoseconds &- $0 < 300_000_000_000
                    }
                    guard idleSeconds >= 35, isPersonInCharge != true else { continue }
                    idleSeconds = 0
                    _ = try? await client.request("start", [("plugin", "price-guess")])
                }
                await client.leave()
            } catch {
                log.debug("the stand-in host was not let in", ["error": .string("\(error)")])
            }
            try? await Task.sleep(for: .seconds(2))
        }
    }

    private static let names = [
        "小满", "阿喵", "Leo", "茶茶", "青山", "Mia", "老周", "豆豆", "Kevin", "北北", "云朵", "Nora",
        "大壮", "月牙", "Sam", "橘子", "小鹿", "阿勇", "Ivy", "团子", "林夕", "Ben", "可可", "星河",
    ]

    private static let lines = [
        "主播好！", "这个茶香气好足啊", "多少钱一罐？", "刚进来，在讲哪一款？", "包邮吗", "已经下单了",
        "冻顶乌龙耐泡吗？", "想看看茶汤颜色", "hello from Shanghai", "哈哈哈哈", "666", "求优惠券",
        "第一次喝乌龙，推荐吗", "上次买的龙井很好喝", "猜价格我来了", "盖碗有几个颜色", "送礼合适吗",
        "how long does delivery take?", "老客户回购了", "声音很清楚", "主播泡茶手法好专业", "铁壶好漂亮",
        "love this tea", "怎么保存呀", "有小包装吗", "这价格可以", "学到了", "再讲一遍产地吧",
    ]
}
