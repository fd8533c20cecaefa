import Settings

/// The sets of images for disentangling and adapting, by the names that configs and listings use.
public enum ImageSource: String, Codable, Sendable, CaseIterable {
  /// Handwritten digits. Labels: `digit`.
  case mnist
  /// Digits of ``mnist`` over photographs of BSDS500. Labels: `digit`.
  case mnistM
  /// CIFAR-10, or the part of it that is found. Labels: `class`.
  case cifar10
  /// ``cifar10`` with a fixed synthetic shift (``PictureShift``). Labels: `class`.
  case cifar10Shifted
  /// STL-10, the nine classes that it shares with CIFAR-10. Labels: `class`.
  case stl10
  /// dSprites with the scales 3, 4 and 5 of 0 to 5, redrawn where no true image is found. Labels: `shape`, `scale`,
  /// `orientation`, `x`, `y`.
  case dsprites
  /// CMU Face Images. Labels: `person`, `pose`, `expression`, `eyes`.
  case cmuFaces
  /// ORL faces. Labels: `person`.
  case orlFaces
  /// Digits of ``mnist``, each perturbed in one way. Labels: `digit`, `perturbation`; measures: those of ``Morphometrics``.
  case morphoMNIST
  /// Sprites drawn as those of dSprites are, with its labels.
  case spriteTwin
  /// Drawn strokes in ten digit-like classes. Labels: `digit`; measures: `thickness`, `slant`.
  case digitTwin
  /// Other images of ``digitTwin`` over generated textures.
  case digitTwinShifted
  /// Coloured shapes over generated textures in ten classes. Labels: `class`.
  case pictureTwin
  /// Other images of ``pictureTwin`` with the shift of ``cifar10Shifted``.
  case pictureTwinShifted
  /// Drawn faces with the labels of ``cmuFaces``.
  case faceTwin
  /// ``digitTwin`` with the perturbations of ``morphoMNIST``.
  case morphoTwin

  /// The source of a name.
  ///
  /// - Throws: ``DatasetError/unknownDataset(name:suggestion:known:)`` with the nearest name.
  public init(named name: String) throws(DatasetError) {
    guard let source = ImageSource(rawValue: name) else {
      let known = Self.allCases.map(\.rawValue)
      throw .unknownDataset(
        name: name, suggestion: NearMiss.nearest(to: name, among: known), known: known)
    }
    self = source
  }

  /// The stand-in that needs no file; `nil` for the generated ones.
  public var twin: ImageSource? {
    switch self {
    case .mnist: .digitTwin
    case .mnistM: .digitTwinShifted
    case .cifar10: .pictureTwin
    case .cifar10Shifted, .stl10: .pictureTwinShifted
    case .dsprites: .spriteTwin
    case .cmuFaces, .orlFaces: .faceTwin
    case .morphoMNIST: .morphoTwin
    case .spriteTwin, .digitTwin, .digitTwinShifted, .pictureTwin, .pictureTwinShifted, .faceTwin,
      .morphoTwin:
      nil
    }
  }

  /// Whether the images are generated and need no file.
  public var isSynthetic: Bool { twin == nil }

  /// The classes of CIFAR-10 that STL-10 has too, in the order of CIFAR-10.
  public static let classesSharedWithSTL10 = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "horse", "ship", "truck",
  ]

  /// Whether the images can be had: their files are found, or they are generated.
  public func isThere(in directories: [String]) -> Bool {
    folders.allSatisfy { $0.find(in: directories) != nil }
  }

  /// Reads or generates images, chosen by a seed: the same seed and counts give the same images.
  ///
  /// A source with a part for testing takes its test images from there and the others from the rest. ``mnistM`` and
  /// ``cifar10Shifted`` go through the images from the other end of the order in which ``mnist`` and ``cifar10`` do, so
  /// that with the same seed and up to half of the images the two domains share none.
  ///
  /// - Parameters:
  ///   - directories: where to look, in this order, for `<directory>/<data set>/<file>`.
  ///   - side: the rows and columns wanted; images are cut to their central square and resized without aliasing.
  ///   - channels: 1 for grey or 3; grey is repeated, colours are reduced to their luma.
  ///   - counts: how many images. To test on, 0 stands for the whole part for testing, or a fifth of the images where
  ///     there is none; to validate on, for a fifth of the rest, or a quarter of the training images asked for as far as
  ///     there are so many; to train on, for all that are left.
  ///   - seed: what the choice depends on; generated images too, but not the perturbations and backgrounds of real ones,
  ///     which are fixed for each image.
  /// - Throws: ``DatasetError/notFound(dataset:files:searched:advice:)`` with the folders looked at,
  ///   ``DatasetError/unexpected(path:at:expected:found:advice:)`` if there are too few, or what reading throws.
  public func load(
    in directories: [String], side: Int, channels: Int,
    counts: (train: Int, validation: Int, test: Int), seed: UInt64
  ) throws(DatasetError) -> ImageSplits {
    try pool(in: directories, seed: seed)
      .splits(side: side, channels: channels, counts: counts, seed: seed)
  }
}
