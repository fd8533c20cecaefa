import Foundation
import Storage
import TestSupport

@testable import Scenes

/// The background's part of the authors' step in double precision (see the `.md` beside the file for how it is laid out).
struct BackgroundGolden {
  /// The shared golden folder, beside the data folder that `TESSERA_DATA` names or beside the package.
  private static let path: String = {
    let name = "space_g4_k3_b2.h5"
    if let data = ProcessInfo.processInfo.environment["TESSERA_DATA"] {
      return URL(filePath: data).deletingLastPathComponent().appending(path: "golden/\(name)").path
    }
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    return tests.appending(path: "../../../../shared/golden/\(name)").standardizedFileURL.path
  }()
  static var isThere: Bool { FileManager.default.fileExists(atPath: path) }
  static let reason = "wants the golden file of the authors' step, space_g4_k3_b2.h5"

  let file: HDF5File

  init() throws { file = try HDF5File(reading: Self.path) }

  /// A data set as a tensor.
  func tensor(_ name: String) throws -> Tensor<Double> { try file.array(name).tensor() }

  /// A stored picture `[…, channels, height, width]`, channels innermost.
  func picture(_ name: String) throws -> Tensor<Double> {
    let y = try tensor(name)
    let axes = Array(0..<y.rank - 3)
    return y.permuted(axes + [y.rank - 2, y.rank - 1, y.rank - 3])
  }

  /// The analytic value of a parameter of the authors' model, in PyTorch's layout; it was rounded to single precision before
  /// it entered theirs.
  func weight(_ name: String) throws -> Tensor<Double> {
    let shape = Shape(try numbers("shape", of: name).map { Int($0) })
    let j = try numbers("index", of: name)[0]
    let waves = Tensor(
      shape: shape,
      scalars: (0..<shape.count).map { sin(12.9898 * Double($0 + 1) + 78.233 * j) })
    let value =
      shape.rank >= 2
      ? waves * (1 / Double(shape.count / shape[0]).squareRoot())
      : name.hasSuffix("weight") ? waves * 0.2 + 1 : waves * 0.1
    return value.converted(to: Float.self).converted(to: Double.self)
  }

  /// The numbers of an attribute of a gradient.
  func numbers(_ attribute: String, of name: String) throws -> [Double] {
    guard case .array(let array) = try file.attribute(attribute, of: "grad/\(name)") else {
      throw StorageMissing(name: attribute)
    }
    return array.values(as: Double.self)
  }

  private struct StorageMissing: Error { let name: String }

  /// Our parameters' names, the authors', and how the layouts differ.
  static let table: [(ours: String, theirs: String, layout: Layout)] = {
    var table: [(ours: String, theirs: String, layout: Layout)] = []
    func convolution(_ ours: String, _ theirs: String) {
      table.append(("\(ours).weight", "\(theirs).weight", .convolution))
      table.append(("\(ours).bias", "\(theirs).bias", .same))
    }
    func dense(_ ours: String, _ theirs: String, _ layout: Layout = .matrix) {
      table.append(("\(ours).weight", "\(theirs).weight", layout))
      table.append(("\(ours).bias", "\(theirs).bias", .same))
    }
    func norm(_ ours: String, _ theirs: String) {
      table.append(("\(ours).scale", "\(theirs).weight", .same))
      table.append(("\(ours).shift", "\(theirs).bias", .same))
    }
    func recurrent(_ ours: String, cell: String, states: [String], head: String) {
      table.append(("\(ours).cell.inputWeight", "\(cell).weight_ih", .matrix))
      table.append(("\(ours).cell.hiddenWeight", "\(cell).weight_hh", .matrix))
      table.append(("\(ours).cell.inputBias", "\(cell).bias_ih", .same))
      table.append(("\(ours).cell.hiddenBias", "\(cell).bias_hh", .same))
      table.append(("\(ours).startHidden", states[0], .same))
      table.append(("\(ours).startCell", states[1], .same))
      dense("\(ours).head", head)
    }
    for (ours, theirs) in [("imageEncoder", "image_enc"), ("componentEncoder", "comp_encoder")] {
      for index in 0..<4 {
        convolution("\(ours).convolutions.\(index).convolution", "\(theirs).enc.\(3 * index)")
        norm("\(ours).convolutions.\(index).norm", "\(theirs).enc.\(3 * index + 1)")
      }
      dense("\(ours).dense", "\(theirs).enc.13", .flattened)
    }
    recurrent(
      "maskPosterior.network", cell: "rnn_mask", states: ["rnn_mask_h", "rnn_mask_c"],
      head: "predict_mask.fc")
    table.append(("maskPosterior.startLatent", "z_mask_0", .same))
    recurrent(
      "maskPrior", cell: "rnn_mask_prior", states: ["rnn_mask_h_prior", "rnn_mask_c_prior"],
      head: "predict_mask_prior.fc")
    let coarse = [(0, 2), (3, 6), (7, 9), (10, 13), (14, 16)]
    let fine = [(17, 20), (21, 23), (24, 27), (28, 30), (31, 33)]
    for (name, stages) in [("coarse", coarse), ("fine", fine)] {
      for (index, places) in stages.enumerated() {
        convolution(
          "maskDecoder.\(name).\(index).convolution", "mask_decoder.dec.\(places.0)")
        norm("maskDecoder.\(name).\(index).norm", "mask_decoder.dec.\(places.1)")
      }
    }
    convolution("maskDecoder.last", "mask_decoder.dec.34")
    convolution("componentDecoder.first", "comp_decoder.decoder.0")
    norm("componentDecoder.firstNorm", "comp_decoder.decoder.1")
    for index in 0..<3 {
      let theirs = 3 * (index + 1)
      convolution(
        "componentDecoder.rest.\(index).convolution", "comp_decoder.decoder.\(theirs)")
      norm("componentDecoder.rest.\(index).norm", "comp_decoder.decoder.\(theirs + 1)")
    }
    convolution("componentDecoder.last", "comp_decoder.decoder.12")
    for index in 0..<3 {
      dense("componentPrior.\(index)", "predict_comp_prior.mlp.\(2 * index)")
    }
    return table.map { ($0.ours, "bg_module.\($0.theirs)", $0.layout) }
  }()

  /// How a parameter of PyTorch lies in ours.
  enum Layout {
    case same
    /// `[outputs, inputs, height, width]` as `[height, width, inputs, outputs]`.
    case convolution
    /// `[outputs, inputs]` as `[inputs, outputs]`.
    case matrix
    /// The same, its inputs being 64 planes of 8 × 8 in a row: ours are 8 × 8 pixels of 64 channels.
    case flattened

    func ours(_ x: Tensor<Double>) -> Tensor<Double> {
      switch self {
      case .same: x
      case .convolution: x.permuted([2, 3, 1, 0])
      case .matrix: x.transposed
      case .flattened:
        x.reshaped(to: [x.shape[0], 64, 8, 8]).permuted([2, 3, 1, 0])
          .reshaped(to: [x.shape[1], x.shape[0]])
      }
    }

    func theirs(_ x: Tensor<Double>) -> Tensor<Double> {
      switch self {
      case .same: x
      case .convolution: x.permuted([3, 2, 0, 1])
      case .matrix: x.transposed
      case .flattened:
        x.reshaped(to: [8, 8, 64, x.shape[1]]).permuted([3, 2, 0, 1])
          .reshaped(to: [x.shape[1], x.shape[0]])
      }
    }
  }

  /// The authors' sizes with the golden's weights.
  func background<S: TensorScalar>(as type: S.Type) throws -> Background<S> {
    let architecture = try SPACEArchitecture(side: 128, grid: 4, components: 3)
    var background = Background<S>(architecture, random: Philox(seed: 1))
    var values: [String: Tensor<S>] = [:]
    for (ours, theirs, layout) in Self.table {
      values[ours] = layout.ours(try weight(theirs)).converted(to: S.self)
    }
    try background.setParameters(to: values)
    return background
  }

  /// The golden's draws.
  func noise<S: TensorScalar>(as type: S.Type) throws -> Background<S>.Noise {
    let masks = try (0..<3).map {
      try tensor("draws/0\($0)").reshaped(to: [1, 2, 32]).converted(to: S.self)
    }
    return .init(
      mask: Tensor.concatenate(masks),
      component: try tensor("draws/03").reshaped(to: [2, 3, 32]).converted(to: S.self))
  }

  /// The running statistics that the golden stored for one of ours (`imageEncoder.0.mean`).
  func statistic(_ name: String) throws -> Tensor<Double> {
    let parts = name.split(separator: ".")
    let network = [
      "imageEncoder": "image_enc.enc", "componentEncoder": "comp_encoder.enc",
      "componentDecoder": "comp_decoder.decoder",
    ][String(parts[0])]!
    let kind = parts[2] == "mean" ? "running_mean" : "running_var"
    return try tensor("buffer/bg_module.\(network).\(3 * Int(parts[1])! + 1).\(kind)")
  }
}
