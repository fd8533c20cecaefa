extension ImageSource {
  /// The folders of files that are needed.
  var folders: [ImageFolder] {
    switch self {
    case .mnist, .morphoMNIST: [MNIST.folder]
    case .mnistM: [MNIST.folder, MNISTM.photographs]
    case .cifar10, .cifar10Shifted: [CIFAR10.folder]
    case .stl10: [STL10.folder]
    case .dsprites: [DSprites.folder]
    case .cmuFaces: [CMUFaces.folder]
    case .orlFaces: [ORLFaces.folder]
    case .spriteTwin, .digitTwin, .digitTwinShifted, .pictureTwin, .pictureTwinShifted, .faceTwin,
      .morphoTwin:
      []
    }
  }

  /// The images to choose from.
  ///
  /// - Parameter seed: the seed of generated images.
  func pool(in directories: [String], seed: UInt64) throws(DatasetError) -> ImagePool {
    var places: [String] = []
    for folder in folders { places.append(try folder.require(in: directories, for: self)) }
    switch self {
    case .mnist: return try MNIST.pool(in: places[0])
    case .mnistM: return try MNISTM.pool(digits: places[0], photographs: places[1])
    case .morphoMNIST: return try MorphoMNIST.pool(in: places[0])
    case .cifar10: return try CIFAR10.pool(in: places[0])
    case .cifar10Shifted: return try CIFAR10.shiftedPool(in: places[0])
    case .stl10: return try STL10.pool(in: places[0])
    case .dsprites: return try DSprites.pool(in: places[0])
    case .cmuFaces: return try CMUFaces.pool(in: places[0])
    case .orlFaces: return try ORLFaces.pool(in: places[0])
    case .spriteTwin: return DSprites.twinPool
    case .digitTwin: return DigitTwin(seed: seed).pool
    case .digitTwinShifted: return DigitTwin(seed: seed).shiftedPool
    case .pictureTwin: return PictureTwin(seed: seed).pool
    case .pictureTwinShifted: return PictureTwin(seed: seed).shiftedPool
    case .faceTwin: return FaceTwin(seed: seed).pool
    case .morphoTwin: return DigitTwin(seed: seed).perturbedPool
    }
  }
}
