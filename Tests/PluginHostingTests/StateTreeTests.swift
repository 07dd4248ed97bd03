import PluginHosting
import Testing
import Wire

@Suite struct StateTreeTests {
    @Test(
        arguments: [
            ([:], [[["a"], 1]], ["a": 1]),
            (["a": 1], [[["a"]]], [:]),
            (["a": 1], [[["b"]]], ["a": 1]),
            (["a": ["b": 1]], [[["a", "c"], ["d": [:]]]], ["a": ["b": 1, "c": ["d": [:]]]]),
            (["l": [1, 2]], [[["l", 3], 3]], ["l": [1, 2, 3]]),
            (["l": [1, 2]], [[["l", 2]]], ["l": [1]]),
            (["l": [1, 2]], [[["l", 1]]], ["l": ["#2": 2]]),
            (["l": [1]], [[["l", 1]]], ["l": [:]]),
            (["l": ["#2": 2]], [[["l", 1], 1]], ["l": [1, 2]]),
            (
                [:], [[["t"], [:]], [["t", 1], "x"], [["t", "1"], "y"]],
                ["t": ["#1": "x", "1": "y"]]
            ),
            ([:], [[["#a"], 1]], ["##a": 1]),
            ([:], [[[-5], 1]], ["#-5": 1]),
        ] as [(JSON, JSON, JSON)])
    func `Changes are applied in order`(before: JSON, changes: JSON, after: JSON) throws {
        var tree = try #require(StateTree(json: before))
        let isApplied = tree.apply(changes)
        #expect(isApplied)
        #expect(tree.json == after)
        #expect(StateTree(json: after) == tree)
    }

    @Test(
        arguments: [
            [[["a", "b"], 1]], [[["x", "b"], 1]], [[[], 1]], [[[1.5], 1]], [[["a"], 1, 2]], [5],
            ["a": 1], 5, [[["new"], 1], [["n", "c"], 2], [["a", "b"], 3]],
        ] as [JSON])
    func `Changes that do not fit change nothing`(changes: JSON) throws {
        let before = try #require(StateTree(json: ["a": 1, "n": ["c": 1]]))
        var tree = before
        let isApplied = tree.apply(changes)
        #expect(!isApplied)
        #expect(tree == before)
    }

    @Test func `No changes are null or an empty list`() {
        var tree = StateTree()
        for none: JSON in [nil, []] {
            let isApplied = tree.apply(none)
            #expect(isApplied)
        }
        #expect(tree.json == [:])
    }

    @Test(arguments: [nil, 1, "a"] as [JSON])
    func `Only a table is a state`(json: JSON) {
        #expect(StateTree(json: json) == nil)
    }
}
