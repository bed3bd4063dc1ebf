import ControlPlane
import Foundation
import Testing

@Suite("Secret file")
struct SecretFileTests {
    @Test("it holds the secret and a line feed, and only its owner reads it, even where a laxer file was")
    func write() throws {
        let directory = try ScratchDirectory()
        let path = directory.path("operator.token")
        #expect(FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o644]))
        for text in ["first", "second"] {
            try SecretFile.write(text, to: path)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == text + "\n")
        }
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        #expect(!FileManager.default.fileExists(atPath: path + ".new"))
        withExtendedLifetime(directory) {}
    }

    @Test("what a crash left behind does not hinder")
    func leftBehind() throws {
        let directory = try ScratchDirectory()
        let path = directory.path("operator.token")
        try "half".write(toFile: path + ".new", atomically: false, encoding: .utf8)
        try SecretFile.write("whole", to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "whole\n")
        withExtendedLifetime(directory) {}
    }

    @Test("a directory that is not there is named")
    func noDirectory() throws {
        let directory = try ScratchDirectory()
        let path = directory.path("nowhere/operator.token")
        let error = #expect(throws: SecretFile.WriteError.self) { try SecretFile.write("x", to: path) }
        #expect(error?.description == "cannot create \(path).new: No such file or directory")
        withExtendedLifetime(directory) {}
    }
}
