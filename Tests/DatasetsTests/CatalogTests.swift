import Foundation
import Storage
import Testing

@testable import Datasets

struct CatalogTests {
  /// A mirror that serves one folder by the last part of the address.
  static func mirror(_ folder: String) -> Downloader {
    Downloader { address, path in
      let file = folder + "/" + (address.split(separator: "/").last ?? "")
      do {
        try FileManager.default.copyItem(atPath: file, toPath: path)
        return nil
      } catch { return "no such file on the mirror" }
    }
  }

  static let offline = Downloader { _, _ in "the host cannot be found" }

  @Test func theListNamesWhatIsFoundAndWhatIsMissing() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/adult", withIntermediateDirectories: true)
      try write("x", to: "adult/adult.data", in: folder)
      let entries = DatasetCatalog.list(in: ["/nowhere", folder])
      #expect(entries.map(\.record.name) == DatasetCatalog.records.map(\.name))
      #expect(entries[0].folder == folder + "/adult")
      #expect(entries[0].missing == ["adult.test"])
      #expect(!entries[0].isFound)
      #expect(entries[1].folder == nil)
      #expect(entries[1].missing == ["acs2015_county_data.csv"])
      #expect(!entries.contains { $0.record.isSynthetic && !$0.isFound })
      _ = try JSONEncoder().encode(entries)
    }
  }

  @Test func anUnknownNameGetsTheNearest() {
    #expect(message { _ = try DatasetCatalog.record("adlut") }.contains("did you mean \"adult\"?"))
    #expect(
      message { _ = try DatasetCatalog.record("imagenet") }.contains("the data sets are adult"))
    #expect(message { _ = try FairnessSource(named: "adult-twim") }.contains("\"adult-twin\""))
  }

  @Test func aFolderThatHasEverythingWinsOverOneThatHasAPart() throws {
    try withTemporaryFolder { folder in
      for (part, files) in [("a", ["adult.data"]), ("b", ["adult.data", "adult.test"])] {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(part)/adult", withIntermediateDirectories: true)
        for file in files { try write("x", to: "\(part)/adult/\(file)", in: folder) }
      }
      #expect(
        try DatasetCatalog.locate("adult", in: [folder + "/a", folder + "/b"])
          == folder + "/b/adult")
      let text = message { _ = try DatasetCatalog.locate("census", in: [folder]) }
      #expect(text.contains("acs2015_county_data.csv") && text.contains(folder + "/census"))
    }
  }

  @Test func everySourceNamesFilesOfItsRecord() throws {
    for source in FairnessSource.allCases {
      guard let dataset = source.dataset else {
        #expect(source.isAvailable(in: []))
        #expect(try source.table(in: [], rowCount: 100).rowCount == 100)
        continue
      }
      let record = try DatasetCatalog.record(dataset)
      #expect(record.tables.contains(source.rawValue))
      #expect(Set(source.fileNames).isSubset(of: Set(record.files.map(\.name))))
      let text = message { _ = try source.table(in: ["/nowhere"]) }
      #expect(text.contains("/nowhere/\(dataset)") && text.contains("--data"))
    }
  }

  @Test func offlineTheErrorNamesFolderFileSizeAndDigest() throws {
    try withTemporaryFolder { folder in
      let text = message {
        _ = try DatasetCatalog.fetch("adult", into: folder, with: Self.offline)
      }
      #expect(text.contains("the host cannot be found"))
      #expect(text.contains("adult.data") && text.contains("\(folder)/adult"))
      #expect(text.contains("3974305 bytes") && text.contains("sha256 5b002646"))
      let left = try FileManager.default.contentsOfDirectory(atPath: folder + "/adult")
      #expect(left.isEmpty)
    }
  }

  @Test func wrongBytesAreNotPutInPlace() throws {
    try withTemporaryFolder { folder in
      let short = Downloader { _, path in
        _ = FileManager.default.createFile(atPath: path, contents: Data("short".utf8))
        return nil
      }
      let text = message { _ = try DatasetCatalog.fetch("adult", into: folder, with: short) }
      #expect(text.contains("size: expected 3974305 bytes, found 5 bytes"))
      let long = Downloader { _, path in
        _ = FileManager.default.createFile(atPath: path, contents: Data(count: 3_974_305))
        return nil
      }
      let other = message { _ = try DatasetCatalog.fetch("adult", into: folder, with: long) }
      #expect(other.contains("SHA-256: expected 5b002646"))
      let left = try FileManager.default.contentsOfDirectory(atPath: folder + "/adult")
      #expect(left.isEmpty)
    }
  }

  @Test(.enabled(if: SharedData.hasCommunities, Comment(rawValue: SharedData.reason)))
  func aFetchedSetVerifiesAndIsKept() throws {
    try withTemporaryFolder { folder in
      let mirror = Self.mirror(SharedData.directory + "/communities")
      let first = try DatasetCatalog.fetch("communities", into: folder, with: mirror)
      #expect(first.map(\.outcome) == [.fetched, .fetched])
      #expect(try !DatasetCatalog.verify("communities", in: [folder]).contains { !$0.isFine })
      let second = try DatasetCatalog.fetch("communities", into: folder, with: Self.offline)
      #expect(second.map(\.outcome) == [.present, .present])

      let path = folder + "/communities/communities.names"
      try FileManager.default.removeItem(atPath: path)
      try write("damaged", to: "communities/communities.names", in: folder)
      let checks = try DatasetCatalog.verify("communities", in: [folder])
      #expect(checks.map(\.state) == [.matches, .differs])
      #expect(checks[1].message.contains(path))
      #expect(
        message { _ = try DatasetCatalog.fetch("communities", into: folder, with: mirror) }
          .contains("size: expected 27179 bytes, found 7 bytes"))
    }
  }

  @Test(.enabled(if: SharedData.hasCensus, Comment(rawValue: SharedData.reason)))
  func optionalFilesThatCannotBeHadAreSkippedWithTheReason() throws {
    try withTemporaryFolder { folder in
      let results = try DatasetCatalog.fetch(
        "census", into: folder, with: Self.mirror(SharedData.directory + "/census"))
      #expect(results.first?.outcome == .fetched)
      #expect(results.last?.outcome == .skipped)
      #expect(results.last?.message.contains("Kaggle") == true)
      #expect(results.last?.message.contains(folder + "/census") == true)
      #expect(try !DatasetCatalog.verify("census", in: [folder]).contains { !$0.isFine })
    }
  }

  @Test(.enabled(if: SharedData.hasCensus, Comment(rawValue: SharedData.reason)))
  func theMeasuredFilesMatchTheirDigests() throws {
    for name in ["adult", "census", "communities"] {
      let checks = try DatasetCatalog.verify(name, in: [SharedData.directory])
      #expect(!checks.contains { !$0.isFine }, "\(checks)")
      #expect(checks.contains { $0.state == .matches })
    }
  }

  @Test(arguments: ["mnist", "bsds500", "dsprites", "cifar10_subset", "cmu_faces", "orl_faces"])
  func theImageFilesMatchTheirDigests(_ name: String) throws {
    let record = try DatasetCatalog.record(name)
    #expect(record.tables.allSatisfy { ImageSource(rawValue: $0) != nil })
    guard SharedData.has(name) else { return }
    let checks = try DatasetCatalog.verify(name, in: [SharedData.directory])
    #expect(checks.allSatisfy { $0.state == .matches }, "\(checks)")
  }

  @Test func aSetOfManyFilesIsNamedInShort() throws {
    let entry = try #require(
      DatasetCatalog.list(in: ["/nowhere"]).first { $0.record.name == "bsds500" })
    #expect(entry.missing.count == 200)
    #expect(
      entry.missingNames
        == "train/100075.jpg, train/100080.jpg, train/100098.jpg and 197 more")
    let text = message { _ = try DatasetCatalog.locate("bsds500", in: ["/nowhere"]) }
    #expect(text.contains("and 197 more") && text.contains("/nowhere/bsds500"))
  }

  @Test func anUnwritableFolderIsAnError() {
    let text = message {
      _ = try DatasetCatalog.fetch("adult", into: "/proc/nowhere", with: Self.offline)
    }
    #expect(text.contains("cannot write") && text.contains("/proc/nowhere/adult"))
  }

  @Test func makeWritesATwinAndRefusesMeasuredSets() throws {
    try withTemporaryFolder { folder in
      let path = try DatasetCatalog.make("census-twin", into: folder, rowCount: 40)
      #expect(path == folder + "/census-twin.csv")
      let table = try CSVTable.read(from: path)
      #expect(table.rowCount == 40)
      #expect(table.columns.last == "Poverty")
      #expect(
        message { try DatasetCatalog.make("adult", into: folder) }
          .contains("tessera data fetch adult"))
      #expect(
        message { try DatasetCatalog.make("adult-twin", into: folder + "/none", rowCount: 9) }
          .contains("cannot write"))
    }
    try withTemporaryFolder { folder in
      let path = try DatasetCatalog.make("scenes", into: folder, seed: 7, rowCount: 5)
      #expect(path == folder + "/scenes.h5")
      let set = try SceneSet(hdf5: path)
      #expect(set.count(of: .train) == 5 && set.hasBoxes(.test))
      #expect(
        try set.bytes(at: [4], of: .train)
          == ProceduralScenes(seed: 7).bytes(at: [4], of: .train))
    }
    #expect(
      message { _ = try DatasetCatalog.fetch("adult-twin", into: "/nowhere") }.contains(
        "make adult-twin"))
    #expect(try DatasetCatalog.verify("adult-twin", in: []).isEmpty)
  }

  /// Published vectors (FIPS 180, Git's empty blob).
  @Test func digestsOfKnownMessages() {
    #expect(GitBlob.sha1(Array("abc".utf8)) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(
      GitBlob.sha1(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
        == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
    #expect(GitBlob.id(of: []) == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
  }

  @Test func aFileKnownByItsGitBlobAloneIsChecked() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/census", withIntermediateDirectories: true)
      try write("not it", to: "census/acs2015_census_tract_data.csv", in: folder)
      let check = try #require(DatasetCatalog.verify("census", in: [folder]).last)
      #expect(check.state == .differs)
      #expect(check.message.contains("Git blob id: expected 74853aec"))
    }
  }

  @Test func aSetThatIsMadeIsNotFetched() {
    let text = message { _ = try DatasetCatalog.fetch("atari", into: "/nowhere") }
    #expect(text.contains("tessera data make atari"))
  }

  @Test func aSetThatIsMadeIsFoundByAnyOfItsFiles() throws {
    try withTemporaryFolder { folder in
      let places = ["/nowhere", folder]
      let text = message { _ = try DatasetCatalog.locate("rooms", in: places) }
      #expect(text.contains("small.h5, large.h5") && text.contains("tessera data make rooms"))
      try FileManager.default.createDirectory(
        atPath: folder + "/rooms", withIntermediateDirectories: true)
      try write("x", to: "rooms/small.h5", in: folder)
      #expect(try DatasetCatalog.locate("rooms", in: places) == folder + "/rooms")
      #expect(try DatasetCatalog.verify("rooms", in: places).allSatisfy(\.isFine))
      let entry = DatasetCatalog.list(in: places).first { $0.record.name == "rooms" }
      #expect(entry?.isFound == true)
    }
  }

  /// With `TESSERA_UPDATE_MANIFESTS` set, the files are written again instead.
  @Test(arguments: DatasetCatalog.records)
  func theManifestSaysWhatTheCatalogSays(_ record: DatasetRecord) throws {
    let path = SharedData.packageRoot + "/Datasets/\(record.name)/manifest.yaml"
    if ProcessInfo.processInfo.environment["TESSERA_UPDATE_MANIFESTS"] != nil {
      try record.manifest.write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == record.manifest)
  }
}

struct DownloaderTests {
  @Test(arguments: ["http://127.0.0.1:9/adult.data", "not an address at all"])
  func theSystemsDownloaderSaysWhyItCouldNot(_ address: String) throws {
    try withTemporaryFolder { folder in
      let reason = Downloader.system.download(address, folder + "/file")
      #expect(reason?.isEmpty == false)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left.isEmpty)
    }
  }
}
