import Cryptography
import Testing
import Wire

@testable import Benchmarking

@Suite struct BenchCommandTests {
    @Test func `The options of the standard case iii`() throws {
        let options = try FanoutOptions(
            fanout: "--rooms 100 --viewers 100 --rate 20 --size 200 --seconds 8 --turns 7 --json"
                .split(separator: " ").map(String.init))
        var expected = FanoutOptions()
        (expected.rooms, expected.viewers, expected.rate) = (100, 100, 20)
        (expected.seconds, expected.turns, expected.isJSON) = (8, 7, true)
        #expect(options == expected)
    }

    @Test(arguments: [
        "--rooms 1 --viewers 19000", "--rooms 1000 --viewers 19", "--rate 0.5", "--rate 10000",
        "--size 30", "--size 16384", "--seconds 1", "--seconds 600", "--viewers 2 --slow 1",
        "--turns 1", "--turns 100",
    ])
    func `Options at their limits are taken`(_ line: String) throws {
        _ = try FanoutOptions(fanout: line.split(separator: " ").map(String.init))
    }

    @Test(arguments: [
        "--rooms 0", "--rooms 1001 --viewers 1", "--viewers 0", "--viewers 19001", "--rate 0",
        "--rate 10001", "--rate -1", "--rate nan", "--size 29", "--size 16385", "--seconds 0.9",
        "--seconds 601", "--viewers 2 --slow 2", "--slow -1", "--turns 0", "--turns 101", "--rooms",
        "--rooms x", "--what 1",
        "rooms",
    ])
    func `Options past their limits are refused`(_ line: String) {
        #expect(throws: UsageError.self) {
            _ = try FanoutOptions(fanout: line.split(separator: " ").map(String.init))
        }
    }

    @Test func `Idle connections spread over rooms`() throws {
        let four = try FanoutOptions(idle: [])
        #expect(four.rooms == 190)
        #expect(four.viewers == 100)
        #expect(four.rate == 0)
        let few = try FanoutOptions(idle: ["--connections", "50"])
        #expect(few.rooms == 1)
        #expect(few.viewers == 50)
        #expect(throws: UsageError.self) {
            try FanoutOptions(idle: ["--connections", "5", "--rooms", "6"])
        }
    }

    @Test func `The token is signed and of role service`() throws {
        let token = BenchmarkServer.serviceToken()
        let parts = token.split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        let claims = try JSON(parsing: #require(Base64URL.decode(parts[1])))
        #expect(claims["role"] == "service")
        #expect(claims["room"] == "*")
        #expect(Base64URL.decode(parts[2])?.count == 32)
    }

    @Test func `The port is read from the line that says listening`() {
        let log = """
            not JSON
            {"message":"starting","port":1}
            {"message":"listening on http://127.0.0.1:40123","port":40123}
            """
        #expect(BenchmarkServer.port(inLog: log) == 40123)
        #expect(BenchmarkServer.port(inLog: #"{"message":"starting","port":1}"#) == nil)
    }

    @Test func `The text names what was measured and what it means`() throws {
        let load = try #require(
            try JSON(
                parsing: """
                    {"connected":1001,"connectsPerSecond":5000,"received":500000,"expected":500000,\
                    "loss":0,"duplicates":0,"reordered":0,"deliveriesPerSecond":50000,\
                    "latencyMilliseconds":{"p50":3.5,"p90":8,"p99":14.25,"max":31},\
                    "publishLagMilliseconds":{"p99":0.2},"serverMicrosecondsPerDelivery":9.5,\
                    "eventWireBytes":290,"bytesPerConnection":1024}
                    """
            ).objectValue)
        let report = FanoutReport(options: FanoutOptions(), load: load, floor: [9, 10])
        #expect(report.ratio == 1)
        #expect(report.text.contains("latency ms               p50 3.50  p90 8  p99 14.25  max 31"))
        #expect(report.text.contains("× floor                  1\n"))
        #expect(report.json["ratioToFloor"] == 1.0)
        let outcome = BenchmarkCases.Outcome(
            name: "i", figures: [("p99 ms ≤ 20", "14.25", true)], json: report.json)
        #expect(BenchmarkCases.table([outcome]).contains("i     p99 ms ≤ 20  14.25     met"))
    }

    @Test func `Turns have a ratio each, and their median is what counts`() throws {
        func report(_ microseconds: Double, _ floor: [Double]) -> FanoutReport {
            FanoutReport(
                options: FanoutOptions(),
                load: [
                    "deliveriesPerSecond": 50_000, "loss": 1,
                    "latencyMilliseconds": ["p99": .double(microseconds)],
                    "serverMicrosecondsPerDelivery": .double(microseconds),
                ], floor: floor)
        }
        var options = FanoutOptions()
        options.turns = 3
        var turns = FanoutTurns(
            options: options,
            reports: [report(6, [5, 7]), report(9, [7, 5]), report(5.5, [5, 5])])
        #expect(turns.ratios == [1, 1.5, 1.1])
        #expect(turns.ratio == 1.1)
        #expect(turns.sum("loss") == 3 && turns.latencyMax("p99") == 9)
        #expect(turns.json["ratiosToFloor"] == [1.0, 1.5, 1.1])
        #expect(turns.json["ratioToFloorMedian"] == 1.1)
        #expect(turns.json["turns"]?.arrayValue?.count == 3)
        #expect(
            turns.text.contains("2     50000         1     9       9          7, 5      1.50"))
        #expect(turns.text.contains("× floor, median  1.10\n"))
        #expect(turns.text.contains("lowest, highest  1, 1.50\n"))
        // A turn without a figure leaves no median of the others.
        turns.reports.append(
            FanoutReport(options: options, load: ["loss": 0], floor: [5, 5]))
        #expect(turns.ratio == nil && turns.latencyMax("p99") == nil && turns.sum("loss") == 3)
        #expect(turns.json["ratioToFloorMedian"] == .null)
    }

    @Test(
        arguments: [
            ([], nil), ([3], 3), ([4, 1], 2.5), ([9, 1, 2], 2), ([4, 1, 3, 2], 2.5),
        ] as [([Double], Double?)])
    func `The median is the middle, or what lies between the two`(
        _ figures: [Double], _ expected: Double?
    ) {
        #expect(median(figures) == expected)
    }

    @Test(arguments: [
        (0.0, "0"), (3.0, "3"), (0.05, "0.05"), (1.999, "2.00"), (-1.5, "-1.50"), (123.4, "123"),
    ])
    func `A figure has the digits that are worth reading`(_ number: Double, _ text: String) {
        #expect(show(number) == text)
    }
}
