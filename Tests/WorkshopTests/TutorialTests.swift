import Clockwork
import Foundation
import Testing

/// The tutorial, done step by step as a reader does it: files are written, changed and added to, commands
/// are run, and what they are said to print is looked for.
@Suite(.serialized) struct TutorialTests {
    @Test func `Every step of the tutorial can be done as it is written`() async throws {
        let text = try String(
            contentsOfFile: Folder.root + "/SDK-docs/tutorial.md", encoding: .utf8)
        let steps = PageStep.all(in: text)
        #expect(steps.count > 25)
        let folder = try Folder()
        let desk = PageDesk(folder: folder.path, files: "team-vote/")
        defer { desk.close() }
        for step in steps { try await desk.perform(step) }
        #expect(desk.runCount > 8)
        // The finished game is there for who does not want to type.
        let example = Folder.root + "/SDK-docs/examples/team-vote"
        for file in try FileManager.default.subpathsOfDirectory(atPath: example).sorted()
        where file.contains(".") {
            let finished = try String(contentsOfFile: "\(example)/\(file)", encoding: .utf8)
            #expect(try desk.read(file) == finished, "\(file)")
        }
    }

    @Test func `A change is applied where its lines stand, and nowhere else`() throws {
        let text = "a\nb\n\nc\nd\n"
        #expect(try PageChange.apply(" b\n\n-c\n+C\n+D", to: text) == "a\nb\n\nC\nD\nd\n")
        #expect(try PageChange.apply("-a\n+A\n@@\n c\n-d", to: text) == "A\nb\n\nc\n")
        #expect(throws: PageProblem.self) { try PageChange.apply(" b\n-c", to: text) }
        #expect(throws: PageProblem.self) {
            try PageChange.apply("-a\n+b", to: "a\na\n")
        }
    }
}
