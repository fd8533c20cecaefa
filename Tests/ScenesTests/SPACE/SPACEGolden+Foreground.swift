import Scenes

extension SPACEGolden {
  /// The stages of a stack: the places of their convolutions in the authors' list of layers, and how many layers lie between
  /// convolution and normalisation.
  static func stages(
    _ theirs: String, _ ours: String, _ places: [(convolution: Int, norm: Int)]
  ) -> [Entry] {
    places.enumerated().flatMap { index, place in
      [
        Entry(
          "\(theirs).\(place.convolution).weight", "\(ours).\(index).convolution.weight",
          .convolution),
        Entry("\(theirs).\(place.convolution).bias", "\(ours).\(index).convolution.bias", .plain),
        Entry("\(theirs).\(place.norm).weight", "\(ours).\(index).norm.scale", .plain),
        Entry("\(theirs).\(place.norm).bias", "\(ours).\(index).norm.shift", .plain),
      ]
    }
  }

  private static func dense(_ theirs: String, _ ours: String) -> [Entry] {
    [
      Entry("\(theirs).weight", "\(ours).weight", .dense),
      Entry("\(theirs).bias", "\(ours).bias", .plain),
    ]
  }

  /// All parameters of the foreground, by the names within it.
  static let foreground: [Entry] = {
    /// Convolution, activation, normalisation.
    func plain(_ count: Int) -> [(convolution: Int, norm: Int)] {
      (0..<count).map { (3 * $0, 3 * $0 + 2) }
    }
    // Convolution, shuffle, activation, normalisation, then one that does not grow.
    var decoder = [(convolution: 0, norm: 2)]
    for pair in 0..<5 {
      decoder.append((convolution: 7 * pair + 3, norm: 7 * pair + 6))
      decoder.append((convolution: 7 * pair + 7, norm: 7 * pair + 9))
    }
    let (cells, decoding) = ("fg_module.img_encoder", "fg_module.glimpse_dec")
    var entries = stages("\(cells).enc", "cells.image", plain(6))
    entries += stages("\(cells).enc_lat", "cells.lateral", plain(2))
    entries += stages("\(cells).enc_cat", "cells.joined", plain(1))
    for (theirs, ours) in [
      ("scale", "scale"), ("shift", "shift"), ("pres", "presence"), ("depth", "depth"),
    ] {
      entries += dense("\(cells).z_\(theirs)_net", "cells.\(ours)")
    }
    entries += stages("fg_module.z_what_net.enc_cnn", "encoder.stages", plain(6))
    entries += dense("fg_module.z_what_net.enc_what", "encoder.what")
    entries += stages("\(decoding).dec", "decoder", decoder)
    for (theirs, channels) in [("dec_o", 0..<3), ("dec_alpha", 3..<4)] {
      entries.append(
        Entry("\(decoding).\(theirs).weight", "decoder.head.weight", .convolution, channels))
      entries.append(Entry("\(decoding).\(theirs).bias", "decoder.head.bias", .plain, channels))
    }
    return entries
  }()

  /// The noise of the foreground, as it was drawn.
  func foregroundNoise() throws -> Foreground<Double>.Noise {
    try Foreground.Noise(
      presence: tensor("draws/04").reshaped(to: [2, 16]), depth: tensor("draws/05"),
      scale: tensor("draws/06"), shift: tensor("draws/07"),
      what: tensor("draws/08").reshaped(to: [2, 16, 32]))
  }

  /// What the schedules give at the golden's step 5000 with the settings of `3d_room_small`; the authors hold the prior's
  /// deviation in single precision.
  static var stage: SPACEStage {
    var settings = SPACESettings()
    settings.scaleDeviation = Double(Float(0.1))
    return settings.stage(at: 5000)
  }
}
