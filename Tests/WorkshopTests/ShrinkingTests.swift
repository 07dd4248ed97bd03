import Testing

@testable import Workshop

/// Delta debugging on lists whose failure is known.
@Suite struct ShrinkingTests {
    @Test(arguments: [[3], [1, 20], [2, 3, 5, 7, 11], Array(1...20)])
    func `What is needed stays, and nothing else`(needed: [Int]) async {
        let found = await Shrinking.shortest(Array(1...20), runsMax: 1_000) { list in
            Set(needed).isSubset(of: list)
        }
        #expect(found == needed)
    }

    @Test func `Of two ways to fail one is found whole`() async {
        let found = await Shrinking.shortest(Array(1...64), runsMax: 1_000) { list in
            list.contains(7) || list.contains(50) && list.contains(51)
        }
        #expect(found == [7] || found == [50, 51])
    }

    @Test(arguments: [0, 1, 5])
    func `It ends after so many tries, with a list that fails`(runsMax: Int) async {
        var runs = 0
        let found = await Shrinking.shortest(Array(1...100), runsMax: runsMax) { list in
            runs += 1
            return list.contains(1) && list.contains(100)
        }
        #expect(runs <= runsMax)
        #expect(found.contains(1) && found.contains(100))
    }
}
