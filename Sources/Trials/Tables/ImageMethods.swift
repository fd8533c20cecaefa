import Datasets

/// What each method sets in a table on images, and under which protocol the rows run.
struct ImageBlock {
  /// The images: those of the data folders, or the twin that needs no file.
  let source: ImageSource
  /// The images of the second domain, if there is one.
  var target: ImageSource?
  /// What the protocol sets.
  let overrides: [String]
  /// What a reader must know of it.
  let note: String

  /// The settings that name the images that are there, and what a reader must know: a stand-in, the scale.
  func resolved(_ context: TableContext) -> (overrides: [String], note: String) {
    let directories = context.options.environment.dataDirectories
    let wanted = [source] + (target.map { [$0] } ?? [])
    let isThere = wanted.allSatisfy { $0.isThere(in: directories) }
    let used = isThere ? wanted : wanted.map { $0.twin ?? $0 }
    let names = wanted.map(\.rawValue).joined(separator: " and ")
    let standIn =
      isThere
      ? ""
      : "GENERATED images \(used.map(\.rawValue).joined(separator: " and ")): no files of \(names) found; "
    let scale = context.quick ? "quick form: trained for seconds, shows that it runs" : note
    return (
      overrides + zip(["data.source", "data.target"], used).map { "\($0)=\($1.rawValue)" },
      standIn + scale
    )
  }
}

/// The seven methods on images: the dependence's weight and the inner loop.
///
/// Where the authors' notebooks have a cell (spec §8.2, §8.3), its weight is taken; the scaled protocols take as many passes of
/// the inner loop as the cell has, over fewer images.
enum ImageMethods {
  /// Settings of a method by its name on the command line.
  struct Setting {
    let method: DependenceMethod
    let overrides: [String]
    var note = ""
  }

  private static let ours = "weight ours"

  /// Disentanglement: the weight of SLICE, of CLUB, and of the methods of the authors' template cell.
  static func disentangling(slice: Double, club: Double, template: Double) -> [Setting] {
    let critic = ["inner.passes=10", "inner.learningRate=0.001", "inner.batchSize=1000"]
    return [
      Setting(method: .none, overrides: []),
      Setting(method: .pearson, overrides: ["weights.dependence=\(template)"]),
      Setting(method: .distance, overrides: ["weights.dependence=\(template)"]),
      Setting(method: .slice, overrides: ["weights.dependence=\(slice)"]),
      Setting(method: .renyi, overrides: ["weights.dependence=\(template)"] + critic),
      Setting(method: .tc, overrides: ["weights.dependence=\(template)"] + critic),
      Setting(method: .club, overrides: ["weights.dependence=\(club)"] + critic),
    ]
  }

  /// Domain adaptation: the weights are ours, larger than that of the authors' cells for SLICE (0.1 and 0.3): with a tenth of their
  /// epochs the domains must part faster. CLUB has the authors' (0.01 and 0.005): at ten times it the classes are lost.
  static func adaptation(slice: Double, club: Double) -> [Setting] {
    let critic = ["inner.passes=5", "inner.learningRate=0.0005", "inner.batchSize=1000"]
    return [
      Setting(
        method: .none, overrides: ["sourceOnly=true"],
        note: "source only: target images take no part in training"),
      Setting(
        method: .none, overrides: [],
        note: "no dependence term; target images pass through the normalisations"),
      Setting(method: .pearson, overrides: ["weights.dependence=\(slice)"], note: ours),
      Setting(method: .distance, overrides: ["weights.dependence=\(slice)"], note: ours),
      Setting(method: .slice, overrides: ["weights.dependence=\(slice)"], note: ours),
      Setting(method: .renyi, overrides: ["weights.dependence=\(slice)"] + critic, note: ours),
      Setting(method: .tc, overrides: ["weights.dependence=\(slice)"] + critic, note: ours),
      Setting(
        method: .club, overrides: ["weights.dependence=\(club)"] + critic,
        note: "the authors' weight"),
    ]
  }
}
