import Cryptography
import PluginContract
import Testing
import Wire

@testable import Fairness

@Suite struct DrawBundleTests {
    private func bundle(sides: Int64 = 6) throws -> DrawBundle {
        let draw = try DrawTests.draw()
        let ranking = draw.ranking(count: 3)
        return DrawBundle(
            show: "spring-tea", plugin: "lottery", name: "draw-1", number: 2,
            commitment: Commitment.text(secret: draw.secret, rules: draw.rules),
            rules: draw.rules, secret: Digest.hex(draw.secret), entrants: draw.entrants.json,
            entrantsHash: Draw.hash(of: draw.entrants), input: draw.input, count: 3,
            sides: sides, ranking: ranking,
            rolls: sides > 0 ? draw.rolls(of: ranking, sides: sides) : [],
            records: [1, 7, 7, 8], abandonedBefore: 1)
    }

    @Test(arguments: [0, 6] as [Int64])
    func `A good draw has no problem, also when it was written and read`(sides: Int64) throws {
        let bundle = try bundle(sides: sides)
        #expect(bundle.problems() == [])
        let read = try DrawBundle(json: try JSON(parsing: bundle.json.encoded()))
        #expect(read == bundle)
        #expect(
            read.problems(
                commitment: bundle.commitment.uppercased(), entrantsHash: bundle.entrantsHash)
                == [])
    }

    /// One change of a good bundle, and what it leads to.
    struct Tampering: Sendable, CustomTestStringConvertible {
        var name: String
        var expected: [DrawBundle.Problem]
        var change: @Sendable (inout DrawBundle) -> Void
        var testDescription: String { name }
    }

    static let tamperings: [Tampering] = [
        Tampering(name: "another secret", expected: [.commitment, .ranking, .rolls]) {
            $0.secret = String($0.secret.reversed())
        },
        Tampering(name: "a secret that is none", expected: [.commitment, .ranking, .rolls]) {
            $0.secret = "zz"
        },
        Tampering(name: "other rules", expected: [.commitment, .ranking, .rolls]) {
            $0.rules = #"{"prize":"tea","winners":3}"#
        },
        Tampering(name: "another commitment", expected: [.commitment]) {
            $0.commitment = String($0.commitment.reversed())
        },
        Tampering(name: "somebody more", expected: [.entrantsHash, .ranking]) {
            $0.entrants = [["ana", 1], ["bo", 3], ["cy", 1], ["dee", 1], ["z", 1], ["小安", 2]]
        },
        Tampering(name: "somebody with more tickets", expected: [.entrantsHash]) {
            $0.entrants = [["ana", 1], ["bo", 4], ["cy", 1], ["z", 1], ["小安", 2]]
        },
        Tampering(name: "another order", expected: [.entrants]) {
            $0.entrants = .array(($0.entrants.arrayValue ?? []).reversed())
        },
        Tampering(name: "somebody twice", expected: [.entrants]) {
            $0.entrants = [["ana", 1], ["ana", 1], ["bo", 3], ["cy", 1], ["z", 1]]
        },
        Tampering(name: "another hash of the list", expected: [.entrantsHash]) {
            $0.entrantsHash = String($0.entrantsHash.reversed())
        },
        Tampering(name: "another input", expected: [.ranking, .rolls]) { $0.input = "4712" },
        Tampering(name: "other winners", expected: [.ranking, .rolls]) {
            $0.ranking.swapAt(0, 1)
        },
        Tampering(name: "a winner less", expected: [.ranking, .rolls]) {
            $0.ranking.removeLast()
        },
        Tampering(name: "another number", expected: [.rolls]) { $0.rolls[0] += 1 },
        Tampering(name: "revealed before it was asked", expected: [.order]) {
            $0.records = [1, 7, 8, 8]
        },
        Tampering(name: "a list before the commitment", expected: [.order]) {
            $0.records = [7, 1, 8, 9]
        },
    ]

    @Test(arguments: tamperings)
    func `Whatever was changed is found`(tampering: Tampering) throws {
        var bundle = try bundle()
        tampering.change(&bundle)
        let problems = bundle.problems()
        #expect(!problems.isEmpty)
        // Other places may follow from other parts by chance, so these must be among them.
        for problem in tampering.expected where problem != .ranking && problem != .rolls {
            #expect(problems.contains(problem), "\(problems)")
        }
        #expect(Set(problems).isDisjoint(with: [.otherCommitment, .otherEntrants]))
        if tampering.expected.first == .ranking { #expect(problems.contains(.ranking)) }
        if tampering.expected == [.rolls] { #expect(problems == [.rolls]) }
    }

    @Test func `A bundle that is good in itself is not the one that was shown`() throws {
        let bundle = try bundle()
        let other = String(repeating: "0", count: 64)
        #expect(bundle.problems(commitment: other) == [.otherCommitment])
        #expect(bundle.problems(entrantsHash: other) == [.otherEntrants])
    }

    @Test func `A list may be fixed together with the commitment`() throws {
        var bundle = try bundle()
        bundle.records = [7, 7, 7, 8]
        #expect(bundle.problems() == [])
    }

    /// A price that was committed to and revealed, and nobody drawn.
    private func sealed() throws -> DrawBundle {
        var bundle = try bundle(sides: 0)
        (bundle.entrants, bundle.entrantsHash, bundle.input) = (.null, "", "")
        (bundle.count, bundle.ranking, bundle.records) = (0, [], [1, 7, 8])
        return bundle
    }

    @Test func `What was revealed without a draw is checked as far as there is something`() throws {
        let bundle = try sealed()
        #expect(bundle.problems(commitment: bundle.commitment) == [])
        #expect(try DrawBundle(json: try JSON(parsing: bundle.json.encoded())) == bundle)
        var other = bundle
        other.rules = #"{"price":1}"#
        #expect(other.problems() == [.commitment])
        other = bundle
        other.records = [1, 8, 8]
        #expect(other.problems() == [.order])
        // A draw cannot pass for something without one.
        let draw = try self.bundle()
        other = bundle
        other.ranking = draw.ranking
        #expect(other.problems() == [.ranking])
        other = bundle
        other.rolls = draw.rolls
        #expect(other.problems() == [.rolls])
        #expect(bundle.problems(entrantsHash: draw.entrantsHash) == [.otherEntrants])
    }

    @Test func `What is no bundle says why`() throws {
        #expect(throws: DrawBundle.Unreadable.self) { try DrawBundle(json: [:]) }
        let json = try bundle().json.objectValue ?? [:]
        for (name, _) in json.members where name != "entrants" {
            var less = json
            less[name] = JSON?.none
            #expect(throws: DrawBundle.Unreadable.self, "without \(name)") {
                try DrawBundle(json: .object(less))
            }
        }
    }
}
