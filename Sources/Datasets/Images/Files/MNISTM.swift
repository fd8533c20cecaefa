import Storage
import TensorCore

/// MNIST-M made here: each digit of MNIST over a piece of a photograph, `|crop − digit|` in each channel.
///
/// Photograph and place are drawn from a stream of the image's own with a fixed seed, so that an image is always the same.
/// The published set used other draws.
///
/// Source: Ganin and Lempitsky 2015; photographs of Arbeláez, Maire, Fowlkes and Malik 2011 (BSDS500).
enum MNISTM {
  static let seed: UInt64 = 2015
  /// The folder of BSDS500, whose files have numbers for names: any `.jpg` in `train` will do.
  static let photographs = ImageFolder(
    names: ["bsds500/train", "bsds500/images/train"], files: [], endings: [".jpg"])

  static func pool(digits: String, photographs: String) throws(DatasetError) -> ImagePool {
    let mnist = try MNIST(in: digits)
    let photographs = try Photographs.all(in: photographs, least: 28)
    return ImagePool(
      name: digits, trainCount: mnist.train.labels.count, testCount: mnist.test.labels.count,
      order: "mnist", isReversed: true
    ) { part, rows in
      let digits = mnist[part]
      let stream = Philox(seed: seed).stream("mnist-m/\(part.rawValue)")
      let images = parallelMap(over: rows.count) { place in
        var random = stream.stream("crop", rows[place])
        let crop = photographs.crop(side: 28, random: &random)
        return DigitTwin.over(crop, digits.images.image(rows[place]))
      }
      return ImageSet(
        name: "mnistM", height: 28, width: 28, channels: 3, pixels: images.flatMap { $0 },
        labels: ["digit": rows.map { digits.labels[$0] }], labelNames: ["digit": MNIST.names],
        provenance: "MNIST-M made here: |crop − digit| of MNIST over \(photographs.images.count) "
          + "photographs (BSDS500), crops drawn with seed \(seed)")
    }
  }
}
