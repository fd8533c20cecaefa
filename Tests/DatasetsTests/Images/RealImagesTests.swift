import Foundation
import Storage
import TensorCore
import Testing

@testable import Datasets

extension SharedData {
  static let imageReason = "the image files are in neither TESSERA_DATA nor ../shared/data"
  static var places: [String] { [directory] }
  static var hasMNIST: Bool { ImageSource.mnist.isThere(in: places) }
  static var hasMorphoTable: Bool { has("morpho_mnist/original-train-morpho.csv.gz") }
  static var hasSprites: Bool { ImageSource.dsprites.isThere(in: places) }
}

/// Sums and labels read off the files with NumPy.
struct RealImagesTests {
  private func sum(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 + Int($1) } }

  @Test(.enabled(if: SharedData.hasMNIST, Comment(rawValue: SharedData.imageReason)))
  func digits() throws {
    let mnist = try MNIST(in: SharedData.directory + "/mnist")
    #expect(mnist.train.labels.prefix(10) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    #expect(mnist.test.labels.prefix(10) == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    #expect((mnist.train.images.count, mnist.test.images.count) == (60_000, 10_000))
    #expect(sum(mnist.train.images.bytes) == 1_567_298_545)
    #expect(sum(mnist.test.images.bytes) == 264_923_200)
    #expect(mnist.train.labels.count { $0 == 1 } == 6742)
    let splits = try ImageSource.mnist.load(
      in: SharedData.places, side: 28, channels: 1, counts: (50, 20, 30), seed: 3)
    #expect((splits.train.count, splits.validation.count, splits.test.count) == (50, 20, 30))
    // Each image is one of the file with its label.
    for row in 0..<5 {
      let picture = splits.train.picture(row).bytes
      let place = try #require(
        (0..<60_000).first { mnist.train.images.image($0).elementsEqual(picture) })
      #expect(mnist.train.labels[place] == splits.train.labels["digit"]![row])
    }
  }

  @Test(
    .enabled(
      if: ImageSource.mnistM.isThere(in: SharedData.places),
      Comment(rawValue: SharedData.imageReason)
    ))
  func digitsOverPhotographs() throws {
    let (digits, folder) = (
      SharedData.directory + "/mnist", SharedData.directory + "/bsds500/train"
    )
    let photographs = try Photographs.all(in: folder, least: 28)
    #expect(photographs.images.count == 200)
    #expect(photographs.images.allSatisfy { $0.channels == 3 && $0.height + $0.width == 802 })
    let pool = try MNISTM.pool(digits: digits, photographs: folder)
    let set = try pool.read(.train, [11, 0, 11])
    #expect(set.picture(0) == set.picture(2))
    // Without the digit's ink the photograph is there; with full ink it is inverted.
    let mnist = try MNIST(in: digits)
    var random = Philox(seed: MNISTM.seed).stream("mnist-m/train").stream("crop", 11)
    let crop = photographs.crop(side: 28, random: &random)
    for (pixel, ink) in mnist.train.images.image(11).enumerated() {
      for place in 3 * pixel..<3 * pixel + 3 {
        #expect(Int(set.picture(0).bytes[place]) == abs(Int(crop[place]) - Int(ink)))
      }
    }
    #expect(set.labels["digit"] == [mnist.train.labels[11], 5, mnist.train.labels[11]])
  }

  @Test(
    .enabled(
      if: ImageSource.cifar10.isThere(in: SharedData.places),
      Comment(rawValue: SharedData.imageReason)))
  func pictures() throws {
    let cifar = try CIFAR10(in: SharedData.directory + "/cifar10_subset")
    #expect(cifar.train.labels.prefix(10) == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3])
    #expect(cifar.test.labels.prefix(5) == [3, 8, 8, 0, 6])
    #expect((cifar.train.labels.count, cifar.test.labels.count) == (10_000, 1_000))
    #expect(sum(cifar.train.pixels) == 3_718_380_578)
    #expect(Array(cifar.train.pixels[..<3]) == [59, 62, 63])
    #expect(cifar.train.labels.count { $0 == 5 } == 937)

    func load(_ source: ImageSource) throws -> ImageSet {
      try source.load(in: SharedData.places, side: 32, channels: 3, counts: (40, 5, 5), seed: 1)
        .train
    }
    let (plain, shifted) = (try load(.cifar10), try load(.cifar10Shifted))
    #expect(plain.provenance.contains("data_batch_1.bin.gz"))
    #expect(shifted.provenance.contains("synthetic shift"))
    let nine = plain.keeping(ImageSource.classesSharedWithSTL10, of: "class")
    #expect(nine.classCount("class") == 9 && nine.count < plain.count)
    let frogs = plain.labels["class"]!.count { $0 == 6 }
    #expect(nine.count == plain.count - frogs)
  }

  @Test func theShiftKeepsGreyGreyAndFlatFlat() {
    let flat = (0..<64).flatMap { _ -> [UInt8] in [100, 100, 100] }
    let shifted = PictureShift.apply(to: flat, side: 8)
    // 0.75 · 100 + 51.
    #expect(shifted.allSatisfy { $0 == 126 })
    let red = PictureShift.apply(to: (0..<64).flatMap { _ -> [UInt8] in [200, 0, 0] }, side: 8)
    #expect(Array(red[..<3]) == [156, 44, 104])
  }

  @Test(
    .enabled(
      if: ImageSource.cmuFaces.isThere(in: SharedData.places),
      Comment(rawValue: SharedData.imageReason)))
  func facesOfTwentyPeople() throws {
    let pool = try CMUFaces.pool(in: SharedData.directory + "/cmu_faces")
    #expect(pool.trainCount == 624)
    let set = try pool.read(.train, Array(0..<624))
    #expect((set.height, set.width, set.channels) == (120, 128, 1))
    #expect(
      (0..<4).map { pose in set.labels["pose"]!.count { $0 == pose } } == [157, 155, 156, 156])
    #expect(
      (0..<4).map { kind in set.labels["expression"]!.count { $0 == kind } }
        == [155, 155, 158, 156])
    #expect(set.labels["eyes"]!.count { $0 == 1 } == 311)
    #expect(set.classCount("person") == 20 && set.labelNames["person"]?.first == "an2i")
    // The first frame's pixel of row 60, column 64 is 25 of 156.
    #expect(set.pixels[60 * 128 + 64] == UInt8((25.0 * 255 / 156).rounded()))
    #expect(set.pixels.max() == 255 || set.pixels.max()! > 240)
  }

  @Test(
    .enabled(
      if: ImageSource.orlFaces.isThere(in: SharedData.places),
      Comment(rawValue: SharedData.imageReason)))
  func facesOfFortyPeople() throws {
    let pool = try ORLFaces.pool(in: SharedData.directory + "/orl_faces")
    let set = try pool.read(.train, Array(0..<400))
    #expect(sum(set.pixels) == 464_221_104)
    #expect(set.labels["person"]! == (0..<400).map { $0 / 10 })
    let fitted = try ImageSource.orlFaces.load(
      in: SharedData.places, side: 32, channels: 1, counts: (0, 0, 0), seed: 0)
    #expect((fitted.train.count, fitted.validation.count, fitted.test.count) == (256, 64, 80))
  }
}
