import TensorCore

/// Digits, each with one ``Perturbation`` and its measures, as the sets of Morpho-MNIST are; made here.
enum MorphoMNIST {
  static let seed: UInt64 = 2019
  static let names = Perturbation.allCases.map(\.rawValue)

  /// MNIST with perturbations; which an image has, and how, is fixed by its place in the file.
  static func pool(in folder: String) throws(DatasetError) -> ImagePool {
    let mnist = try MNIST(in: folder)
    let stream = Philox(seed: seed).stream("morpho-mnist")
    return ImagePool(
      name: folder, trainCount: mnist.train.labels.count, testCount: mnist.test.labels.count,
      order: "morphoMNIST"
    ) { part, rows in
      let digits = mnist[part]
      let images = parallelMap(over: rows.count) { place in
        var random = stream.stream(part.rawValue, rows[place])
        return perturbed(digits.images.image(rows[place]), using: &random)
      }
      return set(
        "morphoMNIST", images, digits: rows.map { digits.labels[$0] },
        provenance: "MNIST with the perturbations of Morpho-MNIST, made here, drawn with seed "
          + "\(seed)")
    }
  }

  /// A digit with a perturbation.
  struct PerturbedDigit: Sendable {
    var perturbation: Int
    var bytes: [UInt8]
    var measures: Morphometrics
  }

  /// A digit with a random perturbation, measured afterwards.
  static func perturbed(
    _ digit: some Collection<UInt8>, using random: inout Philox
  ) -> PerturbedDigit {
    let kind = random.next(below: names.count)
    let bytes = Perturbation.allCases[kind].applied(to: digit, using: &random)
    return PerturbedDigit(
      perturbation: kind, bytes: bytes, measures: Morphometrics(ofDigit: bytes))
  }

  static func set(
    _ name: String, _ images: [PerturbedDigit], digits: [Int], provenance: String
  ) -> ImageSet {
    ImageSet(
      name: name, height: 28, width: 28, channels: 1, pixels: images.flatMap(\.bytes),
      labels: ["digit": digits, "perturbation": images.map(\.perturbation)],
      labelNames: ["digit": MNIST.names, "perturbation": names],
      attributes: Morphometrics.attributes(images.map(\.measures)), provenance: provenance)
  }
}

extension DigitTwin {
  /// Other digits with perturbations.
  var perturbedPool: ImagePool {
    pool("morphoTwin") { part, rows in
      let images = parallelMap(over: rows.count) { place in
        let digit = digit("morpho/\(part.rawValue)", rows[place])
        var random = stream("perturbation/\(part.rawValue)", rows[place])
        return (digit.digit, MorphoMNIST.perturbed(digit.bytes, using: &random))
      }
      return MorphoMNIST.set(
        "morphoTwin", images.map(\.1), digits: images.map(\.0),
        provenance: "generated: strokes of ten digit-like signs with the perturbations of "
          + "Morpho-MNIST")
    }
  }
}
