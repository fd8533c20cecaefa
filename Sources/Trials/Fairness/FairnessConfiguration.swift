import Datasets
import Infomin
import Storage
import TensorCore

/// When the max-step runs.
public enum MaxStepSchedule: String, Codable, Sendable, CaseIterable {
  /// Once an epoch, on many rows; the mini-batches of the epoch use its result.
  case epoch
  /// Once an epoch, and again on every mini-batch itself.
  case batch
}

/// Which rows the max-step of an epoch sees.
public enum FitRows: String, Codable, Sendable, CaseIterable {
  /// Fit and validation rows, as in the authors' code.
  case all
  /// The rows of the fit alone.
  case train
  /// A random sample of the rows of the fit, fresh each epoch.
  case sample
}

/// How rows are divided.
public enum SplitChoice: String, Codable, Sendable, CaseIterable {
  /// In an order drawn from the seed, with the moments of the fit rows everywhere.
  case shuffled
  /// By file position, each split with its own moments: the authors' way.
  case official
}

/// Of which tables the representation of each row is written to `representation.csv`.
public enum RepresentationRows: String, Codable, Sendable, CaseIterable {
  /// Of tables of one's own.
  case own
  /// Of every table.
  case all
  /// Of none.
  case none
}

/// The settings of a fairness run (Chen et al. 2022; spec §8.1).
public struct FairnessConfiguration: ExperimentConfiguration {
  /// The experiment.
  public var experiment = "fairness"
  /// The seed of every stream.
  public var seed = 0
  /// Threads of the run.
  public var threads = 1

  /// The table and its split.
  public struct Data: Codable, Sendable, Hashable {
    /// The table.
    public var source = FairnessSource.adult
    /// How rows are divided.
    public var split = SplitChoice.shuffled
    /// What T is in the census tables.
    public var sensitive = Census.Sensitive.menShare
    /// Rows of a generated table, 0 for as many as the measured one has.
    public var rows = 0
    /// A table of one's own in place of `source`.
    public var csv = OwnTable()
  }
  /// The table and its split.
  public var data = Data()

  /// A CSV file with a header line.
  public struct OwnTable: Codable, Sendable, Hashable {
    /// The file; empty for none.
    public var path = ""
    /// The column to predict.
    public var target = ""
    /// The column to hide.
    public var sensitive = ""
    /// Columns to leave out, such as identifiers.
    public var ignored: [String] = []
    /// Columns of codes that look like numbers.
    public var text: [String] = []
    /// What becomes of rows with missing values.
    public var missing = MissingValues.fail
    /// What stands between fields: `auto`, a character, or `tab`, `space`, `comma`, `semicolon`.
    public var separator = "auto"
    /// What stands before decimals: `.` or `,`.
    public var decimal = "."
    /// What stands between thousands: `none`, `,`, `.`, `_`, `space` or `apostrophe`.
    public var thousands = "none"
    /// How letters are written as bytes.
    public var encoding = TextEncoding.auto
    /// What stands for a missing value besides an empty field; `usual` stands for `FairnessTable.usualMissingMarkers`.
    public var missingMarkers = ["usual"]
    /// The value of the target that is 1, all others −1; empty for the later of two.
    public var positive = ""
    /// What becomes of a word in two spellings.
    public var spellings = Spellings.fail
  }

  /// The networks.
  public struct Model: Codable, Sendable, Hashable {
    /// Width of the encoder's hidden layers.
    public var hidden = 200
    /// Columns of Z.
    public var representation = 80
    /// Width of the predictor's two hidden layers.
    public var predictor = 100
  }
  /// The networks.
  public var model = Model()

  /// The dependence term.
  public var method = DependenceMethod.slice
  /// The weight of the utility against the dependence, β of the authors' code (1/β of the paper).
  public var utilityWeight = 0.15
  /// When the max-step runs.
  public var schedule = MaxStepSchedule.epoch
  /// Epochs.
  public var epochs = 500
  /// Rows of a mini-batch.
  public var batchSize = 500
  /// Adam's learning rate.
  public var learningRate = 5e-4
  /// Whether the parameters with the best validation loss are restored at the end, as the authors' code does for SLICE.
  ///
  /// Under SLICE that loss is one of fresh slices, so its best epoch is in part a lucky draw; the last parameters do as well.
  public var keepsBest = false
  /// The first epoch whose parameters may be kept.
  public var keepsFrom = 100
  /// Epochs without a better validation loss before the learning rate falls to a tenth; 0 for never.
  public var plateauPatience = 50
  /// Validation rows of the validation loss, 0 for all.
  public var validationRows = 0

  /// The rows of the epoch's max-step.
  public struct Fit: Codable, Sendable, Hashable {
    /// Which rows.
    public var rows = FitRows.train
    /// How many, for `sample`.
    public var sampleSize = 4000
  }
  /// The rows of the epoch's max-step.
  public var fit = Fit()

  /// The sliced estimator.
  public var slice = SliceSettings()
  /// The inner loop of the adversarial estimators.
  public var inner = InnerSettings()

  /// The evaluation on frozen representations.
  public struct Evaluation: Codable, Sendable, Hashable {
    /// Passes of the one-sided metric's networks.
    public var passes = 1000
    /// Passes without improvement before they stop.
    public var patience = 500
    /// Passes of the utility's metric, which goes on from the trained predictor.
    public var utilityPasses = 200
    /// Passes of the two-sided metric's networks.
    public var twoSidedPasses = 300
    /// Slices of the sliced metric.
    public var slices = 100
    /// Shuffles of the permutation null.
    public var permutations = 200
    /// Bootstrap draws of the group rates.
    public var bootstrap = 500
    /// The fewest test rows of a group of its own; smaller ones stand together.
    public var groupRows = 5
    /// Of which tables the representation of each row is written.
    public var representation = RepresentationRows.own
  }
  /// The evaluation on frozen representations.
  public var evaluation = Evaluation()

  /// The defaults: SLICE on Adult without the leak.
  public init() {}

  /// Whether the representation of each row is written.
  var writesRepresentation: Bool {
    switch evaluation.representation {
    case .own: !data.csv.path.isEmpty
    case .all: true
    case .none: false
    }
  }

  /// The method's name in tables and pictures, with the schedule and the kept parameters where they are not
  /// the method's usual ones, and with the form and solver of slices where they are not the defaults.
  var label: String {
    guard method == .slice else { return method.label }
    var extras: [String] = []
    if schedule == .batch {
      extras.append("each batch")
    } else if keepsBest {
      extras.append("best kept")
    }
    if slice.form == .pair { extras.append("pair") }
    if slice.gradientSteps > 0 { extras.append("gradient") }
    return extras.isEmpty ? method.label : "\(method.label) (\(extras.joined(separator: ", ")))"
  }

  /// One line a key.
  public static let documentation = DependenceMethod.documentation.merging([
    "experiment": "the experiment: fairness",
    "seed": "seed of weights, splits, shuffles and slices; 0 or more",
    "threads": "threads of the run, 1 to 1024; changes no result",
    "data.source":
      "the table, see `tessera data list`; adult-official holds the authors' label leak",
    "data.split":
      "shuffled (by the seed), or official: by file position, each split with its own moments",
    "data.sensitive": "what T is in the census tables",
    "data.rows":
      "rows of a generated table, at most 1000000; 0 for as many as the measured one has",
    "data.csv.path":
      "a CSV file of your own with a header line, in place of data.source; empty for none",
    "data.csv.target":
      "its column to predict: numbers, two words, or any words with data.csv.positive",
    "data.csv.sensitive": "its column to hide: numbers or words; it stays among the inputs",
    "data.csv.ignored": "columns to leave out, such as identifiers",
    "data.csv.text": "columns of codes that look like numbers, to be taken as words",
    "data.csv.missing":
      "fail (with line and column), or drop-rows: leave rows with missing values out",
    "data.csv.separator":
      "between fields: auto (told by the contents), a character, or comma, semicolon, tab, space",
    "data.csv.decimal": "before decimals: . or , (1.5 or 1,5)",
    "data.csv.thousands": "between thousands: none, or , . _ space apostrophe",
    "data.csv.encoding":
      "of letters: auto (UTF-16 by its mark, else UTF-8), utf-8, latin-1, windows-1252, utf-16",
    "data.csv.missingMarkers":
      "what is a missing value besides an empty field: usual (? NA N/A n/a NULL None NaN - . and others), words; [usual, -99] adds one",
    "data.csv.positive":
      "the value of the target that is 1, all others −1; empty for the later of two in sorted order",
    "data.csv.spellings":
      "a word in two spellings (<=50K and <=50K.): fail, merge them, or take them as separate words",
    "model.hidden": "width of the encoder's two hidden layers, 1 to 4096",
    "model.representation": "columns of Z, 1 to 4096",
    "model.predictor": "width of the predictor's two hidden layers, 1 to 4096",
    "utilityWeight":
      "β of the authors' code: weight of the utility against the dependence; positive",
    "schedule": "epoch: one max-step an epoch; batch: another on every mini-batch",
    "epochs": "passes over the rows of the fit, at least 1",
    "batchSize": "rows of a mini-batch, at least 20",
    "learningRate": "Adam's learning rate, positive",
    "keepsBest": "whether the parameters with the best validation loss are restored at the end",
    "keepsFrom":
      "first epoch whose parameters may be kept (if there are fewer epochs: the last third)",
    "plateauPatience":
      "epochs without a better validation loss before the rate falls to a tenth; 0: never",
    "validationRows":
      "validation rows of the validation loss, at least 4, 0 for all (distance correlation is n × n)",
    "fit.rows":
      "rows of the epoch's max-step: all (with validation, as the authors), train, or sample",
    "fit.sampleSize": "rows of a sample, at least 20",
    "evaluation.passes":
      "passes of the one-sided metric of dependence, at least 1 (the authors': 1000)",
    "evaluation.patience": "passes without improvement before they stop, at least 1",
    "evaluation.utilityPasses":
      "passes of the utility's metric, which goes on from the trained predictor; at least 1",
    "evaluation.twoSidedPasses": "passes of the two-sided metric's networks, at least 1",
    "evaluation.slices": "slices of the sliced metric, 1 to 2000",
    "evaluation.permutations": "shuffles of the permutation null, 20 to 100000",
    "evaluation.bootstrap": "bootstrap draws of the group rates, 20 to 100000",
    "evaluation.groupRows":
      "fewest test rows of a group of its own, at least 1; smaller ones stand together as other",
    "evaluation.representation":
      "whose rows are written to representation.csv: own (tables of data.csv), all, or none",
  ]) { $1 }

  /// A form that ends in seconds.
  public static let quickOverrides: [(key: String, value: String)] = [
    ("epochs", "40"), ("keepsFrom", "25"), ("evaluation.passes", "40"),
    ("evaluation.utilityPasses", "20"), ("evaluation.twoSidedPasses", "20"),
    ("evaluation.permutations", "100"),
    ("evaluation.bootstrap", "200"),
  ]

  /// How a table of one's own is written, what is a group and which rows are exported: they came later.
  public static let keysAddedLater = [
    "data.csv.separator", "data.csv.decimal", "data.csv.thousands", "data.csv.encoding",
    "data.csv.missingMarkers", "data.csv.positive", "data.csv.spellings",
    "evaluation.groupRows", "evaluation.representation",
  ]

  /// Checks ranges.
  public func validate() throws {
    _ = try data.csv.layout
    try ConfigChecks.atLeast([
      ("seed", seed, 0), ("epochs", epochs, 1), ("batchSize", batchSize, 20),
      ("keepsFrom", keepsFrom, 0), ("plateauPatience", plateauPatience, 0),
      ("fit.sampleSize", fit.sampleSize, 20),
      ("evaluation.passes", evaluation.passes, 1), ("evaluation.patience", evaluation.patience, 1),
      ("evaluation.utilityPasses", evaluation.utilityPasses, 1),
      ("evaluation.twoSidedPasses", evaluation.twoSidedPasses, 1),
      ("evaluation.groupRows", evaluation.groupRows, 1),
    ])
    try ConfigChecks.within([
      ("threads", threads, ConfigRanges.threads), ("data.rows", data.rows, 0...1_000_000),
      ("model.hidden", model.hidden, ConfigRanges.width),
      ("model.representation", model.representation, ConfigRanges.width),
      ("model.predictor", model.predictor, ConfigRanges.width),
      ("evaluation.slices", evaluation.slices, ConfigRanges.slices),
      ("evaluation.permutations", evaluation.permutations, ConfigRanges.permutations),
      ("evaluation.bootstrap", evaluation.bootstrap, ConfigRanges.permutations),
    ])
    try ConfigChecks.check(
      "validationRows", validationRows == 0 || validationRows >= 4, "0 for all, or at least 4",
      validationRows)
    try ConfigChecks.positive([("utilityWeight", utilityWeight), ("learningRate", learningRate)])
    if !data.csv.path.isEmpty {
      for (key, value) in [
        ("data.csv.target", data.csv.target), ("data.csv.sensitive", data.csv.sensitive),
      ] {
        try ConfigChecks.check(
          key, !value.isEmpty, "the name of a column of \(data.csv.path)", "nothing")
      }
    }
    try slice.validate()
    try inner.validate()
  }
}
